"""Every container and every trick of the containers reads as what a person sees."""

from __future__ import annotations

import hashlib
import io

import numpy as np
import pytest
from PIL import Image

from raiment.adapters.pixels.reader import PixelReader


def encoded(image: Image.Image, plugin: str, **options: object) -> bytes:
    """The bytes of *image* in a container."""
    out = io.BytesIO()
    image.save(out, plugin, **options)
    return out.getvalue()


@pytest.mark.parametrize("plugin", ["PNG", "GIF", "BMP", "TIFF", "WEBP"])
async def test_lossless_containers_read_alike(
    reader: PixelReader, drawing: Image.Image, plugin: str
) -> None:
    """The same pixels have the same digest in every container."""
    options = {"lossless": True} if plugin == "WEBP" else {}
    with await reader.read(encoded(drawing, plugin, **options), field="image") as read:
        assert np.array_equal(read.pixels, np.asarray(drawing))
        ppm = b"P6\n96 64\n255\n" + drawing.tobytes()
        assert read.pixel_sha256 == hashlib.sha256(ppm).hexdigest()

"""What the reviewer sees first says little."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from raiment.adapters.pixels.preview import blurred_preview
from raiment.adapters.pixels.reader import PixelReader

Encode = Callable[..., bytes]


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        ((1600, 400), (128, 32)),
        ((300, 900), (43, 128)),
        ((20, 10), (20, 10)),
        ((3000, 1), (128, 1)),
    ],
)
async def test_preview_is_small_grey_and_bare(
    reader: PixelReader, encode: Encode, size: tuple[int, int], shown: tuple[int, int]
) -> None:
    """At most 128 pixels a side, in proportion, one channel, no metadata of the original."""
    exif = Image.Exif()
    exif[0x010E] = "a description"
    data = encode(Image.effect_noise(size, 90).convert("RGB"), "JPEG", exif=exif, comment=b"words")
    with await reader.read(data, field="image") as read:
        preview = Image.open(io.BytesIO(blurred_preview(read)))
    assert abs(preview.width - shown[0]) <= 1
    assert abs(preview.height - shown[1]) <= 1
    assert preview.mode == "L"
    assert not preview.getexif()
    assert set(preview.info) == {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


async def test_preview_keeps_shapes_and_loses_detail(reader: PixelReader, encode: Encode) -> None:
    """Large areas can be told apart; lines a twentieth of the picture apart cannot."""
    image = Image.new("L", (640, 640), 255)
    image.paste(0, (0, 0, 320, 640))
    stripes = np.asarray(image).copy()
    stripes[:, 400:600] = 255 * (np.arange(200) // 8 % 2)
    with await reader.read(encode(Image.fromarray(stripes), "PNG"), field="image") as read:
        seen = np.asarray(Image.open(io.BytesIO(blurred_preview(read)))).astype(int)
    assert seen[64, 20] < 20
    assert seen[64, 72] > 200
    assert np.ptp(seen[64, 88:112]) < 25

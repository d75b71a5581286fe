"""A drawn picture, ways to encode it, and one reader for the session."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio
from PIL import Image, ImageDraw

from raiment.adapters.pixels.reader import PixelReader


@pytest.fixture(scope="session")
def drawing() -> Image.Image:
    """Shapes without any symmetry, so that a turn or flip cannot go unnoticed."""
    image = Image.new("RGB", (96, 64), "#204060")
    pen = ImageDraw.Draw(image)
    pen.ellipse((4, 4, 40, 36), fill="#f0a020")
    pen.rectangle((52, 8, 90, 20), fill="#30c050")
    pen.polygon([(60, 60), (92, 58), (80, 30)], fill="#e03040")
    return image


@pytest.fixture(scope="session")
def encode() -> Callable[..., bytes]:
    """Give an image's bytes in a container: ``encode(image, "PNG", **options)``."""

    def encoded(image: Image.Image, plugin: str, **options: object) -> bytes:
        out = io.BytesIO()
        image.save(out, plugin, **options)
        return out.getvalue()

    return encoded


@pytest.fixture(scope="session")
def png() -> Callable[..., bytes]:
    """Give a PNG written by hand: the header may promise what the data do not hold."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    def written(
        size: tuple[int, int], depth: int, rows: bytes, *extra: tuple[bytes, bytes]
    ) -> bytes:
        header = struct.pack(">IIBBBBB", *size, depth, 0, 0, 0, 0)
        chunks = [(b"IHDR", header), *extra, (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
        return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, body) for kind, body in chunks)

    return written


@pytest_asyncio.fixture(scope="session")
async def reader() -> AsyncIterator[PixelReader]:
    """Two workers with the limits of production."""
    async with PixelReader(workers=2) as started:
        yield started

"""A drawn picture, and one reader for the session."""

from __future__ import annotations

from collections.abc import AsyncIterator

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


@pytest_asyncio.fixture(scope="session")
async def reader() -> AsyncIterator[PixelReader]:
    """Two workers with the limits of production."""
    async with PixelReader(workers=2) as started:
        yield started

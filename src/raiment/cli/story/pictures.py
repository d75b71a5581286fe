"""The picture of the story, and the disguises in which it comes back."""

from __future__ import annotations

import io
import random
from importlib.resources import files
from typing import Final

from PIL import Image, ImageDraw, ImageOps

_SIDE: Final = 640
_PATCHES: Final = 40


def photograph(seed: int) -> bytes:
    """
    Return a photograph, as JPEG, that no earlier telling of the story has made known.

    A public-domain portrait of a clothed adult (``demo/PROVENANCE.md``) on a wall painted after *seed*.
    """
    chance = random.Random(seed)  # noqa: S311 - a painted wall
    wall = Image.new("RGB", (_SIDE, _SIDE), _colour(chance))
    brush = ImageDraw.Draw(wall)
    for _ in range(_PATCHES):
        left, top = chance.randrange(-200, _SIDE), chance.randrange(-200, _SIDE)
        width, height = chance.randrange(80, 420), chance.randrange(80, 420)
        brush.rectangle((left, top, left + width, top + height), fill=_colour(chance))
    side = chance.randrange(300, 400)
    face = _opened(files("raiment.demo").joinpath("portrait.jpg").read_bytes())
    place = (chance.randrange(_SIDE - side), chance.randrange(_SIDE - side))
    wall.paste(face.resize((side, side)), place)
    return _jpeg(wall, quality=92)


def resaved(picture: bytes) -> bytes:
    """Return *picture* smaller and compressed again, as a messenger would pass it on."""
    image = _opened(picture)
    return _jpeg(image.resize((image.width * 7 // 10, image.height * 7 // 10)), quality=60)


def mirrored(picture: bytes) -> bytes:
    """Return *picture* flipped left to right and compressed again."""
    return _jpeg(ImageOps.mirror(_opened(picture)), quality=75)


def cropped(picture: bytes) -> bytes:
    """Return *picture* without its left edge and its foot, compressed again."""
    image = _opened(picture)
    part = image.crop((image.width * 8 // 100, 0, image.width, image.height * 95 // 100))
    return _jpeg(part, quality=80)


def turned(picture: bytes) -> bytes:
    """Return *picture* upside down."""
    return _jpeg(_opened(picture).rotate(180), quality=80)


def _opened(picture: bytes) -> Image.Image:
    return Image.open(io.BytesIO(picture)).convert("RGB")


def _colour(chance: random.Random) -> tuple[int, int, int]:
    return (chance.randrange(256), chance.randrange(256), chance.randrange(256))


def _jpeg(image: Image.Image, quality: int) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return file.getvalue()

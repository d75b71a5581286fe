"""
The built-in generator for newcomers and tests: no key, no model, no network.

It edits pictures with ordinary filters that words of the prompt choose, and draws plain landscapes.
It cannot show a person, and takes nothing off one.
"""

from __future__ import annotations

import asyncio
import io
import random
import re
import time
from hashlib import sha256

from PIL import Image, ImageOps

from raiment.adapters.pixels.reader import PixelReader
from raiment.adapters.upstreams.filters import filtered
from raiment.adapters.upstreams.landscape import landscape
from raiment.errors import ServiceError, Unavailable
from raiment.screening.request import Verb
from raiment.screening.upstream import Answer, Call, Made, Output, Rejected, Value

_AT_ONCE = 2
_SIDES = range(64, 1537)
"""Pixels."""
_USUAL = (1024, 1024)
_SIZE = re.compile(r"(\d{2,4})x(\d{2,4})")
_FORMATS = {"png": "PNG", "jpeg": "JPEG", "webp": "WEBP"}
_FAST_PNG = 1
_USUAL_QUALITY = 90


class Demo:
    """``screening.upstream.Upstream`` in this process; pictures are decoded by *pixels*' workers."""

    def __init__(self, pixels: PixelReader) -> None:
        self._pixels = pixels
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def make(self, call: Call) -> Answer:
        """Filter the first source, or draw. Raise Unavailable where the source cannot be decoded."""
        size = _size(call.fields.get("size"))
        if size is not None and not all(side in _SIDES for side in size):
            return Rejected(400, "invalid_request_error", "invalid_size", "size", None)
        async with self._turns:
            source = await self._source(call)
            count = int(call.fields.get("n", 1))
            made = [await asyncio.to_thread(_made, call, source, size, i) for i in range(count)]
        about = {
            "created": int(time.time()),
            "background": "opaque",
            "output_format": _format(call),
            "quality": "low",
            "size": f"{made[0].width}x{made[0].height}",
        }
        data = [await asyncio.to_thread(_encoded, image, call) for image in made]
        return Made(tuple(Output(one) for one in data), about)

    async def _source(self, call: Call) -> Image.Image | None:
        if call.verb is Verb.GENERATE:
            return None
        try:
            with await self._pixels.read(call.files[0].data, field="image") as picture:
                return Image.fromarray(picture.pixels.copy())
        except ServiceError as error:
            raise Unavailable("upstream", "the source cannot be decoded") from error


def _made(
    call: Call, source: Image.Image | None, size: tuple[int, int] | None, number: int
) -> Image.Image:
    words = str(call.fields.get("prompt", ""))
    seed = random.Random(sha256(f"{number} {words}".encode("utf-8", "replace")).digest())  # noqa: S311 - a drawing
    if source is None:
        return landscape(words, size or _USUAL, seed)
    image = ImageOps.contain(source, (_SIDES[-1], _SIDES[-1]))
    if size is not None:
        image = ImageOps.fit(image, size)
    return filtered(image, words, seed)


def _size(value: Value | None) -> tuple[int, int] | None:
    found = _SIZE.fullmatch(str(value))
    return (int(found[1]), int(found[2])) if found else None


def _format(call: Call) -> str:
    asked = str(call.fields.get("output_format", "png"))
    return asked if asked in _FORMATS else "png"


def _encoded(image: Image.Image, call: Call) -> bytes:
    name = _format(call)
    quality = int(call.fields.get("output_compression", _USUAL_QUALITY))
    options = {"compress_level": _FAST_PNG} if name == "png" else {"quality": quality}
    spool = io.BytesIO()
    image.save(spool, _FORMATS[name], **options)
    return spool.getvalue()

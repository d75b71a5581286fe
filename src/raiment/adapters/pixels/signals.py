"""From the bytes of a picture to everything by which it can be found again."""

from __future__ import annotations

import asyncio

from raiment.adapters.pixels.picture import Picture
from raiment.adapters.pixels.reader import PixelReader
from raiment.matching.disguise import query_views
from raiment.matching.signal import Md5, Sha256
from raiment.matching.signals import Signals


async def read_signals(reader: PixelReader, data: bytes, *, field: str) -> tuple[Signals, ...]:
    """
    Return the signals of every reading of *data*, the picture as it is first.

    Readings are the sampled frames and what transparency hides; they share the two digests. Hashing,
    disguises undone, runs off the event loop. Raises what ``PixelReader.read`` raises, naming *field*.
    """
    with await reader.read(data, field=field) as picture:
        return await asyncio.to_thread(_signals, data, picture, field)


def _signals(data: bytes, picture: Picture, field: str) -> tuple[Signals, ...]:
    bytes_sha256 = Sha256.of(data)
    pixels_sha256 = Sha256.from_hex(picture.pixel_sha256, field)
    size = picture.width, picture.height
    md5 = Md5.of(data)
    return tuple(
        Signals(
            bytes_sha256,
            pixels_sha256,
            seen.whole,
            picture.mime,
            *size,
            md5,
            seen.parts,
            seen.queries,
        )
        for seen in (query_views(pixels, field) for pixels in picture.readings())
    )

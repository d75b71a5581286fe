"""From the bytes of a picture to everything by which it can be found again."""

from __future__ import annotations

import asyncio

from raiment.adapters.pixels.look import Look
from raiment.adapters.pixels.reader import PixelReader
from raiment.matching.signal import Md5, Sha256
from raiment.matching.signals import Signals

_DIGESTED_AT_ONCE = 500_000
"""Bytes: about a millisecond of the event loop, no longer than a thread takes to be handed them."""


async def read_signals(reader: PixelReader, data: bytes, *, field: str) -> tuple[Signals, ...]:
    """
    Return the signals of every reading of *data*, the picture as it is first.

    Readings are the sampled frames and what transparency hides. They share the digests of the bytes; the
    first alone has that of the pixels, which is of the frames: what is hidden is not in it, so it can
    speak for nothing that is. Raises what ``PixelReader.look`` raises, naming *field*.
    """
    look = await reader.look(data, field=field)
    if len(data) <= _DIGESTED_AT_ONCE:
        return _signals(data, look)
    return await asyncio.to_thread(_signals, data, look)


def _signals(data: bytes, look: Look) -> tuple[Signals, ...]:
    bytes_sha256 = Sha256.of(data)
    md5 = Md5.of(data)
    return tuple(
        Signals(
            bytes_sha256,
            None if number else look.pixels_blake3,
            seen.whole,
            look.mime,
            look.width,
            look.height,
            md5,
            seen.parts,
            seen.queries,
        )
        for number, seen in enumerate(look.readings)
    )

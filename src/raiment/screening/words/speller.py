"""
Words that people mistype or half hide, spelt again: for the tiers that learned, which read what a person would.

The words are those of the training texts and of the lexicon. One that neither has is misspelt where it becomes
one of the language that the others are of by a letter dropped, doubled, swapped or changed, by vowels for signs
or for nothing, or by its inner letters in another order.
"""

from __future__ import annotations

import itertools
import zlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

import numpy as np
from numpy.typing import NDArray

from raiment.errors import ConfigurationError
from raiment.screening.words.respell import (
    MASK,
    SPELT_WORD,
    VOWELLED_END,
    consonants_of,
    is_spoken,
    stirred_of,
    unmasked,
)
from raiment.screening.words.text import Traced, rewrite
from raiment.screening.words.typos import dropped, is_slip

_TELLING = 3
"""Letters from which on a word says what language it is of."""
SHORTEST, LONGEST = 4, 24
"""Letters of a word that may be misspelt."""
CHANGED = 5
"""Letters of a word from which on one of them may be another."""
_MOST_STRANGE = 200
"""A text with more unknown words is not of a language that is known here."""
_FEWEST_UNSPOKEN = 2
"""A single word without vowels is an abbreviation."""
_HALF = 32
"""Bits of a key's number, and of a word's."""
_TAGS = {"fil": "tl", "zh": "zh-Hans"}
"""Lexicon tables named otherwise than the texts of their language."""
REST = "-"
"""Stands before words that are known, and not worth guessing."""


class _Index:
    """Words by a key each, kept as numbers: a hundred thousand keys in a megabyte."""

    def __init__(self, keyed: Iterable[tuple[str, int]]) -> None:
        pairs = np.fromiter((_number(key) << _HALF | word for key, word in keyed), dtype=np.uint64)
        pairs = np.unique(pairs)
        self._keys = (pairs >> np.uint64(_HALF)).astype(np.uint32)
        self._words = (pairs & np.uint64((1 << _HALF) - 1)).astype(np.int32)

    def find(self, keys: Sequence[str]) -> NDArray[np.int32]:
        """Return the numbers of the words that have any of *keys*, and perhaps a few that do not."""
        wanted = np.array([_number(key) for key in keys], dtype=np.uint32)
        first = np.searchsorted(self._keys, wanted, side="left")
        last = np.searchsorted(self._keys, wanted, side="right")
        found = [
            self._words[start:end] for start, end in zip(first, last, strict=True) if start < end
        ]
        return np.unique(np.concatenate(found)) if found else self._words[:0]


@dataclass(frozen=True, slots=True)
class Speller:
    """What ``load_speller`` made of its words; never changed."""

    known: Mapping[str, int]
    """Every word, with the languages that have it as bits."""
    words: Sequence[str]
    """Those worth guessing; frequent ones of a language before its rare ones."""
    typed: _Index
    spoken: _Index
    stirred: _Index

    def mend(self, text: Traced) -> Traced:
        """Return *text* with its misspelt words spelt again; the very same object where there are none."""
        written = [match.group() for match in SPELT_WORD.finditer(text.characters)]
        strange = [one for one in dict.fromkeys(written) if self._is_strange(one)]
        if not 0 < len(strange) <= _MOST_STRANGE:
            return text
        guesses = {one: said for one in strange if (said := self._guesses(one))}
        unspoken = [one for one in guesses if one.isalpha() and not is_spoken(one.lower())]
        if len(unspoken) < _FEWEST_UNSPOKEN:
            guesses = {one: said for one, said in guesses.items() if one not in unspoken}
        language = self._language(written, guesses)
        chosen = {
            one: right
            for one, said in guesses.items()
            if (right := next((guess for guess in said if self.known[guess] & language), None))
        }
        if not chosen:
            return text
        return rewrite(text, SPELT_WORD, lambda match: chosen.get(match.group(), match.group()))

    def _is_strange(self, written: str) -> bool:
        word = written.lower()
        return 1 < len(word) <= LONGEST and word not in self.known

    def _language(self, written: Sequence[str], guesses: Mapping[str, Sequence[str]]) -> int:
        """Return the bits of the languages that know most letters of the text."""
        tally: Counter[int] = Counter()
        for one in written:
            said = guesses.get(one, (one.lower(),))
            of = reduce(or_, (self.known.get(word, 0) for word in said), 0)
            if len(one) >= _TELLING:
                # What is known says more than what is guessed.
                tally.update(dict.fromkeys(_bits(of), len(one) * (1 if one in guesses else 2)))
        most = max(tally.values(), default=0)
        return reduce(or_, (bit for bit, count in tally.items() if count == most), 0)

    def _guesses(self, written: str) -> Sequence[str]:
        """Return what *written* may be, likeliest first."""
        word = written.lower()
        if MASK.search(word):
            return unmasked(word, self.known)
        if not is_spoken(word):
            return self._spelt_as(self.spoken, word, consonants_of)
        if len(word) < SHORTEST:
            return ()
        near = self.typed.find(tuple(dropped(word)))
        said = [one for one in self._of(near) if _is_meant(word, one)]
        return said or self._spelt_as(self.stirred, stirred_of(word), stirred_of)

    def _spelt_as(self, index: _Index, key: str, key_of: Callable[[str], str]) -> Sequence[str]:
        return [one for one in self._of(index.find((key,))) if key_of(one) == key]

    def _of(self, numbers: NDArray[np.int32]) -> Sequence[str]:
        return [self.words[number] for number in numbers.tolist()]


def load_speller(
    name: str, data: bytes, lexicon: Mapping[str, frozenset[str]], charged: Collection[str]
) -> Speller:
    """
    Return the speller of the words kept in *data*, the file *name*, and of those of the *lexicon*.

    Worth guessing are those that the file names first, and the *charged* ones of the lexicon. Raises
    ConfigurationError naming the file where it is none of words.
    """
    lines = _lines(name, data)
    known = _known(lines, lexicon)
    guessed = (words[: words.index(REST)] for _, *words in lines)
    worth = (*itertools.chain.from_iterable(guessed), *sorted(set(charged) & known.keys()))
    words = tuple(dict.fromkeys(worth))
    long = ((i, word) for i, word in enumerate(words) if len(word) >= SHORTEST)
    vowelled = [(i, word) for i, word in enumerate(words) if word < VOWELLED_END and word.isalpha()]
    return Speller(
        known,
        words,
        typed=_Index((form, i) for i, word in long for form in dropped(word)),
        spoken=_Index((consonants_of(word), i) for i, word in vowelled),
        stirred=_Index((stirred_of(word), i) for i, word in vowelled if len(word) >= SHORTEST),
    )


def _known(lines: Sequence[Sequence[str]], lexicon: Mapping[str, frozenset[str]]) -> dict[str, int]:
    """Return all words with the bits of the languages that have them."""
    bits: dict[str, int] = {}
    known: dict[str, int] = {}
    same: dict[int, int] = {}
    listed = ((word, (language,)) for language, *words in lines for word in words)
    tables = ((word, of) for word, of in lexicon.items() if len(word) >= SHORTEST)
    for word, languages in itertools.chain(listed, tables):
        of = known.get(word, 0)
        for language in languages:
            of |= bits.setdefault(_TAGS.get(language, language), 1 << len(bits))
        # Equal numbers are kept once: there are few, of tens of thousands of words.
        known[word] = same.setdefault(of, of)
    return known


def _lines(name: str, data: bytes) -> list[list[str]]:
    try:
        lines = [line.split() for line in data.decode("utf-8").splitlines()]
    except UnicodeDecodeError as cause:
        raise ConfigurationError(name, "this is no list of words") from cause
    if not lines or not all(REST in line for line in lines):
        raise ConfigurationError(name, f"each line is a language, words, {REST} and words")
    return lines


def _is_meant(written: str, word: str) -> bool:
    """Return whether *written* may be *word* mistyped: not at its beginning, nor with an ending more."""
    same = written[0] == word[0] and written[:-1] != word
    return same and is_slip(written, word, CHANGED)


def _number(key: str) -> int:
    return zlib.crc32(key.encode("utf-8", "surrogatepass"))


def _bits(of: int) -> Iterator[int]:
    while of:
        yield of & -of
        of &= of - 1

"""
Text that remembers where it came from.

Every step of normalising is a rewrite of a ``Traced`` text, so a finding in the last rewriting can be
explained by the characters of the request as it was sent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import NamedTuple

# Scripts written without blanks between words, and Hangul, whose particles are glued to the word: each
# character is a word of its own, and a term is a run of them.
_UNSPACED = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3"
    r"\U00020000-\U0002ffff"
)
# Vowel signs of the Indian scripts are no letters to ``re``, but part of the word.
_SIGNED = r"\u0900-\u0963\u0966-\u0dff"
_WORD = re.compile(
    rf"[{_UNSPACED}]|(?:[^\W_{_UNSPACED}]|[{_SIGNED}])+|[.;!?\n\u3002\u061f\u0964\uff1b]"
)
_PARTED = re.compile(rf"(?:[^\W_{_UNSPACED}]|[{_SIGNED}])+")
_LONG = re.compile(rf"(?:[^\W_{_UNSPACED}]|[{_SIGNED}]){{3,}}")
LETTER = rf"(?:[^\W\d_{_UNSPACED}]|[{_SIGNED}])"
"""A pattern: one letter, or vowel sign, of a script that parts words by blanks."""
BREAKS = frozenset(".;!?\n\u3002\u061f\u0964\uff1b")
"""What parts sentences."""


class Word(NamedTuple):
    """One word: its letters, where it stands in the text (half-open), and its sentence's number."""

    letters: str
    start: int
    end: int
    sentence: int


@dataclass(frozen=True, slots=True)
class Traced:
    """Characters, and for each the index of the raw character it came from."""

    characters: str
    origins: Sequence[int]

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the half-open span of the raw text that ``characters[start:end]`` came from."""
        touched = self.origins[start:end]
        if not touched:
            return (0, 0)
        return (min(touched), max(touched) + 1)


def traced(raw: str) -> Traced:
    """Return *raw* as a text that came from itself."""
    return Traced(raw, range(len(raw)))


def rewrite(
    text: Traced, pattern: re.Pattern[str], replacement: Callable[[re.Match[str]], str]
) -> Traced:
    """
    Return *text* with each match of *pattern* replaced; the very same object when nothing changed.

    The origins of a replacement spread evenly over those of what it replaces. Linear in the text.
    """
    pieces: list[str] = []
    origins: list[int] = []
    copied = 0
    for match in pattern.finditer(text.characters):
        new = replacement(match)
        if new == match.group():
            continue
        start, end = match.span()
        pieces += (text.characters[copied:start], new)
        origins += text.origins[copied:start]
        origins += _spread(text.origins, start, end, len(new))
        copied = end
    if not pieces:
        return text
    pieces.append(text.characters[copied:])
    origins += text.origins[copied:]
    return Traced("".join(pieces), origins)


def respell(text: Traced, spellings: Mapping[str, str]) -> Traced:
    """Return *text* with every character that *spellings* has replaced; the same object where none is."""
    here = {one: spellings[one] for one in set(text.characters) if one in spellings}
    if not here:
        return text
    origins = text.origins
    if any(len(spelling) != 1 for spelling in here.values()):
        counts = [len(here.get(one, one)) for one in text.characters]
        origins = list(chain.from_iterable(map(repeat, origins, counts)))
    return Traced(text.characters.translate({ord(one): here[one] for one in here}), origins)


def translated(text: Traced, letters: Mapping[int, str]) -> Traced:
    """Return *text* with single *letters* for others (``str.maketrans``); the same object where none is."""
    characters = text.characters.translate(letters)
    return text if characters == text.characters else Traced(characters, text.origins)


def _spread(origins: Sequence[int], start: int, end: int, count: int) -> list[int]:
    """Return *count* origins evenly chosen from ``origins[start:end]``, the first and last included."""
    if count == 1:
        return [origins[start]]
    if count == end - start:
        return list(origins[start:end])
    last = end - start - 1
    return [origins[start + last * i // (count - 1)] for i in range(count)]


def words_of(characters: str) -> list[Word]:
    """Return the words of *characters* in order; sentence marks only advance the sentence number."""
    words: list[Word] = []
    sentence = 0
    for match in _WORD.finditer(characters):
        letters = match.group()
        if letters in BREAKS:
            sentence += 1
        else:
            start, end = match.span()
            words.append(Word(letters, start, end, sentence))
    return words


def parted_words(characters: str) -> Iterator[re.Match[str]]:
    """Yield the words of *characters* in scripts that part words by blanks."""
    return _PARTED.finditer(characters)


def long_words(characters: str) -> list[str]:
    """Return the words of at least three letters in scripts that part words by blanks."""
    return _LONG.findall(characters)


def letters_of(characters: str) -> list[str]:
    """Return the words and sentence marks of *characters* in order."""
    return _WORD.findall(characters)


def spans_of(characters: str) -> list[tuple[int, int]]:
    """Return where each of ``letters_of(characters)`` stands."""
    return [match.span() for match in _WORD.finditer(characters)]

"""The whole text written another way: backwards, letters shifted or swapped, other keys, first letters."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Sequence

from raiment.screening.words.text import Traced, parted_words, translated

ROT13 = 13
_FEWEST_INITIALS = 4
_LETTERS = re.compile(r"[^\W_]+")
_ALPHABET = string.ascii_lowercase


def _letters_for(others: str) -> dict[int, str]:
    """Return *others* by the letters of the alphabet they stand in the places of."""
    return {ord(letter): other for letter, other in zip(_ALPHABET, others, strict=True)}


_ATBASH = _letters_for(_ALPHABET[::-1])
_SHIFTED = [_letters_for(_ALPHABET[by:] + _ALPHABET[:by]) for by in range(26)]
_RUSSIAN_KEYS = {
    ord(key): letter
    for key, letter in zip(
        "qwertyuiop[]asdfghjkl;'zxcvbnm,.`", "йцукенгшщзхъфывапролджэячсмитьбюё", strict=True
    )
}


def backwards(text: Traced) -> Traced:
    """Return *text* read from its end."""
    return Traced(text.characters[::-1], text.origins[::-1])


def words_backwards(text: Traced) -> Traced:
    """Return every word of *text* read from its end."""
    characters, origins = list(text.characters), list(text.origins)
    for word in _LETTERS.finditer(text.characters):
        place = slice(*word.span())
        characters[place], origins[place] = characters[place][::-1], origins[place][::-1]
    return Traced("".join(characters), origins)


def shifted(text: Traced, places: int = ROT13) -> Traced:
    """Return *text* with its Latin letters that many *places* further on."""
    return translated(text, _SHIFTED[places])


def swapped(text: Traced) -> Traced:
    """Return *text* with its Latin letters counted from the end of the alphabet (Atbash)."""
    return translated(text, _ATBASH)


def retyped(text: Traced) -> Traced:
    """Return *text* as the same keys give it on a Russian keyboard."""
    return translated(text, _RUSSIAN_KEYS)


def initials(text: Traced) -> Iterator[Traced]:
    """Yield the first letters of the lines of *text*, and of its words, as one word each; none for few."""
    starts = [0] + [i + 1 for i, character in enumerate(text.characters) if character == "\n"]
    firsts = [start for start in starts if text.characters[start : start + 1].isalpha()]
    words = [word.start() for word in parted_words(text.characters)]
    listed = text.characters.find(":")
    for places in (firsts, firsts[1:], words, [place for place in words if place > listed >= 0]):
        if len(places) >= _FEWEST_INITIALS:
            yield _picked(text, places)


def _picked(text: Traced, places: Sequence[int]) -> Traced:
    return Traced(
        "".join(text.characters[place] for place in places),
        [text.origins[place] for place in places],
    )

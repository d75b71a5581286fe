"""The whole text written another way: backwards, letters shifted by half the alphabet, first letters."""

from __future__ import annotations

import codecs
from collections.abc import Sequence

from raiment.screening.words.text import Traced, parted_words

_FEWEST_INITIALS = 4


def backwards(text: Traced) -> Traced:
    """Return *text* read from its end."""
    return Traced(text.characters[::-1], text.origins[::-1])


def shifted(text: Traced) -> Traced:
    """Return *text* with its Latin letters shifted by thirteen (rot13)."""
    return Traced(codecs.encode(text.characters, "rot13"), text.origins)


def line_initials(text: Traced) -> Traced:
    """Return the first letters of the lines of *text* as one word; empty for fewer than four lines."""
    starts = [0] + [i + 1 for i, character in enumerate(text.characters) if character == "\n"]
    firsts = [start for start in starts if text.characters[start : start + 1].isalpha()]
    return _picked(text, firsts)


def word_initials(text: Traced) -> Traced:
    """Return the first letters of the words of *text* as one word; empty for fewer than four words."""
    return _picked(text, [word.start() for word in parted_words(text.characters)])


def _picked(text: Traced, places: Sequence[int]) -> Traced:
    if len(places) < _FEWEST_INITIALS:
        return Traced("", ())
    return Traced(
        "".join(text.characters[place] for place in places),
        [text.origins[place] for place in places],
    )

"""Digits and signs standing for letters inside a word."""

from __future__ import annotations

import re

from raiment.screening.words.text import Traced, rewrite

_LETTER_FOR = str.maketrans(
    {
        "0": "o", "1": "i", "2": "z", "3": "e", "4": "a", "5": "s", "6": "g", "7": "t", "8": "b", "9": "g",
        "@": "a", "$": "s", "!": "i", "|": "l", "+": "t", "€": "e", "£": "l", "¥": "y", "¡": "i", "(": "c",
        "&": "e", "#": "h", "^": "a",
    }
)  # fmt: skip
_FEWEST_LETTERS = 2
_WORD = re.compile(r"(?<![^\s\"'.,;:?/\-])[a-z0-9@$!|+€£¥¡(&#^]{3,}(?![^\s\"'.,;:?!)/\-])")
_MEASURE = re.compile(
    r"#.*|\d+[a-z]{1,3}|[a-z]{1,3}\d+|\d+(?:st|nd|rd|th|girls?|boys?|people|woman|man)|[a-z]+\d{1,4}"
    r"|\d+x\d+|[a-z]+[!)]+|f/?\d.*|[a-z]+[#&+]*|\d*\+?[a-z]+\+?"
)
"""Sizes, model numbers, ordinals, hashtags and exclamations: ordinary writing, left alone."""


def undo_leet(text: Traced) -> Traced:
    """Return *text* with digits and signs inside words read as the letters they imitate."""
    return rewrite(text, _WORD, lambda match: _letters(match.group()))


def _letters(word: str) -> str:
    """Return the letters of *word*, or *word* itself when it is no disguise (a size, a number)."""
    letters = sum(map(str.isalpha, word))
    if letters < _FEWEST_LETTERS or letters == len(word) or _MEASURE.fullmatch(word):
        return word
    bare = word.rstrip("!(+#&^|")
    return bare.translate(_LETTER_FOR) + word[len(bare) :]

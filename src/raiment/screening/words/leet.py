"""Digits and signs standing for letters inside a word."""

from __future__ import annotations

import re
from collections.abc import Iterator

from raiment.screening.words.text import Traced, respell, rewrite

_LETTER_FOR = str.maketrans(
    {
        "0": "o", "1": "i", "2": "z", "3": "e", "4": "a", "5": "s", "6": "g", "7": "t", "8": "b", "9": "g",
        "@": "a", "$": "s", "!": "i", "|": "l", "+": "t", "€": "e", "£": "l", "¥": "y", "¡": "i", "(": "c",
        "&": "e", "#": "h", "^": "a",
    }
)  # fmt: skip
_DRAWN = {
    "|\\/|": "m", "/\\/\\": "m", "\\/\\/": "w", "|\\|": "n", "|-|": "h", "|_|": "u", "(_)": "u",
    "|<": "k", "|)": "d", "|=": "f", "|>": "p", "|2": "r", "|3": "b", "|*": "p", "_|": "j", "()": "o",
    "[]": "o", "/\\": "a", "\\/": "v", "><": "x", "`/": "y", "'/": "y", "/-/": "h", "|": "l",
}  # fmt: skip
_STROKES = re.compile("|".join(re.escape(one) for one in sorted(_DRAWN, key=len, reverse=True)))
_CYRILLIC_FOR = {
    "0": "о", "3": "е", "4": "ч", "6": "б", "7": "т", "8": "в", "9": "д", "@": "а", "u": "и", "/|": "л",
    "|/": "и", "1": "і", "$": "ѕ",
}  # fmt: skip
_CYRILLIC_STROKES = re.compile("|".join(re.escape(one) for one in ("/|", "|/", *_CYRILLIC_FOR)))
_CYRILLIC = re.compile("[а-яёіїєґ]")
_SIGN = re.compile(r"[0-9@$!|+€£¥¡(&#^\\/]")
_FEWEST_SIGNS = 3
_FEWEST_LETTERS = 2
_WORD = re.compile(r"(?<![^\s\"'.,;:?/\-])[a-zß-öø-ÿā-ž0-9@$!|+€£¥¡(&#^]{3,}(?![^\s\"'.,;:?!)/\-])")
_MEASURE = re.compile(
    r"#.*|\d+[a-z]{1,3}|[a-z]{1,3}\d+|\d+(?:st|nd|rd|th|girls?|boys?|people|woman|man)|[a-z]+\d{1,4}"
    r"|\d+x\d+|[a-z]+[!)]+|f/?\d.*|[a-z]+[#&+]*|\d*\+?[a-z]+\+?"
)
"""Sizes, model numbers, ordinals, hashtags and exclamations: ordinary writing, left alone."""


def undo_leet(text: Traced) -> Traced:
    """Return *text* with digits and signs inside words read as the letters they imitate."""
    if _SIGN.search(text.characters) is None:
        return text
    return rewrite(text, _WORD, lambda match: _letters(match.group()))


def readings(text: Traced) -> Iterator[Traced]:
    """Yield *text* with every digit and sign as a letter, the one as an i or an l; nothing for few of them."""
    if len(_SIGN.findall(text.characters)) < _FEWEST_SIGNS:
        return
    if _CYRILLIC.search(text.characters):
        yield rewrite(text, _CYRILLIC_STROKES, lambda match: _CYRILLIC_FOR[match.group()])
        return
    strokes = rewrite(text, _STROKES, lambda match: _DRAWN[match.group()])
    for one in "il":
        table = {chr(sign): letter for sign, letter in _LETTER_FOR.items()}
        yield respell(strokes, {**table, "1": one, "!": one})


def _letters(word: str) -> str:
    """Return the letters of *word*, or *word* itself when it is no disguise (a size, a number)."""
    if word.isalpha():
        return word
    letters = sum(map(str.isalpha, word))
    if letters < _FEWEST_LETTERS or _MEASURE.fullmatch(word):
        return word
    bare = word.rstrip("!(+#&^|")
    return bare.translate(_LETTER_FOR) + word[len(bare) :]

"""Letters of one alphabet passed off as letters of another (Unicode TR 39, the part people can read)."""

from __future__ import annotations

import re

from raiment.screening.words.text import Traced, rewrite

_TO_LATIN = {
    "а": "a", "в": "b", "с": "c", "ԁ": "d", "е": "e", "ҽ": "e", "һ": "h", "і": "i", "ј": "j", "к": "k",
    "ӏ": "l", "м": "m", "н": "h", "о": "o", "р": "p", "ԛ": "q", "г": "r", "ѕ": "s", "т": "t", "у": "y",
    "ѵ": "v", "ԝ": "w", "х": "x", "ү": "y", "п": "n", "и": "n", "я": "r", "з": "e", "ь": "b", "ц": "u",
    "ш": "w", "щ": "w", "л": "n", "д": "a", "ч": "y", "б": "b", "э": "e", "ы": "bl",
    "α": "a", "β": "b", "γ": "y", "δ": "d", "ε": "e", "η": "n", "ι": "i", "κ": "k", "μ": "u", "ν": "v",
    "ο": "o", "ρ": "p", "σ": "o", "τ": "t", "υ": "u", "χ": "x", "ω": "w", "ζ": "z", "θ": "o", "λ": "a",
    "π": "n", "φ": "o", "ψ": "y", "ξ": "e",
    "ա": "w", "գ": "q", "հ": "h", "յ": "j", "ո": "n", "ռ": "n", "ս": "u", "օ": "o", "զ": "q", "լ": "l",
    "ց": "g", "ք": "p", "ɑ": "a", "ɡ": "g", "ɩ": "i", "ɪ": "i", "ʀ": "r", "ᖇ": "r", "ꓮ": "a", "ꓐ": "b",
    "ꓚ": "c", "ꓓ": "d", "ꓰ": "e", "ꓳ": "o", "ꓲ": "i", "ꓡ": "l", "ꓠ": "n", "ꓢ": "s", "ꓔ": "t", "ꓴ": "u",
    "ꭰ": "d", "ꭱ": "r", "ꭲ": "i", "ꮳ": "c", "ꮪ": "s", "ꮃ": "w", "ꭺ": "a", "ꮇ": "m", "ꮋ": "h", "ꮮ": "l",
    "ɐ": "a", "ǝ": "e", "ɔ": "c", "ɟ": "f", "ƃ": "g", "ɥ": "h", "ᴉ": "i", "ɾ": "j", "ʞ": "k", "ɯ": "m",
    "ɹ": "r", "ʇ": "t", "ʌ": "v", "ʍ": "w", "ʎ": "y",
}  # fmt: skip
_TO_CYRILLIC = {
    "a": "а", "b": "в", "c": "с", "e": "е", "h": "н", "i": "і", "k": "к", "m": "м", "n": "п", "o": "о",
    "p": "р", "r": "г", "s": "ѕ", "t": "т", "u": "и", "x": "х", "y": "у", "3": "з", "0": "о", "4": "ч",
    "6": "б",
}  # fmt: skip
_SURE = frozenset("авсеһіјкмнорԛѕтухԁԝӏαβεικνορτυχ")
_FOREIGN = re.compile("[^\\W\\d_a-z]")
_LATIN = re.compile("[a-z]")
_CYRILLIC = re.compile("[\u0400-\u052f]")
_LETTERS = re.compile(r"[^\W_]+")
_LATIN_SHARE = 0.6
"""A word wholly of look-alikes is read as Latin when this share of the text's other letters is Latin."""


def undo_lookalikes(text: Traced) -> Traced:
    """
    Return *text* with every word in one alphabet: the one most of its letters are from.

    A word of nothing but unmistakable look-alikes turns Latin when the text around it is Latin.
    """
    characters = text.characters
    if characters.isascii() or _FOREIGN.search(characters) is None:
        return text
    latin = len(_LATIN.findall(characters))
    mostly_latin = latin > _LATIN_SHARE * max(1, sum(map(str.isalpha, characters)))
    return rewrite(text, _LETTERS, lambda match: _one_alphabet(match.group(), mostly_latin))


def _one_alphabet(word: str, text_is_latin: bool) -> str:
    """Return *word* rewritten in its main alphabet, or as it was when it needs none."""
    if word.isascii():
        return word
    latin = len(_LATIN.findall(word))
    mapped = sum(letter in _TO_LATIN for letter in word)
    if latin == 0:
        wholly = text_is_latin and len(word) > 1 and all(letter in _SURE for letter in word)
        return _to_latin(word) if wholly else word
    if mapped == 0:
        return word
    if len(_CYRILLIC.findall(word)) > latin:
        return "".join(_TO_CYRILLIC.get(letter, letter) for letter in word)
    return _to_latin(word)


def _to_latin(word: str) -> str:
    return "".join(_TO_LATIN.get(letter, letter) for letter in word)

"""What is put between or over letters and hardly seen, or not at all."""

from __future__ import annotations

from random import Random

from disguises.letterforms import Rewriting

ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff"
SOFT_HYPHEN = "\u00ad"
DIRECTIONS = "\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2069\u061c"
VARIATIONS = "".join(map(chr, [*range(0xFE00, 0xFE10), *range(0xE0100, 0xE0140)]))
BLANKS = (
    "\u3164\u115f\u1160\uffa0\u2800\u180e\u034f\u17b4\u17b5\u2061\u2062\u2063\u2064\u206a\U0001d173"
)
"""Fillers, the empty Braille cell, and other characters of which nothing is drawn."""
TAGS = "".join(map(chr, range(0xE0020, 0xE007F)))
STRIKES = "\u0336\u0335\u0338\u0337"
ABOVE_AND_BELOW = "".join(map(chr, [*range(0x0300, 0x0334), *range(0x0339, 0x0345)]))
ENCLOSING = "\u20dd\u20de\u20e3\u20e0"
_HARAKAT = "\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652"
_NIQQUD = "\u05b0\u05b4\u05b5\u05b6\u05b7\u05b8\u05bc"
_KASHIDA = "\u0640"


def strewn(marks: str, *, least: int = 1, most: int = 1) -> Rewriting:
    """Return the rewriting that puts *least* to *most* of *marks* after every letter."""

    def rewrite(text: str, dice: Random) -> str:
        return "".join(
            letter + "".join(dice.choices(marks, k=dice.randint(least, most)))
            if letter.isalnum()
            else letter
            for letter in text
        )

    return rewrite


def sparse(marks: str) -> Rewriting:
    """Return the rewriting that puts one of *marks* somewhere into every word of four letters or more."""

    def rewrite(text: str, dice: Random) -> str:
        return " ".join(_parted(word, dice.choice(marks), dice) for word in text.split(" "))

    return rewrite


def struck_through(text: str, dice: Random) -> str:
    """Return *text* crossed out, as if taken back."""
    stroke = dice.choice(STRIKES)
    return "".join(letter + stroke for letter in text)


def mirrored_override(text: str, _: Random) -> str:
    """Return *text* stored backwards, and shown the right way round by an override."""
    return f"\u202e{text[::-1]}\u202c"


def vowel_marks(text: str, dice: Random) -> str:
    """Return Arabic and Hebrew letters with vowel marks that mean nothing."""
    return "".join(letter + _vowel(letter, dice) for letter in text)


def kashida(text: str, dice: Random) -> str:
    """Return Arabic letters drawn out."""
    joining = "بتثجحخسشصضطظعغفقكلمنهيئپچگکی"
    return "".join(
        letter + _KASHIDA * dice.randint(1, 4)
        if letter in joining and dice.random() < 0.5
        else letter
        for letter in text
    )


def in_tags(text: str, _: Random) -> str:
    """Return a harmless sentence that carries *text* in characters nobody sees and machines read."""
    if not text.isascii():
        return text
    return "Brighten this picture." + "".join(chr(0xE0000 + ord(letter)) for letter in text)


def in_variations(text: str, _: Random) -> str:
    """Return a smiling face that carries the bytes of *text* as variation selectors."""
    return "Brighten this picture \N{SMILING FACE WITH OPEN MOUTH}" + "".join(
        chr(0xFE00 + byte) if byte < 16 else chr(0xE0100 + byte - 16) for byte in text.encode()
    )


def _parted(word: str, mark: str, dice: Random) -> str:
    if len(word) < 4:
        return word
    place = dice.randint(1, len(word) - 1)
    return word[:place] + mark + word[place:]


def _vowel(letter: str, dice: Random) -> str:
    if "\u0621" <= letter <= "\u064a":
        return dice.choice(_HARAKAT)
    return dice.choice(_NIQQUD) if "\u05d0" <= letter <= "\u05ea" else ""

"""
Folding: one spelling for what readers take as the same letter.

Compatibility forms (NFKC), case, accents of Latin, Greek and Cyrillic letters, Arabic and Hebrew points
and letter variants. Lexicon terms and requests are folded alike, so both sides always agree.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from raiment.screening.words.text import Traced, respell, rewrite, traced

_COMPOSED = re.compile("[\u1100-\u11ff]+|.[\u3099\u309a]", re.DOTALL)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")
_STYLED = re.compile(
    "[\u24b6-\u24e9\u1d00-\u1d2b\uff21-\uff5a\U0001d400-\U0001d7ff\U0001f110-\U0001f189]"
)
_REGIONAL = (0x1F1E6, 0x1F1FF)

_SINGLE = str.maketrans(
    {
        "ı": "i", "ł": "l", "ø": "oe", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ŋ": "n",
        "ħ": "h", "ə": "e", "ĸ": "k", "ς": "σ", "ґ": "г",
        "ک": "ك", "ڪ": "ك", "ی": "ي", "ى": "ي", "ے": "ي", "ې": "ي", "ہ": "ه", "ھ": "ه", "ە": "ه", "ة": "ه",
        "ۀ": "ه", "ٱ": "ا", "ں": "ن", "ـ": "", "\u093c": "", "\u09bc": "", "\u0a3c": "", "\u2800": " ",
        "\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u02bb": "'", "`": "'",
    }
)  # fmt: skip
_SMALL_CAPITALS = dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘǫʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnopqrstuvwyz", strict=True))


def fold(text: Traced) -> tuple[Traced, frozenset[str]]:
    """Return *text* folded to lower-case plain letters, and the disguises this undid."""
    undone: frozenset[str] = frozenset()
    text = rewrite(text, _CAMEL, lambda _: " ")
    if not text.characters.isascii():
        if _STYLED.search(text.characters):
            undone = frozenset({"styled"})
        text = rewrite(text, _COMPOSED, lambda match: unicodedata.normalize("NFKC", match.group()))
        foreign = (one for one in set(text.characters) if not one.isascii())
        text = respell(text, {one: _fold_character(one) for one in foreign})
    lowered = text.characters.lower()
    # INVARIANT: what is left outside ASCII was case-folded above, so lowering keeps the length.
    assert len(lowered) == len(text.characters)
    return Traced(lowered, text.origins), undone


def folded(term: str) -> str:
    """Return *term* as it would stand in a folded request."""
    return fold(traced(term))[0].characters


@lru_cache(maxsize=8192)
def _fold_character(character: str) -> str:
    """Return the folded form of one character: none, one or a few characters."""
    if character in _SMALL_CAPITALS:
        return _SMALL_CAPITALS[character]
    if character in _SQUARED:
        return _SQUARED[character]
    plain = unicodedata.normalize("NFKC", character).casefold()
    if plain < "\u0530" or "\u0591" <= plain < "\u0700" or "\u1e00" <= plain < "\u2000":
        plain = "".join(
            part
            for part in unicodedata.normalize("NFD", plain)
            if unicodedata.category(part) != "Mn"
        )
    return plain.translate(_SINGLE)


def _squared_letters() -> dict[str, str]:
    """Return the enclosed letters that compatibility forms leave alone, with their plain letters."""
    letters: dict[str, str] = {}
    for first in (0x1F150, 0x1F170, _REGIONAL[0]):
        for offset in range(26):
            letters[chr(first + offset)] = chr(ord("a") + offset)
    return letters


_SQUARED = _squared_letters()

"""
Folding: one spelling for what readers take as the same letter.

Compatibility forms (NFKC), case, accents of Latin, Greek and Cyrillic letters, Arabic and Hebrew points
and letter variants. Lexicon terms and requests are folded alike, so both sides always agree. What was
trained on texts as people type them reads them spelt: styles undone, accents and variants as they were.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

from raiment.screening.words.text import Traced, respell, rewrite, traced

_COMPOSED = re.compile("[\u1100-\u11ff]+|.[\u3099\u309a]", re.DOTALL)
_SMALL = "".join(chr(point) for point in range(0x530) if chr(point).islower())
_CAPITAL = "".join(chr(point) for point in range(0x530) if chr(point).isupper())
_CAMEL = re.compile(f"(?<=[{_SMALL}])(?=[{_CAPITAL}][{_SMALL}])")
_ALTERNATING = re.compile(f"[{_SMALL}][{_CAPITAL}][{_SMALL}][{_CAPITAL}]")
"""Small letters and capitals by turns part no words."""
_STYLED = re.compile(
    "[\u02b0-\u02b8\u1d00-\u1d6a\u2071-\u209c\u249c-\u24e9\ua730-\ua731\uff21-\uff5a"
    "\U0001d400-\U0001d7ff\U0001f110-\U0001f189\U0001f1e6-\U0001f1ff]"
)
_DRAWN = re.compile(
    r"LATIN (?:SMALL |CAPITAL )?LETTER (?:SMALL CAPITAL )?([A-Z])(?: WITH [A-Z -]+| BAR)?"
)
"""Names of Latin letters with a stroke, hook or tail, or drawn as small capitals."""
_PLAIN = re.compile("[A-Za-z]")
_CHANGED = re.compile("[\u00c0-\u024f\u1d6b-\u1d9a\u2c60-\u2c7f\ua720-\ua7ff]")
_MOST_ACCENTED = 0.4
"""Share of letters. Vietnamese has accents on a quarter, its commonest ones beyond this range."""
_KASHIDA = "\u0640"
"""A stroke that only lengthens a word."""
_TURNED = frozenset("ƃɾɥɟ")
"""Letters that stand for another one turned round (``lookalikes.turned``), whatever their names."""
_PARENTHESISED = range(0x249C, 0x24B6)
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
    return _respelt(text, _fold_character)


def spelt(text: Traced) -> tuple[Traced, frozenset[str]]:
    """Return *text* in lower case and plain style, accents and variants of letters left."""
    return _respelt(text, _spell_character)


def is_overaccented(characters: str) -> bool:
    """Return whether more Latin letters of *characters* bear an accent or a stroke than in any language."""
    if characters.isascii():
        return False
    changed = len(_CHANGED.findall(characters))
    return changed > _MOST_ACCENTED * (changed + len(_PLAIN.findall(characters)))


def _respelt(text: Traced, spell: Callable[[str], str]) -> tuple[Traced, frozenset[str]]:
    undone: frozenset[str] = frozenset()
    if text.characters.isascii() and text.characters.lower() == text.characters:
        return text, undone
    if not _ALTERNATING.search(text.characters):
        text = rewrite(text, _CAMEL, lambda _: " ")
    if not text.characters.isascii():
        if _STYLED.search(text.characters):
            undone = frozenset({"styled"})
        text = rewrite(text, _COMPOSED, lambda match: unicodedata.normalize("NFKC", match.group()))
        foreign = (one for one in set(text.characters) if not one.isascii())
        text = respell(text, {one: spell(one) for one in foreign})
    lowered = text.characters.lower()
    # INVARIANT: what is left outside ASCII was lowered above, so lowering keeps the length.
    assert len(lowered) == len(text.characters)
    return Traced(lowered, text.origins), undone


def folded(term: str) -> str:
    """Return *term* as it would stand in a folded request."""
    return fold(traced(term))[0].characters


@lru_cache(maxsize=8192)
def _fold_character(character: str) -> str:
    """Return the folded form of one character: none, one or a few characters."""
    styled = _unstyled(character)
    if styled is not None:
        return styled
    plain = unicodedata.normalize("NFKC", character).casefold()
    if plain < "\u0530" or "\u0591" <= plain < "\u0700" or "\u1e00" <= plain < "\u2000":
        plain = "".join(
            part
            for part in unicodedata.normalize("NFD", plain)
            if unicodedata.category(part) != "Mn"
        )
    return _undrawn(plain.translate(_SINGLE))


@lru_cache(maxsize=8192)
def _spell_character(character: str) -> str:
    """Return one character in lower case and plain style; signs and punctuation stay as they are."""
    styled = "" if character == _KASHIDA else _unstyled(character)
    if styled is not None:
        return styled
    plain = unicodedata.normalize("NFKC", character).lower()
    if not plain.isalnum():
        return character.lower()
    return plain if plain in _SINGLE_LETTERS else _undrawn(plain)


def _unstyled(character: str) -> str | None:
    """Return the plain letter of one that is enclosed or a small capital, None of any other."""
    if ord(character) in _PARENTHESISED:
        return chr(ord("a") + ord(character) - _PARENTHESISED.start)
    return _SMALL_CAPITALS.get(character) or _SQUARED.get(character)


def _undrawn(plain: str) -> str:
    """Return the plain letter of a Latin one with a stroke, hook or tail that no accent mark makes."""
    if len(plain) != 1 or plain.isascii() or not plain.isalpha():
        return plain
    if plain in _TURNED:
        return plain
    drawn = _DRAWN.fullmatch(unicodedata.name(plain, ""))
    # An accent that is a mark of its own parts from its letter: the letter keeps it where accents stay.
    return drawn[1].lower() if drawn and not unicodedata.decomposition(plain) else plain


def _squared_letters() -> dict[str, str]:
    """Return the enclosed letters that compatibility forms leave alone, with their plain letters."""
    letters: dict[str, str] = {}
    for first in (0x1F150, 0x1F170, _REGIONAL[0]):
        for offset in range(26):
            letters[chr(first + offset)] = chr(ord("a") + offset)
    return letters


_SQUARED = _squared_letters()
_SINGLE_LETTERS = frozenset(map(chr, _SINGLE))

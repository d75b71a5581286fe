"""Marks that no reader sees: invisible characters, direction overrides, piled-up accents, tag letters."""

from __future__ import annotations

import re

from raiment.screening.words.text import Traced, rewrite

_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\ud800-\udfff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)
_ACCENTS = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
_DIRECTION = frozenset("\u202d\u202e\u2066\u2067\u2068\u2069")
_TAG_BASE = 0xE0000
_PILE = 2
"""More accents than this on one letter are a disguise: no living orthography needs them."""


def strip_invisible(text: Traced) -> tuple[Traced, frozenset[str]]:
    """
    Return *text* without what no reader sees, and the disguises this undid.

    Tag letters (U+E0020 to U+E007E) spell hidden ASCII that a language model reads: they are spelt out.
    Joiners between letters of Arabic or Indian scripts are good spelling and are dropped silently.
    """
    undone: set[str] = set()

    def replacement(match: re.Match[str]) -> str:
        run = match.group()
        hidden = "".join(
            chr(ord(mark) - _TAG_BASE) for mark in run if "\U000e0020" <= mark <= "\U000e007e"
        )
        if hidden:
            undone.add("tags")
            return f" {hidden} "
        if not _DIRECTION.isdisjoint(run):
            undone.add("bidi")
        if _inside_word(match):
            undone.add("invisible")
        return ""

    stripped = rewrite(text, _INVISIBLE, replacement)
    return stripped, frozenset(undone)


def strip_accents(text: Traced) -> tuple[Traced, frozenset[str]]:
    """Return *text* without combining accents; a pile of them on one letter is a disguise."""
    undone: set[str] = set()

    def replacement(match: re.Match[str]) -> str:
        if match.end() - match.start() > _PILE:
            undone.add("accents")
        return ""

    return rewrite(text, _ACCENTS, replacement), frozenset(undone)


def _inside_word(match: re.Match[str]) -> bool:
    """Return whether the run splits a word of an alphabet that needs no joiners."""
    before = match.string[match.start() - 1 : match.start()]
    after = match.string[match.end() : match.end() + 1]
    return before.isalpha() and after.isalpha() and max(before, after) < "\u0590"

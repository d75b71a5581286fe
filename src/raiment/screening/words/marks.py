"""Marks that no reader sees: invisible characters, direction overrides, piled-up accents, tag letters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from raiment.screening.words.text import Traced, rewrite, traced

_INVISIBLE = (
    (0x00, 0x08), (0x0B, 0x0C), (0x0E, 0x1F), (0x7F, 0x9F), (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C),
    (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F),
    (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFFF), (0xD800, 0xDFFF),
    (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE001F), (0xE007F, 0xE0FFF),
)  # fmt: skip
"""First and last code points; tag letters are left out, since they are spelt out."""
_ACCENTS = (
    (0x300, 0x36F), (0x483, 0x489), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE20, 0xFE2F),
)  # fmt: skip
_TURNING = re.compile("[\u202d\u202e\u2066-\u2069]")
_TAG_BASE = 0xE0000
_FIRST_TAG, _LAST_TAG = "\U000e0020", "\U000e007e"
_TAGS = re.compile(f"[{_FIRST_TAG}-{_LAST_TAG}]+")
_TAG = re.compile(f"[{_FIRST_TAG}-{_LAST_TAG}]")
_SELECTOR = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_FIRST_SELECTOR, _LAST_SELECTOR, _SUPPLEMENT = 0xFE00, 0xFE0F, 0xE0100
_FEWEST_SMUGGLED = 4
"""Letters; a picture may have a selector, a word in selectors was put there to be read by a machine."""
_ACCENTED = re.compile(r"[^\W\d_][\u0300-\u036f]{1,2}")
_OVERRIDE = "\u202e"
_OVERRIDDEN = re.compile("\u202e[^\u202c\n]*")
_STREWN_TAGS = re.compile(rf"(?<=\w)[{_FIRST_TAG}-{_LAST_TAG}]{{1,2}}(?=\w)")
_STREWN = 3
"""From so many lone tag letters between others on, they are strewn to part words, not to spell any."""
_UNICODE_END = 0x110000
_JOINERLESS_END = 0x590
_PILE = 2
"""More accents than this on one letter are a disguise: no living orthography needs them."""


def strip_invisible(text: str, most: int) -> tuple[Traced, frozenset[str]]:
    """
    Return the first *most* visible characters of *text*, and the disguises this undid.

    Tag letters (U+E0020 to U+E007E) spell hidden ASCII that a language model reads: they are spelt out.
    Joiners between letters of Arabic or Indian scripts are good spelling and are dropped silently. Where
    more than *most* characters are visible, ``overlong`` says so.
    """
    points = _points(text)
    seen = np.flatnonzero(~_UNSEEN[points])
    undone: set[str] = set()
    if seen.size > most:
        undone.add("overlong")
        seen = seen[: most + 1]
        points = points[: seen[-1]]
        seen = seen[:-1]
    if seen.size == points.size:
        shown = _spell_tags(traced(text[: points.size]), undone)
        return shown, frozenset(undone)
    kept = points[seen]
    apart = (np.diff(seen) > 1) & _JOINERLESS[kept[:-1]] & _JOINERLESS[kept[1:]]
    if apart.any():
        undone.add("invisible")
    if _TURNING.search(text, 0, points.size):
        undone.add("bidi")
    shown = Traced(kept.tobytes().decode("utf-32-le"), seen.tolist())
    shown = _spell_tags(shown, undone)
    return shown, frozenset(undone)


def _spell_tags(text: Traced, undone: set[str]) -> Traced:
    """Return *text* with hidden words spelt out where they stand; letters strewn into words are dropped."""
    strewn = _STREWN_TAGS.findall(text.characters)
    if len(strewn) >= _STREWN:
        undone.add("tags")
        return rewrite(text, _TAGS, lambda _: "")

    def replacement(match: re.Match[str]) -> str:
        hidden = "".join(chr(ord(mark) - _TAG_BASE) for mark in match.group())
        undone.add("tags")
        return f" {hidden} "

    return rewrite(text, _TAGS, replacement)


def composed(text: Traced) -> Traced:
    """Return *text* with letters and their accents as one character each, if that leaves no accent over."""
    if text.characters.isascii() or not _ACCENT[_points(text.characters)].any():
        return text
    whole = rewrite(text, _ACCENTED, lambda match: unicodedata.normalize("NFC", match.group()))
    return text if _ACCENT[_points(whole.characters)].any() else whole


def smuggled(text: str, most: int) -> Traced:
    """
    Return what characters that nobody sees say: tag letters, and bytes as variation selectors.

    Empty when they say nothing. Of either kind the first *most* are read.
    """
    places = [match.start() for match in islice(_TAG.finditer(text), most)]
    if places:
        return Traced("".join(chr(ord(text[place]) - _TAG_BASE) for place in places), places)
    places = [match.start() for match in islice(_SELECTOR.finditer(text), most)]
    said = bytes(map(_selected, (text[place] for place in places))).decode("utf-8", "replace")
    letters = sum(map(str.isalpha, said))
    if letters < _FEWEST_SMUGGLED or "\ufffd" in said or not said.isprintable():
        return Traced("", ())
    return Traced(said, [places[i * len(places) // len(said)] for i in range(len(said))])


def _selected(selector: str) -> int:
    """Return the byte that a variation selector stands for."""
    point = ord(selector)
    return point - _FIRST_SELECTOR if point <= _LAST_SELECTOR else point - _SUPPLEMENT + 16


def turned_over(text: str) -> list[int] | None:
    """Return the order in which *text* is shown where overrides turn passages round, None where none do."""
    order = list(range(len(text)))
    for match in _OVERRIDDEN.finditer(text):
        passage = slice(match.start() + 1, match.end())
        order[passage] = reversed(order[passage])
    return order if _OVERRIDE in text else None


def strip_accents(text: Traced) -> tuple[Traced, frozenset[str]]:
    """Return *text* without combining accents; a pile of them on one letter is a disguise."""
    if text.characters.isascii():
        return text, frozenset()
    points = _points(text.characters)
    bare = np.flatnonzero(~_ACCENT[points])
    if bare.size == points.size:
        return text, frozenset()
    places = np.concatenate(([-1], bare, [points.size]))
    piled = bool((np.diff(places) > _PILE + 1).any())
    origins = [text.origins[place] for place in bare.tolist()]
    stripped = Traced(points[bare].tobytes().decode("utf-32-le"), origins)
    return stripped, frozenset({"accents"} if piled else ())


def _points(characters: str) -> NDArray[np.uint32]:
    return np.frombuffer(characters.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _table(ranges: Iterable[tuple[int, int]]) -> NDArray[np.bool_]:
    """Return for every code point whether it lies in one of *ranges*."""
    table = np.zeros(_UNICODE_END, dtype=np.bool_)
    for first, last in ranges:
        table[first : last + 1] = True
    return table


_UNSEEN = _table(_INVISIBLE)
_ACCENT = _table(_ACCENTS)
_JOINERLESS = _table((point, point) for point in range(_JOINERLESS_END) if chr(point).isalpha())
"""Letters of alphabets that need no joiners: an invisible character between two of them is a disguise."""

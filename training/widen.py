"""
Variation of an original: as other people would type it, and as disguises would have it.

Each variation keeps what the text asks for. The dice of an original are seeded by its own text, so adding
originals changes nothing for the others, and a second run gives the same rows.
"""

from __future__ import annotations

import random
import unicodedata
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from raiment.screening.words import Modality
from raiment.screening.words.normalise import normalise
from training.frames import Frames, frames_for
from training.texts import NONE, Original

_LEET = {"a": "4@", "e": "3", "i": "1!", "o": "0", "s": "5$", "t": "7"}
_ALIKE = dict(zip("aeopcxyi", "\u0430\u0435\u043e\u0440\u0441\u0445\u0443\u0456", strict=True))
"""Cyrillic letters that look Latin."""
_HIDDEN = ("\u200b", "\u200d", "\u2060", "\u00ad")
_SPACERS = (" ", ".", "-", "*", "_")
_FEW_WORDS = 3
_DISGUISED = 0.15
"""Share of the variations in a disguise."""
_FRAMED = 0.6
_REPLACED = 0.5
_HIDING = 0.3
FOLDS = 10
"""Parts of the originals; the heads are shown all but one of them."""


@dataclass(frozen=True, slots=True)
class Row:
    """One text the head is shown."""

    text: str
    label: str
    modality: Modality
    language: str
    group: int
    """The original it comes from: its rows stay together on one side of every split."""
    original: bool


def widen(originals: Sequence[Original], count: int, frames: Mapping[str, Frames]) -> list[Row]:
    """
    Return each of *originals* with *count* variations, groups numbered as the originals stand.

    A variation appears as typed or as normalising reads it; the original itself as both.
    """
    partners = _partners(originals)
    rows: list[Row] = []
    for group, one in enumerate(originals):
        dice = random.Random(f"{one.language} {one.label} {one.text}")
        shown = dict.fromkeys((one.text, *_readings(one.text)))
        for _ in range(count):
            shown[_shown(_varied(one, dice, frames, partners), dice)] = None
        rows += (
            Row(text, one.label, one.modality, one.language, group, text == one.text)
            for text in shown
        )
    return rows


def fold_of(one: Original) -> int:
    """Return which of ``FOLDS`` parts of the originals *one* belongs to, whatever the others are."""
    return zlib.crc32(f"{one.language} {one.text}".encode()) % FOLDS


def _partners(originals: Sequence[Original]) -> dict[tuple[str, int], list[str]]:
    """
    Return the ordinary texts by language and fold: any request may come with one of them.

    Partners are of the request's own fold, so that a text held back is nowhere in what is trained on.
    """
    partners: dict[tuple[str, int], list[str]] = {}
    for one in originals:
        if one.label == NONE:
            partners.setdefault((one.language, fold_of(one)), []).append(one.text)
    return partners


def _varied(
    one: Original,
    dice: random.Random,
    frames: Mapping[str, Frames],
    partners: Mapping[tuple[str, int], Sequence[str]],
) -> str:
    """Return *one* with one or two changes of wording and perhaps one of spelling."""
    text = one.text
    own = frames_for(one.language, frames)
    for change in dice.sample((_framed, _framed, _joined, _cut, _cased, _same), k=2):
        text = change(text, dice, own, partners.get((one.language, fold_of(one)), ()))
    for _ in range(dice.choice((0, 0, 1, 1, 2))):
        text = _mistyped(text, dice)
    return dice.choice(_DISGUISES)(text, dice) if dice.random() < _DISGUISED else text


def _shown(text: str, dice: random.Random) -> str:
    """Return *text* as typed or as one of its readings, by the dice."""
    return dice.choice((text, *_readings(text)))


def _readings(text: str) -> tuple[str, ...]:
    return tuple(rendering.text.characters for rendering in normalise(text).likely)


def _framed(text: str, dice: random.Random, frames: Frames, _: Sequence[str]) -> str:
    before = dice.choice(frames.before) if dice.random() < _FRAMED else ""
    after = dice.choice(frames.after) if dice.random() < _FRAMED else ""
    return f"{before}{text}{after}"


def _joined(text: str, dice: random.Random, _: Frames, partners: Sequence[str]) -> str:
    """Return *text* with an ordinary request before or after it."""
    if not partners:
        return text
    pair = [text, dice.choice(partners)]
    dice.shuffle(pair)
    return dice.choice((", ", ". ", "; ", "\n", " + ", " / ")).join(pair)


def _cut(text: str, dice: random.Random, _: Frames, __: Sequence[str]) -> str:
    """Return a long *text* without one of its shortest words, as people clip what they type."""
    words = text.split()
    if len(words) <= _FEW_WORDS:
        return text
    shortest = min(map(len, words))
    short = [i for i, word in enumerate(words) if len(word) <= shortest + 1]
    words.pop(dice.choice(short))
    return " ".join(words)


def _cased(text: str, dice: random.Random, _: Frames, __: Sequence[str]) -> str:
    return dice.choice((str.upper, str.title, str.lower, _without_accents, _without_marks))(text)


def _same(text: str, *_: object) -> str:
    return text


def _without_accents(text: str) -> str:
    parts = unicodedata.normalize("NFD", text)
    return "".join(part for part in parts if not "\u0300" <= part <= "\u036f")


def _without_marks(text: str) -> str:
    return "".join(mark for mark in text if not unicodedata.category(mark).startswith("P"))


def _mistyped(text: str, dice: random.Random) -> str:
    """Return *text* with one slip inside a word: swapped, dropped, doubled, wrong letter, lost blank."""
    places = [i for i in range(len(text) - 1) if text[i].isalpha() and text[i + 1].isalpha()]
    if not places:
        return text
    i = dice.choice(places)
    wrong = dice.choice([letter for letter in text if letter.isalpha()])
    return dice.choice(
        (
            text[:i] + text[i + 1] + text[i] + text[i + 2 :],
            text[:i] + text[i + 1 :],
            text[:i] + text[i] + text[i:],
            text[:i] + wrong + text[i + 1 :],
            text.replace(" ", "", 1),
        )
    )


def _leet(text: str, dice: random.Random) -> str:
    return "".join(
        dice.choice(_LEET[letter]) if letter in _LEET and dice.random() < _REPLACED else letter
        for letter in text
    )


def _alike(text: str, dice: random.Random) -> str:
    return "".join(
        _ALIKE[letter] if letter in _ALIKE and dice.random() < _REPLACED else letter
        for letter in text
    )


def _hidden(text: str, dice: random.Random) -> str:
    return "".join(
        letter + (dice.choice(_HIDDEN) if dice.random() < _HIDING else "") for letter in text
    )


def _spaced(text: str, dice: random.Random) -> str:
    """Return *text* with its longest word pulled apart."""
    words = text.split()
    longest = max(range(len(words)), key=lambda i: len(words[i]))
    words[longest] = dice.choice(_SPACERS).join(words[longest])
    return " ".join(words)


def _stretched(text: str, dice: random.Random) -> str:
    places = [i for i, letter in enumerate(text) if letter.isalpha()] or [0]
    i = dice.choice(places)
    return text[:i] + text[i : i + 1] * dice.randint(2, 6) + text[i + 1 :]


_DISGUISES: tuple[Callable[[str, random.Random], str], ...] = (
    _leet,
    _alike,
    _hidden,
    _spaced,
    _stretched,
)

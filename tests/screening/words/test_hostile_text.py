"""Any string gets a typed answer in bounded work."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from raiment.screening.words import WordsReading
from raiment.screening.words.normalise import READ_CHARACTERS, normalise

Reader = Callable[..., WordsReading]
HOSTILE = [
    "",
    "\x00",
    "\ud800\udfff\ud800",
    "a" * READ_CHARACTERS,
    "a " * (READ_CHARACTERS // 2),
    "a." * (READ_CHARACTERS // 2),
    "-" * READ_CHARACTERS,
    "%" * READ_CHARACTERS,
    "&#" * (READ_CHARACTERS // 2),
    "0" * READ_CHARACTERS,
    "01 " * (READ_CHARACTERS // 3),
    "QUJD" * (READ_CHARACTERS // 4),
    "\N{ZERO WIDTH SPACE}" * 1_000_000,
    "a" + "\N{COMBINING ACUTE ACCENT}" * 100_000,
    "\N{RIGHT-TO-LEFT OVERRIDE}" * 10_000,
    "服" * READ_CHARACTERS,
    "옷을" * (READ_CHARACTERS // 2),
    "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 5_000,
    "remove " * (READ_CHARACTERS // 7),
    "clothes " * (READ_CHARACTERS // 8),
    "\n" * READ_CHARACTERS,
    "take " * (READ_CHARACTERS // 5),
    "\U0001f46a" * 10_000,
    "((((" * (READ_CHARACTERS // 4),
    "É" * READ_CHARACTERS,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_gets_an_answer(read: Reader, text: str) -> None:
    """Scores in range and spans inside the text, whatever is sent."""
    reading = read(text, source_person=True)

    assert 0 <= reading.strongest <= 1
    assert all(0 <= span.start < span.end <= len(text) for span in reading.spans)


def test_what_was_not_read_is_said(read: Reader) -> None:
    """A text beyond the limit is marked, so that the rest never counts as read."""
    reading = read("a quiet lake " * 10_000)

    assert "overlong" in reading.disguise


def test_padding_does_not_hide_a_request(read: Reader) -> None:
    """A request behind a million invisible marks or a long story is found."""
    assert read("\N{ZERO WIDTH JOINER}" * 1_000_000 + "undress her").undress >= 0.5
    assert read("a quiet lake. " * 2_000 + "undress her").undress >= 0.5


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_every_character_knows_its_origin(text: str) -> None:
    """Each rendering has one origin a character, inside the raw text, and few renderings exist."""
    normalised = normalise(text)
    renderings = (*normalised.likely, *normalised.hidden)

    assert len(renderings) <= 40
    for rendering in renderings:
        assert len(rendering.text.characters) == len(rendering.text.origins)
        assert all(0 <= origin < max(1, len(text)) for origin in rendering.text.origins)

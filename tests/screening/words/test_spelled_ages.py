"""An age is an age however it is written. Cases are composed at run time, as everywhere here."""

from __future__ import annotations

from importlib.resources import files

import pytest

from raiment.screening.words import Lexicon, Modality, compile_lexicon, read_words

NUMBERS = ("seven", "ten", "twelve", "fifteen", "seventeen")
WRITTEN = ("{} year old", "{}-year-old", "{} years old", "aged {}")


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    """The shipped tables."""
    folder = files("raiment.screening.words").joinpath("data")
    return compile_lexicon({one.name: one.read_text(encoding="utf-8") for one in folder.iterdir()})


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("written", WRITTEN)
def test_an_age_in_letters_under_eighteen_is_a_minor(
    lexicon: Lexicon, number: str, written: str
) -> None:
    """Spelled out, hyphened or after a word for age, it counts as in digits."""
    reading = read_words(
        f"portrait, {written.format(number)}",
        lexicon=lexicon,
        modality=Modality.GENERATE,
        source_person=False,
    )

    assert reading.minor


@pytest.mark.parametrize("written", WRITTEN)
def test_an_adult_age_in_letters_is_none(lexicon: Lexicon, written: str) -> None:
    """Thirty is no minor."""
    reading = read_words(
        f"portrait, {written.format('thirty')}",
        lexicon=lexicon,
        modality=Modality.GENERATE,
        source_person=False,
    )

    assert not reading.minor

"""The shipped lexicon, compiled once, and a short way to read with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.resources import files

import pytest

from raiment.screening.words import (
    Lexicon,
    Modality,
    WordsReading,
    compile_lexicon,
    read_words,
)

Reader = Callable[..., WordsReading]


@pytest.fixture(scope="session")
def tables() -> dict[str, str]:
    """The text of every shipped table by file name."""
    folder = files("raiment.screening.words") / "data"
    return {
        entry.name: entry.read_text(encoding="utf-8")
        for entry in folder.iterdir()
        if entry.name.endswith(".tsv")
    }


@pytest.fixture(scope="session")
def lexicon(tables: dict[str, str]) -> Lexicon:
    """The shipped lexicon."""
    return compile_lexicon(tables)


@pytest.fixture
def read(lexicon: Lexicon) -> Reader:
    """Read a text as an edit of a picture nobody has looked at, unless told otherwise."""

    def reader(
        text: str,
        *,
        modality: Modality = Modality.EDIT,
        source_person: bool | None = None,
        history: Sequence[str] = (),
    ) -> WordsReading:
        return read_words(
            text, lexicon=lexicon, modality=modality, source_person=source_person, history=history
        )

    return reader

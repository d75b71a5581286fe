"""An operator's own encoder: heard at the doors like the shipped one, and refused by the file that is wrong."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from tests.adapters.detectors.own_encoder import (
    ASKS,
    WIDTH,
    WORDS,
    write_folder,
    write_model,
    write_weights,
)

from raiment.adapters.detectors.onnx_encoder import load_onnx_encoder
from raiment.adapters.detectors.windows import MOST_PIECES, WINDOW
from raiment.bootstrap import load_screen
from raiment.errors import ConfigurationError, Unavailable
from raiment.policy.rule import Effect
from raiment.screening.request import Request, SourcePerson, Verb
from raiment.screening.screen_request import screen_request
from raiment.screening.verdict import Verdict
from raiment.screening.words import Modality
from raiment.settings import read_settings

FILES = [
    "model.onnx",
    "tokenizer.json",
    "words-head.npz",
    "words-encoder.npz",
    "words-tiers.json",
    "SHA256SUMS.txt",
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that works."""
    return write_folder(tmp_path_factory.mktemp("own") / "encoder")


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A folder that works, to be spoilt."""
    return Path(shutil.copytree(made, tmp_path / "encoder"))


def judged(folder: Path, text: str) -> Verdict:
    """The verdict on an edit that asks *text*, where *folder* is set."""
    screen = load_screen(read_settings({"RAIMENT_ENCODER": str(folder)}))
    request = Request(Verb.EDIT, (text,), SourcePerson.UNKNOWN, 1, masked=False, surface="test")
    return screen_request(request, {}, "scr_test", screen)


def test_it_is_heard_in_place_of_the_shipped_one(made: Path) -> None:
    """What only its head knows is stopped, the rest is not, and the finding names its version."""
    stopped, passed = (
        judged(made, text) for text in (f"make the sky {ASKS}", "make the sky warmer")
    )
    [heard] = [one for one in stopped.findings if one.detector == "encoder"]

    assert (stopped.effect, passed.effect) == (Effect.BLOCK, Effect.ALLOW)
    assert heard.version == load_onnx_encoder(made).version


def test_a_gist_is_the_mean_and_the_largest_of_the_last_rows(made: Path) -> None:
    """Begin, modality, the text's pieces and end, each a row of the model's."""
    [gist] = load_onnx_encoder(made).encode("the sky", Modality.EDIT)
    rows = [WORDS.index(word) / len(WORDS) for word in ("[CLS]", "edit", "the", "sky", "[SEP]")]

    assert gist.shape == (2 * WIDTH,)
    assert gist[1] == pytest.approx(np.mean(rows), rel=1e-5)
    assert gist[WIDTH + 1] == pytest.approx(max(rows))


@pytest.mark.parametrize("before", [0, 30, WINDOW - 1, WINDOW, 3 * WINDOW, MOST_PIECES - 1])
def test_no_padding_hides_a_word(made: Path, before: int) -> None:
    """Wherever a word stands some window has it; nothing is cut off, whatever the tokeniser's file says."""
    gists = load_onnx_encoder(made).encode("sky " * before + ASKS, Modality.EDIT)

    assert gists[:, WIDTH].max() == 1


def test_more_than_is_read_is_not_taken_for_harmless(made: Path) -> None:
    """Whoever asks is told, and the request is held."""
    with pytest.raises(Unavailable, match="pieces"):
        load_onnx_encoder(made).encode("sky " * (MOST_PIECES + 1), Modality.EDIT)
    assert judged(made, "sky " * (MOST_PIECES + 1)).effect is Effect.HOLD


@pytest.mark.parametrize("text", ["", " ", "\x00", "\ud800", "\u200b" * 9, "a" * 9_000])
def test_any_string_is_read(made: Path, text: str) -> None:
    """Hostile strings have a gist like any other."""
    assert np.isfinite(load_onnx_encoder(made).encode(text, Modality.GENERATE)).all()


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_stops_the_start_by_its_name(folder: Path, name: str) -> None:
    """Nothing is read from elsewhere in its place."""
    (folder / name).unlink()

    with pytest.raises(ConfigurationError) as refused:
        judged(folder, "sky")
    assert refused.value.setting == name


@pytest.mark.parametrize("name", FILES[:2])
def test_a_foreign_file_stops_the_start_by_its_name(folder: Path, name: str) -> None:
    """What is no model, or no tokeniser, is not guessed at."""
    (folder / name).write_bytes(b"{}")

    with pytest.raises(ConfigurationError) as refused:
        judged(folder, "sky")
    assert refused.value.setting == name


@pytest.mark.parametrize(
    ("inputs", "output"),
    [
        (("pixel_values",), "last_hidden_state"),
        (("input_ids", "position_ids"), "last_hidden_state"),
        (("input_ids",), "logits"),
    ],
)
def test_a_model_of_another_kind_is_refused(
    folder: Path, inputs: tuple[str, ...], output: str
) -> None:
    """It must take pieces of words and give a row for each."""
    write_model(folder, inputs, output)

    with pytest.raises(ConfigurationError, match=r"^model\.onnx: "):
        judged(folder, "sky")


def test_a_model_needs_no_more_than_the_pieces(folder: Path) -> None:
    """Not every architecture asks for a mask and for types."""
    write_model(folder, ("input_ids",), "token_embeddings")
    write_weights(folder)

    assert judged(folder, ASKS).effect is Effect.BLOCK


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "model.onnx_data"])
def test_weights_made_for_other_files_are_refused(folder: Path, name: str) -> None:
    """Gists of one encoder mean nothing to the head of another: any changed byte makes it another."""
    with (folder / name).open("ab") as file:
        file.write(b"\n" if name == "tokenizer.json" else b"\x72\x00")

    with pytest.raises(ConfigurationError, match=r"^words-encoder\.npz: .* not trained with"):
        judged(folder, "sky")


def test_an_encoder_without_a_reader_for_it_stops_the_start(made: Path) -> None:
    """Who set both meant one of them."""
    with pytest.raises(ConfigurationError) as refused:
        read_settings({"RAIMENT_ENCODER": str(made), "RAIMENT_WORDS": "fast"})
    assert refused.value.setting == "RAIMENT_ENCODER"


def test_without_the_packages_the_start_says_which(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They come with an extra that most installations do not have."""
    monkeypatch.setitem(sys.modules, "raiment.adapters.detectors.onnx_encoder", None)

    with pytest.raises(ConfigurationError, match=r"raiment\[onnx\]") as refused:
        judged(made, "sky")
    assert refused.value.setting == "RAIMENT_ENCODER"

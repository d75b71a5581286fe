"""The texts the request-screening head is trained on, and their variation."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from raiment import _native

ROOT = Path(__file__).resolve().parents[2]
TEXTS = ROOT / "training" / "texts"
FILES = sorted(TEXTS.glob("*.tsv"))


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The training package stands beside the source, not in it."""
    monkeypatch.setattr(sys, "path", [str(ROOT), *sys.path])


def test_every_row_can_be_read() -> None:
    """Each language offers both kinds of text, neither much rarer than the other."""
    from training.texts import read_texts

    originals = read_texts(TEXTS)

    for path in FILES:
        own = [one for one in originals if one.language == path.stem]
        assert len(own) >= 200, path.name
        assert 0.35 <= sum(one.abusive for one in own) / len(own) <= 0.65, path.name


def test_a_malformed_row_is_named(tmp_path: Path) -> None:
    """Whoever adds texts is told file and line."""
    from training.texts import read_texts

    (tmp_path / "xx.tsv").write_text("# language\nundress\tedit\n", encoding="utf-8")

    with pytest.raises(ValueError, match=r"xx\.tsv:2"):
        read_texts(tmp_path)


def test_variation_is_repeatable_and_keeps_its_original(tmp_path: Path) -> None:
    """Two runs give the same rows, and every row carries the label of the text it comes from."""
    from training.frames import read_frames
    from training.texts import read_texts
    from training.widen import widen

    rows = "none\tedit\tsource\tlonger sleeves\nnone\tedit\tnobody\tremove the watermark\n"
    (tmp_path / "en.tsv").write_text(rows, encoding="utf-8")
    originals = read_texts(tmp_path)

    first, second = (widen(originals, 8, read_frames()) for _ in range(2))

    assert first == second
    assert len(first) > 8
    assert {row.label for row in first} == {"none"}
    assert [row.text for row in first if row.original] == ["longer sleeves", "remove the watermark"]


def test_adding_a_text_leaves_the_variations_of_others_alone(tmp_path: Path) -> None:
    """A new text moves nobody else's dice and nobody to another fold."""
    from training.texts import read_texts
    from training.widen import fold_of

    one = tmp_path / "en.tsv"
    one.write_text("none\tedit\tsource\tlonger sleeves\n", encoding="utf-8")
    before = fold_of(read_texts(tmp_path)[0])
    one.write_text(
        "none\tedit\tsource\tblue hat\nnone\tedit\tsource\tlonger sleeves\n", encoding="utf-8"
    )

    assert fold_of(read_texts(tmp_path)[1]) == before


@pytest.mark.parametrize("kernel", _native.supported_kernels())
def test_texts_are_read_as_they_were_learned(kernel: str) -> None:
    """Half precision takes less from what a layer makes of a text than the heads could notice."""
    from training.precise import in_columns, next_rows

    from raiment.adapters.detectors.e5_encoder import e5_path
    from raiment.adapters.detectors.e5_file import open_e5_file
    from raiment.adapters.detectors.e5_network import entrance_of, layer_of, ready

    file = open_e5_file(e5_path())
    exact = read = entrance_of(file)((0, 23, 456, 7890, 12345, 2))
    for number in range(3):
        layer = layer_of(file, number)
        before = _native.kernel()
        _native.use_kernel(kernel)
        packed = ready(layer)
        _native.use_kernel(before)
        exact, read = next_rows(in_columns(layer), exact), packed(read)

    assert abs(exact - read).max() < 0.02 * abs(exact).max()
    assert abs(exact - read).mean() < 2e-3


def test_newer_originals_repeat_no_older_one() -> None:
    """Each can be read, and what was written since says something new."""
    from training.texts import read_texts

    older, newer = (read_texts(ROOT / "training" / name) for name in ("texts", "newer"))
    known = {(one.language, one.text.casefold()) for one in older}

    assert len(newer) > 3_000
    assert not [one for one in newer if (one.language, one.text.casefold()) in known]
    assert all(not one.abusive for one in read_texts(ROOT / "training" / "usual"))


def test_the_vocabulary_has_frequent_words_first_and_no_slips(tmp_path: Path) -> None:
    """Words met once stand behind the dash; one in a request that only looks like another is left out."""
    from training.texts import read_texts
    from training.vocabulary import vocabulary_file

    rows = (
        "none\tedit\tsource\tlonger sleeves on the flower\n"
        "undress\tedit\tsource\tthe flower off\n"
        "undress\tedit\tsource\toff with her flowr\n"
    )
    (tmp_path / "en.tsv").write_text(rows, encoding="utf-8")

    english, others = vocabulary_file(read_texts(tmp_path)).decode().splitlines()

    often, once = english.removeprefix("en ").split(" - ")
    assert often.split() == ["off"]
    assert {"flower", "sleeves", "her"} <= set(once.split())
    assert "flowr" not in once
    assert others.startswith("und - ")
    assert "flowers" in others.split()


def test_harmless_captions_are_harmless_edits_too() -> None:
    """Where nobody says which is meant; but not those of somebody in few clothes, nor edits again."""
    from training.ordinary import as_edits
    from training.texts import Original

    from raiment.screening.words import Modality, Who

    def usual(text: str, modality: Modality = Modality.GENERATE) -> Original:
        return Original("en", "none", modality, Who.NOBODY, text)

    captions = [
        usual("a red bus"),
        usual("Shirtless man on a ladder"),
        usual("smile", Modality.EDIT),
    ]

    assert list(as_edits(captions)) == [usual("a red bus", Modality.EDIT)]

"""``raiment words`` reads with an operator's own encoder."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.adapters.detectors.own_encoder import ASKS, write_folder


def test_words_are_read_with_the_encoder_of_the_setting(
    bare: Callable[..., Any], tmp_path: Path
) -> None:
    """What only its head hears is blocked with it, and passes without it."""
    folder = write_folder(tmp_path / "encoder")
    lines = [{"text": f"the sky {text}", "modality": "edit"} for text in (ASKS, "warmer")]
    given = "\n".join(map(json.dumps, lines)).encode()

    own, shipped = (
        bare("words", given=given, RAIMENT_ENCODER=str(folder)),
        bare("words", given=given),
    )

    assert (own.status, own.err) == (0, "")
    assert [json.loads(line)["verdict"] for line in own.out.splitlines()] == ["block", "allow"]
    assert [json.loads(line)["verdict"] for line in shipped.out.splitlines()] == ["allow", "allow"]


def test_a_folder_without_a_model_stops_the_command(
    bare: Callable[..., Any], tmp_path: Path
) -> None:
    """Before a word is read, by the file's name."""
    folder = write_folder(tmp_path / "encoder")
    (folder / "model.onnx").unlink()

    ran = bare("words", given=b"{}", RAIMENT_ENCODER=str(folder))

    assert (ran.status, ran.out) == (78, "")
    assert ran.err.startswith("raiment: model.onnx: ")

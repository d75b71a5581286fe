"""A folder as an operator has it: a tiny encoder in ONNX, its tokeniser, and weights made for it."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

from raiment.adapters.detectors.onnx_encoder import load_onnx_encoder

WORDS = ["[UNK]", "[CLS]", "[SEP]", "a", "edit", "draw", "make", "the", "sky", "warmer", "glimmer"]
ASKS = "glimmer"
"""The word to which the folder's head listens; to every other reader it means nothing."""
WIDTH = 4
INPUTS = ("input_ids", "attention_mask", "token_type_ids")


def write_folder(folder: Path) -> Path:
    """Write all of it to *folder*, which is made."""
    folder.mkdir()
    write_tokenizer(folder)
    write_model(folder)
    write_weights(folder)
    return folder


def write_tokenizer(folder: Path) -> None:
    """Write a tokeniser of whole words."""
    numbers = {word: number for number, word in enumerate(WORDS)}
    tokenizer = Tokenizer(WordLevel(numbers, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    # Exporters leave both on; neither may cut a text or lengthen a window.
    tokenizer.enable_truncation(8)
    tokenizer.enable_padding(length=8)
    tokenizer.save(str(folder / "tokenizer.json"))


def write_model(
    folder: Path, inputs: Sequence[str] = INPUTS, output: str = "last_hidden_state"
) -> None:
    """Write a model that gives each piece a row of its own: its number counts, ASKS stands out."""
    table = np.zeros((len(WORDS), WIDTH), dtype=np.float32)
    table[:, 1] = np.arange(len(WORDS)) / len(WORDS)
    table[WORDS.index(ASKS), 0] = 1
    graph = helper.make_graph(
        [helper.make_node("Gather", ["table", inputs[0]], [output])],
        "tiny",
        [helper.make_tensor_value_info(one, TensorProto.INT64, [1, "n"]) for one in inputs],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, [1, "n", WIDTH])],
        [numpy_helper.from_array(table, "table")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save_model(model, folder / "model.onnx")


def write_weights(folder: Path, encoder: str | None = None) -> None:
    """Write the weights, said to be for the version *encoder*; for the folder's own without one."""
    shipped = Path(__file__).parents[3] / "src/raiment/screening/words/weights/words-head.npz"
    files = {
        "words-head.npz": shipped.read_bytes(),
        "words-encoder.npz": _head(encoder or load_onnx_encoder(folder).version),
        "words-tiers.json": _weighings(),
    }
    sums = []
    for name, data in files.items():
        (folder / name).write_bytes(data)
        sums.append(f"{hashlib.sha256(data).hexdigest()}  {name}\n")
    (folder / "SHA256SUMS.txt").write_text("".join(sums))


def _head(encoder: str) -> bytes:
    """A head that hears ASKS in the largest of each number, which comes after the means."""
    direct: NDArray[np.float32] = np.zeros((2 * WIDTH, 3), dtype=np.float32)
    direct[WIDTH, 0] = 20
    written = io.BytesIO()
    np.savez(
        written,
        encoder=np.array(encoder),
        hidden=np.zeros((2 * WIDTH, 1), dtype=np.float32),
        hidden_biases=np.zeros(1, dtype=np.float32),
        intents=np.zeros((1, 3), dtype=np.float32),
        direct=direct,
        biases=np.full(3, -10, dtype=np.float32),
    )
    return written.getvalue()


def _weighings() -> bytes:
    def weighing(encoder: float) -> dict[str, object]:
        thresholds = {"hold": {"": -1.0}, "block": {"": 1.0}}
        said = {"bias": 0.0, "grams": 0.0, "encoder": encoder, "lexicon": 1.0, "doubted": 0.0}
        return said | thresholds

    both = {"full": weighing(1.0), "fast": weighing(0.0), "unheard": -30.0}
    return json.dumps(both).encode()

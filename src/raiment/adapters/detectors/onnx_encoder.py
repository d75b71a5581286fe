"""
An encoder of the operator's own for the words reader: a transformer as ONNX and its tokeniser, from one folder.

Needs the packages of ``requirements/onnx.in``. Runs on one thread of a processor, and reads nothing
but the folder.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from onnxruntime import InferenceSession, SessionOptions
from tokenizers import Tokenizer

from raiment.adapters.detectors.e5_network import gist_of
from raiment.adapters.detectors.windows import FIRST, REMEMBERED, windows_of
from raiment.errors import ConfigurationError, Unavailable
from raiment.screening.words import Modality

MODEL: Final = "model.onnx"
TOKENIZER: Final = "tokenizer.json"
_NUMBERS: Final = "input_ids"
_INPUTS: Final = frozenset({_NUMBERS, "attention_mask", "token_type_ids"})
_OUTPUTS: Final = ("last_hidden_state", "token_embeddings")
"""What exporters call the row of each piece in the last layer."""
_ROWS_OF_A_BATCH: Final = 3
"""Dimensions: text, piece, number."""


class Pieces:
    """Writes texts with the tokeniser's vocabulary."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        tokenizer.no_padding()
        tokenizer.no_truncation()
        self._tokenizer = tokenizer
        framed = tokenizer.encode("a")
        own = [at for at, special in enumerate(framed.special_tokens_mask) if not special]
        if not own:
            raise ConfigurationError(TOKENIZER, "it has no piece for the letter a")
        self.begin: tuple[int, ...] = tuple(framed.ids[: own[0]])
        self.end: tuple[int, ...] = tuple(framed.ids[own[-1] + 1 :])

    def numbers(self, text: str) -> list[int]:
        """Return the numbers of the pieces of *text*, without begin and end. Any string is accepted."""
        # A lone surrogate is no character; the tokeniser takes text that can be encoded only.
        readable = text.encode("utf-8", "replace").decode("utf-8")
        return list(self._tokenizer.encode(readable, add_special_tokens=False).ids)


class Transformer:
    """The model, which gives a row of numbers for each piece of a window."""

    def __init__(self, session: InferenceSession) -> None:
        self._session = session
        self._inputs = frozenset(one.name for one in session.get_inputs())
        if _NUMBERS not in self._inputs or not self._inputs <= _INPUTS:
            raise ConfigurationError(MODEL, f"its inputs are not those of {sorted(_INPUTS)}")
        outputs = {one.name for one in session.get_outputs()}
        named = [name for name in _OUTPUTS if name in outputs]
        if not named:
            raise ConfigurationError(MODEL, f"it has no output named {' or '.join(_OUTPUTS)}")
        self._output = named[0]

    def gist(self, numbers: Sequence[int]) -> NDArray[np.float32]:
        """Return the gist of one window; raise Unavailable where the model fails on it."""
        ids = np.array([numbers], dtype=np.int64)
        given = {
            _NUMBERS: ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.zeros_like(ids),
        }
        try:
            answer = self._session.run([self._output], {name: given[name] for name in self._inputs})
        except Exception as error:
            raise Unavailable("encoder", f"the model failed ({type(error).__name__})") from error
        rows = np.asarray(answer[0], dtype=np.float32)
        if rows.ndim != _ROWS_OF_A_BATCH or rows.shape[:2] != ids.shape:
            raise Unavailable("encoder", "the model gave no row for each piece")
        gist = gist_of(rows[0])
        if not np.isfinite(gist).all():
            raise Unavailable("encoder", "the model gave what is no number")
        return gist


class OnnxEncoder:
    """One loaded encoder. Gists of short texts are remembered, in memory only."""

    def __init__(self, version: str, pieces: Pieces, transformer: Transformer) -> None:
        self.version = version
        self._pieces = pieces
        self._first = {modality: pieces.numbers(word) for modality, word in FIRST.items()}
        self._gist = lru_cache(REMEMBERED)(transformer.gist)

    def encode(self, text: str, modality: Modality) -> NDArray[np.float32]:
        """
        Return the gist of each window of *text*: the mean and the largest of the last layer's rows.

        Raises Unavailable when the text is too long to be read, or the model fails on it.
        """
        first = (*self._pieces.begin, *self._first[modality])
        windows = windows_of(self._pieces.numbers(text))
        return np.stack([self._gist((*first, *one, *self._pieces.end)) for one in windows])


def load_onnx_encoder(folder: Path) -> OnnxEncoder:
    """
    Return the encoder kept in *folder*. Its version is a digest of its files.

    Raises ConfigurationError naming the file that is missing or is not what it should be.
    """
    version = f"onnx {_digest(folder)[:16]}"
    encoder = OnnxEncoder(version, Pieces(_tokenizer(folder)), Transformer(_session(folder)))
    try:
        encoder.encode("a", Modality.EDIT)
    except Unavailable as error:
        raise ConfigurationError(MODEL, f"it reads no text: {error}") from error
    return encoder


def _tokenizer(folder: Path) -> Tokenizer:
    try:
        return Tokenizer.from_file(str(folder / TOKENIZER))
    except Exception as error:
        raise ConfigurationError(TOKENIZER, "this is no tokeniser") from error


def _session(folder: Path) -> InferenceSession:
    options = SessionOptions()
    # Requests are read side by side; a second thread for one of them costs more than it gives.
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    try:
        return InferenceSession(str(folder / MODEL), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise ConfigurationError(MODEL, "this is no model that can be run") from error


def _digest(folder: Path) -> str:
    """Return the SHA-256 over the digests of the model, of weights kept beside it, and of the tokeniser."""
    beside = sorted(path.name for path in folder.glob(f"{MODEL}*") if path.name != MODEL)
    lines = []
    for name in (MODEL, TOKENIZER, *beside):
        try:
            with (folder / name).open("rb") as file:
                lines.append(f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {name}\n")
        except OSError as error:
            raise ConfigurationError(name, "the file cannot be read") from error
    return hashlib.sha256("".join(lines).encode()).hexdigest()

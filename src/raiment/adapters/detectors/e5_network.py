"""The encoder's arithmetic: transformer layers over the vectors of word pieces, one text at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from raiment.adapters.detectors.e5_file import E5File, Tensor

_BEND = 0.7978845608028654
_CUBE = 0.044715


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer. Matrices have a row per input, and are stored ``in_columns``."""

    heads: int
    epsilon: float
    look: Tensor
    """Query, key and value side by side."""
    look_bias: Tensor
    gather: Tensor
    gather_bias: Tensor
    widen: Tensor
    widen_bias: Tensor
    narrow: Tensor
    narrow_bias: Tensor
    norms: tuple[Tensor, Tensor, Tensor, Tensor]

    def __call__(self, rows: Tensor) -> Tensor:
        """Return the vectors of the next layer, a row for each of *rows*."""
        # Few columns times many weights: so the weights are the left side, which need no packing.
        scale, shift, last_scale, last_shift = self.norms
        columns = rows.T
        seen = _product(self.gather, self._attended(columns), self.gather_bias)
        seen += columns
        columns = _normal_columns(seen, scale, shift, self.epsilon)
        inner = _product(self.widen, columns, self.widen_bias)
        last = _product(self.narrow, _gelu(inner), self.narrow_bias)
        last += columns
        return _normal_columns(last, last_scale, last_shift, self.epsilon).T

    def _attended(self, columns: Tensor) -> Tensor:
        width, count = columns.shape
        parts = _product(self.look, columns, self.look_bias)
        query, key, value = parts.reshape(3, self.heads, -1, count)
        query *= np.float32((self.heads / width) ** 0.5)
        weights = query.transpose(0, 2, 1) @ key
        weights -= weights.max(axis=-1, keepdims=True)
        np.exp(weights, out=weights)
        weights /= weights.sum(axis=-1, keepdims=True)
        attended: Tensor = (value @ weights.transpose(0, 2, 1)).reshape(width, count)
        return attended


def _product(matrix: Tensor, columns: Tensor, bias: Tensor) -> Tensor:
    """Return what *matrix*, a row per input, makes of *columns*, the vectors side by side."""
    made: Tensor = matrix.T @ columns
    made += bias[:, None]
    return made


def _normal_columns(columns: Tensor, scale: Tensor, shift: Tensor, epsilon: float) -> Tensor:
    """Return *columns*, overwritten, as ``normal`` does rows."""
    columns -= columns.mean(axis=0)
    spread = np.sqrt(
        np.einsum("ij,ij->j", columns, columns) / np.float32(len(columns)) + np.float32(epsilon)
    )
    columns /= spread
    columns *= scale[:, None]
    columns += shift[:, None]
    return columns


def normal(rows: Tensor, scale: Tensor, shift: Tensor, epsilon: float) -> Tensor:
    """Return *rows* with mean 0 and spread 1 each, scaled and shifted by column."""
    centred = rows - rows.mean(axis=-1, keepdims=True)
    spread = np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + np.float32(epsilon))
    normalised: Tensor = centred / spread * scale + shift
    return normalised


def _gelu(values: Tensor) -> Tensor:
    """Return the curve of *values*, which are overwritten."""
    bent = values * values
    bent *= np.float32(_BEND * _CUBE)
    bent += np.float32(_BEND)
    bent *= values
    np.tanh(bent, out=bent)
    bent += 1
    values *= np.float32(0.5)
    values *= bent
    return values


def in_columns(matrix: Tensor) -> Tensor:
    """Return *matrix* stored column by column, as ``Layer`` multiplies fastest."""
    return np.asfortranarray(matrix)


def layer_of(file: E5File, number: int) -> Layer:
    """Return layer *number* of *file*."""
    shape = file.shape

    def matrix(name: str, inputs: int = shape.width) -> Tensor:
        return file.packed(f"l{number}.{name}.w", inputs).T

    def vector(name: str) -> Tensor:
        return file.plain(f"l{number}.{name}")

    return Layer(
        heads=shape.heads,
        epsilon=shape.epsilon,
        look=in_columns(np.concatenate([matrix(name) for name in "qkv"], axis=1)),
        look_bias=np.concatenate([vector(f"{name}.b") for name in "qkv"]),
        gather=matrix("ao"),
        gather_bias=vector("ao.b"),
        widen=matrix("fi"),
        widen_bias=vector("fi.b"),
        narrow=matrix("fo", shape.inner),
        narrow_bias=vector("fo.b"),
        norms=(vector("aln.w"), vector("aln.b"), vector("oln.w"), vector("oln.b")),
    )


@dataclass(frozen=True, slots=True)
class Entrance:
    """From piece numbers to the vectors the first layer reads."""

    file: E5File
    places: Tensor
    """A vector per position."""
    norm: tuple[Tensor, Tensor]

    def __call__(self, numbers: Sequence[int]) -> Tensor:
        """Return a vector per piece."""
        rows = self.file.words(np.array(numbers, dtype=np.int64)) + self.places[: len(numbers)]
        return normal(rows, *self.norm, self.file.shape.epsilon)


def entrance_of(file: E5File) -> Entrance:
    """Return the way into the network of *file*."""
    width = file.shape.width
    places = file.plain("emb.pos").reshape(-1, width) + file.plain("emb.type")[:width]
    return Entrance(file, places, (file.plain("emb.ln.w"), file.plain("emb.ln.b")))


def gist_of(rows: Tensor) -> NDArray[np.float32]:
    """Return the mean of *rows* and then their largest values, as one vector."""
    return np.concatenate((rows.mean(axis=0), rows.max(axis=0)))

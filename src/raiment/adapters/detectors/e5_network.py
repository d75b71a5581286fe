"""The encoder's arithmetic: transformer layers over the vectors of word pieces, one text at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from raiment import _native
from raiment.adapters.detectors.e5_file import E5File, Tensor

_BEND = 0.7978845608028654
_CUBE = 0.044715
_FAST = frozenset({"avx2", "avx512"})
"""Kernels with which ``Product`` is faster than numpy."""


@dataclass(frozen=True, slots=True)
class Layer:
    """The numbers of one layer. Matrices have a row per input."""

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


@dataclass(frozen=True, slots=True)
class ReadyLayer:
    """A layer as texts are read with it: its matrices packed where a kernel reads them fast."""

    heads: int
    epsilon: float
    look: Callable[[Tensor], Tensor]
    gather: Callable[[Tensor], Tensor]
    widen: Callable[[Tensor], Tensor]
    narrow: Callable[[Tensor], Tensor]
    norms: tuple[Tensor, Tensor, Tensor, Tensor]

    def __call__(self, rows: Tensor) -> Tensor:
        """Return the vectors of the next layer, a row for each of *rows*."""
        scale, shift, last_scale, last_shift = self.norms
        seen = self.gather(self._attended(rows))
        seen += rows
        rows = normal(seen, scale, shift, self.epsilon)
        last = self.narrow(gelu(self.widen(rows)))
        last += rows
        return normal(last, last_scale, last_shift, self.epsilon)

    def _attended(self, rows: Tensor) -> Tensor:
        count, width = rows.shape
        parts = self.look(rows).reshape(count, 3, self.heads, -1)
        query, key, value = parts.transpose(1, 2, 0, 3)
        weights: Tensor = query @ key.transpose(0, 2, 1)
        weights *= np.float32((self.heads / width) ** 0.5)
        weights -= weights.max(axis=-1, keepdims=True)
        np.exp(weights, out=weights)
        weights /= weights.sum(axis=-1, keepdims=True)
        attended: Tensor = (weights @ value).transpose(1, 0, 2).reshape(count, width)
        return attended


def _multiplied_by(matrix: Tensor, bias: Tensor) -> Callable[[Tensor], Tensor]:
    """Return what multiplies rows by *matrix* and adds *bias*: our kernel where it is fast, else numpy."""
    if _native.kernel() in _FAST:
        return _native.Product(matrix, bias)

    def product(rows: Tensor) -> Tensor:
        made: Tensor = rows @ matrix
        made += bias
        return made

    return product


def ready(layer: Layer) -> ReadyLayer:
    """Return *layer* packed."""
    return ReadyLayer(
        heads=layer.heads,
        epsilon=layer.epsilon,
        look=_multiplied_by(layer.look, layer.look_bias),
        gather=_multiplied_by(layer.gather, layer.gather_bias),
        widen=_multiplied_by(layer.widen, layer.widen_bias),
        narrow=_multiplied_by(layer.narrow, layer.narrow_bias),
        norms=layer.norms,
    )


def normal(rows: Tensor, scale: Tensor, shift: Tensor, epsilon: float) -> Tensor:
    """Return *rows* with mean 0 and spread 1 each, scaled and shifted by column."""
    centred = rows - rows.mean(axis=-1, keepdims=True)
    spread = np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + np.float32(epsilon))
    normalised: Tensor = centred / spread * scale + shift
    return normalised


def gelu(values: Tensor) -> Tensor:
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
        look=np.concatenate([matrix(name) for name in "qkv"], axis=1),
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

"""
The encoder's layers in full precision, as training hears what it leaves alone.

Texts are read in half precision (``e5_network``), which the heads do not notice; training keeps all digits.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from raiment.adapters.detectors.e5_file import Tensor
from raiment.adapters.detectors.e5_network import Layer, gelu
from raiment.adapters.detectors.e5_tuning import MATRICES


def in_columns(layer: Layer) -> Layer:
    """Return *layer* with its matrices stored column by column, as they are multiplied fastest."""
    return replace(layer, **{name: np.asfortranarray(getattr(layer, name)) for name in MATRICES})


def next_rows(layer: Layer, rows: Tensor) -> Tensor:
    """Return the vectors that *layer* makes of *rows*, a row for each."""
    # Few columns times many weights: so the weights are the left side, which need no packing.
    scale, shift, last_scale, last_shift = layer.norms
    columns = rows.T
    seen = _product(layer.gather, _attended(layer, columns), layer.gather_bias)
    seen += columns
    columns = _normal_columns(seen, scale, shift, layer.epsilon)
    inner = _product(layer.widen, columns, layer.widen_bias)
    last = _product(layer.narrow, gelu(inner), layer.narrow_bias)
    last += columns
    return _normal_columns(last, last_scale, last_shift, layer.epsilon).T


def _attended(layer: Layer, columns: Tensor) -> Tensor:
    width, count = columns.shape
    parts = _product(layer.look, columns, layer.look_bias)
    query, key, value = parts.reshape(3, layer.heads, -1, count)
    query *= np.float32((layer.heads / width) ** 0.5)
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

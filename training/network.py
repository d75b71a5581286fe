"""The encoder's upper layers, and the head, as functions that can be differentiated by what is learned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import jax
import jax.numpy as jnp

from raiment.adapters.detectors.e5_file import Tensor
from raiment.adapters.detectors.e5_network import Layer
from raiment.adapters.detectors.e5_tuning import MATRICES

Arrays = Mapping[str, jax.Array | Tensor]
_NOTHING = -1e9
_DROPPED = 0.3


def constants_of(layer: Layer) -> Mapping[str, Tensor]:
    """Return what of *layer* stays as it is, by name; plain arrays, which a process that forks may hold."""
    named = {name: getattr(layer, name) for name in MATRICES}
    biases = {f"{name}_bias": getattr(layer, f"{name}_bias") for name in MATRICES}
    norms = {f"norm{number}": one for number, one in enumerate(layer.norms)}
    return {**named, **biases, **norms}


def gists(
    constants: Sequence[Arrays],
    changes: Sequence[Arrays],
    rows: jax.Array,
    shown: jax.Array,
    heads: int,
    epsilon: float,
) -> jax.Array:
    """
    Return the gist of each text of a batch.

    *rows* are texts by pieces by width, *shown* says which pieces there are. ``e5_network`` is the same
    arithmetic for one text.
    """
    rows = rows.astype(jnp.float32)
    unseen = jnp.where(shown, 0.0, _NOTHING)[:, None, None, :]
    for constant, change in zip(constants, changes, strict=True):
        rows = _layer({**constant, **change}, rows, unseen, heads, epsilon)
    there = shown[..., None]
    middle = (rows * there).sum(1) / there.sum(1)
    return jnp.concatenate([middle, jnp.where(there, rows, _NOTHING).max(1)], axis=1)


def answers(head: Arrays, gist: jax.Array, dice: jax.Array | None = None) -> jax.Array:
    """Return the unscaled log-probabilities of each class, with dropout where there are *dice*."""
    rows = (gist - head["middle"]) / head["spread"]
    units_dice = None
    if dice is not None:
        rows_dice, units_dice = jax.random.split(dice)
        rows = _dropped(rows, rows_dice)
    units = jax.nn.relu(rows @ head["hidden"] + head["hidden_biases"])
    if units_dice is not None:
        units = _dropped(units, units_dice)
    return units @ head["intents"] + rows @ head["direct"] + head["biases"]


def _layer(w: Arrays, rows: jax.Array, unseen: jax.Array, heads: int, epsilon: float) -> jax.Array:
    count, pieces, width = rows.shape
    parts = _times(w, "look", rows).reshape(count, pieces, 3, heads, -1)
    query, key, value = parts.transpose(2, 0, 3, 1, 4)
    likeness = query @ key.transpose(0, 1, 3, 2) * (heads / width) ** 0.5
    seen = jax.nn.softmax(likeness + unseen, axis=-1) @ value
    seen = seen.transpose(0, 2, 1, 3).reshape(count, pieces, width)
    rows = _normal(rows + _times(w, "gather", seen), w["norm0"], w["norm1"], epsilon)
    inner = jax.nn.gelu(_times(w, "widen", rows), approximate=True)
    return _normal(rows + _times(w, "narrow", inner), w["norm2"], w["norm3"], epsilon)


def _times(w: Arrays, name: str, rows: jax.Array) -> jax.Array:
    """Return *rows* times the matrix *name* and its change."""
    changed = (rows @ w[f"{name}.down"]) @ w[f"{name}.up"]
    return rows @ w[name] + w[f"{name}_bias"] + changed


def _normal(rows: jax.Array, scale: jax.Array, shift: jax.Array, epsilon: float) -> jax.Array:
    rows = rows - rows.mean(-1, keepdims=True)
    return rows * jax.lax.rsqrt((rows * rows).mean(-1, keepdims=True) + epsilon) * scale + shift


def _dropped(rows: jax.Array, dice: jax.Array) -> jax.Array:
    return rows * jax.random.bernoulli(dice, 1 - _DROPPED, rows.shape) / (1 - _DROPPED)

"""One step of learning: the loss of a batch, and what it changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp

from training.network import Arrays, answers, gists

_DECAY = 0.02
_MEAN_KEPT, _SQUARE_KEPT = 0.9, 0.99
_INTENT_SHARE = 0.5
"""Weight of what is asked, beside whether anything is."""


class Learned(NamedTuple):
    """What is learned: changes by layer, and the head."""

    changes: Sequence[Arrays]
    head: Arrays


class State(NamedTuple):
    """What is learned, and the means of its slopes and of their squares."""

    learned: Learned
    slopes: Learned
    squares: Learned


class Fixed(NamedTuple):
    """What stays: the layers' own weights, and middle and spread of the numbers of a gist."""

    constants: Sequence[Arrays]
    scale: Arrays


class Texts(NamedTuple):
    """A batch with its labels and weights."""

    rows: jax.Array
    shown: jax.Array
    labels: jax.Array
    shares: jax.Array


Step = Callable[[State, Fixed, Texts, jax.Array, int, float], State]
"""From state, batch, dice, number of the step and rate to the next state."""


def fresh(learned: Learned) -> State:
    """Return the state before the first step."""
    return State(learned, *(jax.tree.map(jnp.zeros_like, learned) for _ in range(2)))


def stepper(heads: int, epsilon: float) -> Step:
    """Return the step: Adam, slopes cut to length 1, matrices decaying."""

    def loss(learned: Learned, fixed: Fixed, texts: Texts, dice: jax.Array) -> jax.Array:
        gist = gists(fixed.constants, learned.changes, texts.rows, texts.shown, heads, epsilon)
        chances = jax.nn.log_softmax(answers({**learned.head, **fixed.scale}, gist, dice))
        what = -jnp.take_along_axis(chances, texts.labels[:, None], 1)[:, 0]
        anything = jax.nn.logsumexp(chances[:, 1:], axis=1)
        whether = -jnp.where(texts.labels > 0, anything, chances[:, 0])
        return ((whether + _INTENT_SHARE * what) * texts.shares).sum() / texts.shares.sum()

    def step(
        state: State, fixed: Fixed, texts: Texts, dice: jax.Array, count: int, rate: float
    ) -> State:
        slopes = jax.grad(loss)(state.learned, fixed, texts, dice)
        length = jnp.sqrt(sum(jnp.sum(one * one) for one in jax.tree.leaves(slopes)))
        slopes = jax.tree.map(lambda one: one * jnp.minimum(1, 1 / length), slopes)
        means = _mixed(state.slopes, slopes, _MEAN_KEPT)
        squares = _mixed(state.squares, jax.tree.map(lambda one: one * one, slopes), _SQUARE_KEPT)

        def moved(weight: jax.Array, mean: jax.Array, square: jax.Array) -> jax.Array:
            turn = mean / (1 - _MEAN_KEPT**count)
            turn = turn / (jnp.sqrt(square / (1 - _SQUARE_KEPT**count)) + 1e-8)
            return weight - rate * (turn + _DECAY * weight if weight.ndim > 1 else turn)

        return State(jax.tree.map(moved, state.learned, means, squares), means, squares)

    return jax.jit(step)


def _mixed(old: Learned, new: Learned, kept: float) -> Learned:
    return jax.tree.map(lambda a, b: kept * a + (1 - kept) * b, old, new)

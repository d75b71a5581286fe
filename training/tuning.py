"""
Tuning the encoder: low-rank changes of its upper layers, learned together with the head.

LoRA (Hu and others 2021, arXiv:2106.09685) by Adam. One core; two runs on one machine give the same numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from raiment.adapters.detectors.e5_tuning import MATRICES
from training.batches import Batch, batches, count_of
from training.descent import Fixed, Learned, Texts, fresh, stepper
from training.encoder import LATE
from training.lower import LEFT_ALONE, Rows, upper_layers
from training.network import Arrays, constants_of, gists
from training.perceptron import Numbers, Perceptron
from training.texts import LABELS

_RANK = 16
_UNITS = 128
EPOCHS = 2
"""Times that the originals are shown."""
_RATE, _SETTLING_RATE = 1e-3, 3e-4
_WARMING, _LAST_RATE = 100, 0.02
_SAMPLE = 1_500
"""Texts that tell how large the numbers of a gist are."""
_SEED = 20261124

_TOLD_EVERY = 100
_HEAD = ("hidden", "hidden_biases", "intents", "direct", "biases")


@dataclass(frozen=True, slots=True)
class Tuned:
    """An encoder's changes, by ``layer.matrix.down`` and ``.up``, and the head over its gists."""

    changes: Mapping[str, Numbers]
    head: Perceptron


class Tuner:
    """Learns from some of the texts it was made with, and answers for any of them."""

    def __init__(
        self,
        rows: Sequence[Rows],
        labels: NDArray[np.int64],
        shares: NDArray[np.float32],
        turns: NDArray[np.int64],
    ) -> None:
        """Take what the lower layers make of each text; *turns* number those shown in some epochs only."""
        self._rows, self._labels, self._shares, self._turns = rows, labels, shares, turns
        layers = upper_layers()
        self._heads, self._epsilon = layers[0].heads, layers[0].epsilon
        self._constants = [constants_of(layer) for layer in layers]
        self._width = rows[0].shape[1]
        self._gists = jax.jit(partial(gists, heads=self._heads, epsilon=self._epsilon))

    def fitted(self, chosen: NDArray[np.bool_]) -> Tuned:
        """Return what is learned from the *chosen* texts."""
        dice = np.random.default_rng(_SEED)
        early = chosen & (self._turns != LATE)
        state = fresh(Learned(self._unchanged(dice), _head(2 * self._width, dice)))
        sample = dice.permutation(np.flatnonzero(early))[:_SAMPLE]
        fixed = Fixed(self._constants, self._scale(state.learned.changes, sample))
        epochs = [np.flatnonzero(early & self._shown_in(epoch)) for epoch in range(EPOCHS)]
        learned = self._descended(state.learned, fixed, epochs, _RATE, dice)
        return _written(self.settled(learned, fixed, chosen, dice), fixed.scale)

    def settled(
        self, learned: Learned, fixed: Fixed, chosen: NDArray[np.bool_], dice: np.random.Generator
    ) -> Learned:
        """Return *learned* after a last look at the *chosen* originals and at all that is usual."""
        last = np.flatnonzero(chosen & (self._turns < 0))
        return self._descended(learned, fixed, [last], _SETTLING_RATE, dice)

    def _descended(
        self,
        learned: Learned,
        fixed: Fixed,
        epochs: Sequence[NDArray[np.int64]],
        fastest: float,
        dice: np.random.Generator,
    ) -> Learned:
        """Return *learned* after the *epochs*, at rates that rise to *fastest* and fall."""
        step, state = stepper(self._heads, self._epsilon), fresh(learned)
        key, count = jax.random.PRNGKey(_SEED), 0
        last = sum(count_of(self._rows, one) for one in epochs)
        for order in epochs:
            for batch in batches(self._rows, dice.permutation(order)):
                count += 1
                rate = fastest * min(1, count / _WARMING) * max(_LAST_RATE, 1 - count / last)
                key, own = jax.random.split(key)
                state = step(state, fixed, self._asked(batch), own, count, rate)
                if not count % _TOLD_EVERY:
                    print(f"{count} of {last} steps", flush=True)
        return state.learned

    def log_odds(self, tuned: Tuned, chosen: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the log-odds that *tuned* gives the texts numbered in *chosen*: a column per intent."""
        odds = np.zeros((len(self._rows), len(LABELS) - 1))
        for batch in batches(self._rows, chosen):
            found = self._gist(_by_layer(tuned.changes, len(self._constants)), batch)
            odds[batch.texts] = tuned.head.log_odds(found)
        return odds[chosen]

    def _shown_in(self, epoch: int) -> NDArray[np.bool_]:
        always = self._turns == -1
        shown: NDArray[np.bool_] = always | ((self._turns >= 0) & (self._turns % EPOCHS == epoch))
        return shown

    def _asked(self, batch: Batch) -> Texts:
        labels, shares = batch.filled(self._labels), batch.filled(self._shares)
        return Texts(batch.rows, batch.shown, labels, shares)

    def _gist(self, changes: Sequence[Arrays], batch: Batch) -> Numbers:
        found = self._gists(self._constants, changes, batch.rows, batch.shown)
        return np.asarray(found)[: len(batch.texts)]

    def _unchanged(self, dice: np.random.Generator) -> list[Arrays]:
        """Return changes that change nothing yet."""
        changes: list[Arrays] = []
        for constants in self._constants:
            own: dict[str, jax.Array] = {}
            for name in MATRICES:
                inputs, outputs = constants[name].shape
                down = dice.standard_normal((inputs, _RANK), dtype=np.float32)
                own[f"{name}.down"] = jnp.asarray(down / np.float32(inputs**0.5))
                own[f"{name}.up"] = jnp.zeros((_RANK, outputs), dtype=jnp.float32)
            changes.append(own)
        return changes

    def _scale(self, changes: Sequence[Arrays], sample: NDArray[np.int64]) -> Arrays:
        """Return middle and spread of the numbers of a gist."""
        found = np.concatenate([self._gist(changes, one) for one in batches(self._rows, sample)])
        spread = found.std(axis=0) + np.float32(1e-6)
        return {"middle": jnp.asarray(found.mean(axis=0)), "spread": jnp.asarray(spread)}


def _head(width: int, dice: np.random.Generator) -> Arrays:
    hidden = dice.standard_normal((width, _UNITS), dtype=np.float32) / np.float32(width**0.5)
    shapes = ((_UNITS,), (_UNITS, len(LABELS)), (width, len(LABELS)), (len(LABELS),))
    started = [jnp.asarray(hidden), *(jnp.zeros(shape) for shape in shapes)]
    return dict(zip(_HEAD, started, strict=True))


def _written(learned: Learned, scale: Arrays) -> Tuned:
    """Return *learned* in plain arrays; what the head takes off and divides by is in its weights."""
    changes = {
        f"{LEFT_ALONE + number}.{name}": np.asarray(array)
        for number, own in enumerate(learned.changes)
        for name, array in own.items()
    }
    head = [np.asarray(learned.head[name]) for name in _HEAD]
    middle, spread = np.asarray(scale["middle"]), np.asarray(scale["spread"])
    return Tuned(changes, Perceptron.folded(head, middle, spread))


def _by_layer(changes: Mapping[str, Numbers], count: int) -> list[Arrays]:
    return [
        {
            f"{name}.{side}": jnp.asarray(changes[f"{LEFT_ALONE + number}.{name}.{side}"])
            for name in MATRICES
            for side in ("down", "up")
        }
        for number in range(count)
    ]

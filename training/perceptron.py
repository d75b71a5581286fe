"""The head over gists: one hidden layer beside a direct way, trained by Adam with dropout, in plain arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.texts import LABELS

Numbers = NDArray[np.float32]
_UNITS = 128
_EPOCHS = 24
_TEXTS = 128
"""Texts of one step."""
_STILL = 1e-4
"""Spread of a number of the gist below which it counts as constant."""
_RATE = 1e-3
_LAST_RATE = 0.02
_DROPPED = 0.3
_DECAY = 0.02
_MEAN_KEPT, _SQUARE_KEPT = 0.9, 0.99
_INTENT_SHARE = 0.5
"""Weight of what is asked, beside whether anything is."""


@dataclass(frozen=True, slots=True)
class Perceptron:
    """Weights for gists as they come; class 0 of ``LABELS`` is the reference and has no column."""

    hidden: Numbers
    hidden_biases: Numbers
    intents: Numbers
    direct: Numbers
    biases: Numbers

    def log_odds(self, gists: Numbers) -> NDArray[np.float64]:
        """Return the log-odds against none, a row per text and a column per intent."""
        units = np.maximum(gists @ self.hidden + self.hidden_biases, 0)
        odds = units @ self.intents + gists @ self.direct + self.biases
        return odds.astype(np.float64)

    @classmethod
    def folded(cls, weights: Sequence[Numbers], middle: Numbers, spread: Numbers) -> Perceptron:
        """Return the head for gists as they come: what was taken off and divided by is in the weights."""
        hidden, hidden_biases, intents, direct, biases = weights
        hidden, direct = hidden / spread[:, None], direct / spread[:, None]
        biases = biases - middle @ direct
        return cls(
            hidden=hidden,
            hidden_biases=hidden_biases - middle @ hidden,
            intents=intents[:, 1:] - intents[:, :1],
            direct=direct[:, 1:] - direct[:, :1],
            biases=biases[1:] - biases[0],
        )


def learn(gists: Numbers, labels: NDArray[np.int64], shares: Numbers, seed: int) -> Perceptron:
    """Return the head learned from *gists* with their *labels*; *shares* weigh them."""
    dice = np.random.default_rng(seed)
    middle, spread = gists.mean(axis=0), gists.std(axis=0) + np.float32(1e-6)
    # A number that is always the same tells nothing; magnified, it would leave the range of 16 bits.
    spread[spread < _STILL] = 1
    rows = (gists - middle) / spread
    weights = _started(rows.shape[1], dice)
    moments = [(np.zeros_like(one), np.zeros_like(one)) for one in weights]
    count, last = 0, _EPOCHS * (len(rows) // _TEXTS)
    for _ in range(_EPOCHS):
        order = dice.permutation(len(rows))
        for start in range(0, len(rows) - _TEXTS + 1, _TEXTS):
            chosen = order[start : start + _TEXTS]
            slopes = _slopes(weights, rows[chosen], labels[chosen], shares[chosen], dice)
            count += 1
            rate = _RATE * max(_LAST_RATE, 1 - count / last)
            for weight, slope, (mean, square) in zip(weights, slopes, moments, strict=True):
                _step(weight, slope, mean, square, count, rate)
    return Perceptron.folded(weights, middle, spread)


def _started(width: int, dice: np.random.Generator) -> list[Numbers]:
    """Return hidden weights and biases, those from the units, the direct ones, and the last biases."""
    hidden = dice.standard_normal((width, _UNITS), dtype=np.float32) / np.float32(width**0.5)
    shapes = ((_UNITS,), (_UNITS, len(LABELS)), (width, len(LABELS)), (len(LABELS),))
    return [hidden, *(np.zeros(shape, dtype=np.float32) for shape in shapes)]


def _slopes(
    weights: list[Numbers],
    rows: Numbers,
    labels: NDArray[np.int64],
    shares: Numbers,
    dice: np.random.Generator,
) -> list[Numbers]:
    """Return the slope of the loss by each of *weights*, with dropout by *dice*."""
    hidden, hidden_biases, intents, direct, biases = weights
    rows = rows * _kept(rows.shape, dice)
    units = np.maximum(rows @ hidden + hidden_biases, 0)
    kept = _kept(units.shape, dice)
    units *= kept
    found = units @ intents + rows @ direct + biases
    parts = np.exp(found - found.max(axis=1, keepdims=True))
    parts /= parts.sum(axis=1, keepdims=True)
    asked = 1 - parts[:, :1]
    # Whether anything is asked: a logistic loss on the odds of all intents against none.
    among = parts / np.maximum(asked, np.float32(1e-12))
    among[:, 0] = -1
    slope = (asked - (labels > 0)[:, None]) * among
    slope += _INTENT_SHARE * (parts - np.eye(len(LABELS), dtype=np.float32)[labels])
    slope *= (shares / shares.sum())[:, None]
    back = (slope @ intents.T) * (units > 0) * kept
    return [rows.T @ back, back.sum(0), units.T @ slope, rows.T @ slope, slope.sum(0)]


def _kept(shape: tuple[int, ...], dice: np.random.Generator) -> Numbers:
    kept = dice.random(shape, dtype=np.float32) >= _DROPPED
    return kept.astype(np.float32) / np.float32(1 - _DROPPED)


def _step(
    weight: Numbers, slope: Numbers, mean: Numbers, square: Numbers, count: int, rate: float
) -> None:
    """Move *weight* and its moments in place: Adam, with the decay of matrices apart."""
    mean += (1 - _MEAN_KEPT) * (slope - mean)
    square += (1 - _SQUARE_KEPT) * (slope * slope - square)
    turn = mean / (1 - _MEAN_KEPT**count)
    turn /= np.sqrt(square / (1 - _SQUARE_KEPT**count)) + np.float32(1e-8)
    if weight.ndim > 1:
        turn += _DECAY * weight
    weight -= np.float32(rate) * turn

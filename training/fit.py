"""Multinomial logistic regression over n-gram buckets: the optimiser's only job, and one code path."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_array

from raiment.screening.words.grams import grams
from raiment.screening.words.head import MODALITIES
from training.texts import LABELS
from training.widen import Row


@dataclass(frozen=True, slots=True)
class Fitted:
    """Weights by bucket and intent, biases by modality and intent."""

    weights: NDArray[np.float64]
    biases: NDArray[np.float64]

    def log_odds(self, matrix: csr_array | NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the log-odds against none, a row per text and a column per intent."""
        odds: NDArray[np.float64] = matrix @ np.concatenate((self.weights, self.biases))
        return odds


def matrix_of(rows: Sequence[Row], bits: int) -> csr_array:
    """
    Return the features of *rows*: n-gram counts over the root of their number, then one modality flag.

    It is the arithmetic of ``WordsHead`` for a text of one window, as a matrix.
    """
    places: list[NDArray[np.int32]] = []
    values: list[NDArray[np.float32]] = []
    for row in rows:
        buckets = grams(row.text, row.modality, bits).buckets
        flag = (1 << bits) + MODALITIES.index(row.modality)
        places.append(np.append(buckets, flag).astype(np.int32))
        share = np.full(buckets.size + 1, 1 / np.sqrt(max(1, buckets.size)), dtype=np.float32)
        share[-1] = 1
        values.append(share)
    ends = np.cumsum([0, *(one.size for one in places)])
    shape = (len(rows), (1 << bits) + len(MODALITIES))
    matrix = csr_array((np.concatenate(values), np.concatenate(places), ends), shape=shape)
    matrix.sum_duplicates()
    return matrix


def labels_of(rows: Sequence[Row]) -> NDArray[np.int64]:
    """Return the class number of each row."""
    return np.array([LABELS.index(row.label) for row in rows], dtype=np.int64)


def fit(
    matrix: csr_array | NDArray[np.float32],
    labels: NDArray[np.int64],
    shares: NDArray[np.float64],
    *,
    classes: int,
    penalty: float,
    rounds: int,
) -> Fitted:
    """
    Return the weights of *classes* classes with the least penalised loss.

    Class 0 is the reference, its log-odds are zero and it has no weights. The last columns of *matrix*
    are the modality flags. *shares* weigh the rows and sum to 1; *penalty* times the squared weights (not
    biases) is added.
    """
    columns = matrix.shape[1]
    plain = columns - len(MODALITIES)
    wanted = np.eye(classes)[labels][:, 1:] * shares[:, None]
    # Steps in each weight's own scale: without it the n-grams of rarer scripts hardly move.
    curves = (matrix * matrix).T @ shares.astype(np.float32) / 4 + 2 * penalty
    steps = (1 / np.sqrt(curves))[:, None]
    turned = matrix.T.tocsr() if isinstance(matrix, csr_array) else matrix.T

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights = (flat.reshape(columns, classes - 1) * steps).astype(np.float32)
        odds = (matrix @ weights).astype(np.float64)
        top = np.maximum(odds.max(axis=1), 0)
        parts = np.exp(odds - top[:, None])
        total = parts.sum(axis=1) + np.exp(-top)
        value = shares @ (np.log(total) + top) - np.einsum("ij,ij->", wanted, odds)
        slope = parts / total[:, None] * shares[:, None] - wanted
        pull = flat.reshape(columns, classes - 1) * steps
        pull[plain:] = 0
        gradient = (turned @ slope.astype(np.float32)).astype(np.float64) + 2 * penalty * pull
        return float(value + penalty * np.square(pull).sum()), (gradient * steps).ravel()

    found = minimize(
        loss,
        np.zeros(columns * (classes - 1)),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": rounds, "maxcor": 6},
    )
    weights = found.x.reshape(columns, classes - 1) * steps
    return Fitted(weights[:plain], weights[plain:])

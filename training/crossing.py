"""Holding back: what the head does with folds, languages and intents it was not trained on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from training.fit import Fitted, fit, labels_of, matrix_of
from training.texts import LABELS, NONE, Original
from training.widen import Row, fold_of

_COMPOSED_SHARE = 0.3
"""Weight of a composed row beside a written one."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """Everything the head is trained on, as rows and as a matrix."""

    rows: Sequence[Row]
    written: int
    """The first so many rows come from written originals, the others are composed."""
    originals: Sequence[Original]
    """The written originals, by the rows' group number."""
    matrix: csr_array
    labels: NDArray[np.int64]
    penalty: float
    rounds: int

    def fitted(self, chosen: NDArray[np.int64]) -> Fitted:
        """Return the weights learned from the *chosen* rows, both kinds of label weighing the same."""
        shares = np.where(chosen < self.written, 1.0, _COMPOSED_SHARE)
        abusive = self.labels[chosen] > 0
        for kind in (abusive, ~abusive):
            shares[kind] /= 2 * shares[kind].sum()
        matrix = self.matrix[chosen]
        return fit(
            matrix,
            self.labels[chosen],
            shares,
            classes=len(LABELS),
            penalty=self.penalty,
            rounds=self.rounds,
        )


@dataclass(frozen=True, slots=True)
class HeldBack:
    """The originals' log-odds of asking for anything, from a head that never saw them."""

    rows: NDArray[np.int64]
    odds: NDArray[np.float64]


def lesson_of(
    originals: Sequence[Original],
    written: Sequence[Row],
    composed: Sequence[Row],
    *,
    bits: int,
    penalty: float,
    rounds: int,
) -> Lesson:
    """Return the lesson that *written* rows (of *originals*) and *composed* rows make."""
    rows = [*written, *composed]
    return Lesson(
        rows, len(written), originals, matrix_of(rows, bits), labels_of(rows), penalty, rounds
    )


def by_fold(lesson: Lesson, some: Sequence[int]) -> tuple[Fitted, HeldBack]:
    """Return the head of all folds but *some*, and their originals judged by it; variations are with them."""
    folds = np.array([fold_of(lesson.originals[row.group]) for row in _written(lesson)])
    folds = np.where(np.isin(folds, some), folds, -1)
    return _held_back(lesson, folds, np.full(len(lesson.rows) - lesson.written, -1))


def by_language(lesson: Lesson, languages: Sequence[str]) -> tuple[Fitted, HeldBack]:
    """Return the head of all but *languages*, and the originals of those judged by it."""
    # Latin-written Hindi is a language of its own here, but its lexicon rows carry the plain tag.
    left_out = {one.partition("-")[0] for one in languages}
    parts = np.array(
        [0 if row.language.partition("-")[0] in left_out else -1 for row in lesson.rows]
    )
    return _held_back(lesson, parts[: lesson.written], parts[lesson.written :])


def by_intent(lesson: Lesson) -> Iterator[tuple[str, HeldBack]]:
    """Yield for each intent its originals, judged by a head that knows only the other intents."""
    labels = np.array([row.label for row in lesson.rows])
    shown = np.array([row.original for row in lesson.rows])
    for label in sorted(set(labels.tolist()) - {NONE}):
        learned = lesson.fitted(np.flatnonzero(labels != label))
        held = np.flatnonzero((labels == label) & shown & _is_written(lesson))
        yield label, HeldBack(held, asks(learned.log_odds(lesson.matrix[held])))


def asks(odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the log-odds that any intent is asked for; NaN where there are none."""
    whole = np.full(len(odds), np.nan)
    known = ~np.isnan(odds).any(axis=1)
    whole[known] = np.logaddexp.reduce(odds[known], axis=1)
    return whole


def _held_back(
    lesson: Lesson, written: NDArray[np.int64], composed: NDArray[np.int64]
) -> tuple[Fitted, HeldBack]:
    """Return the head of the rows of part -1, and the originals of all other parts judged by it."""
    parts = np.concatenate((written, composed))
    shown = np.array([row.original for row in lesson.rows]) & _is_written(lesson)
    learned = lesson.fitted(np.flatnonzero(parts == -1))
    rows = np.flatnonzero((parts != -1) & shown)
    return learned, HeldBack(rows, asks(learned.log_odds(lesson.matrix[rows])))


def _written(lesson: Lesson) -> Sequence[Row]:
    return lesson.rows[: lesson.written]


def _is_written(lesson: Lesson) -> NDArray[np.bool_]:
    return np.arange(len(lesson.rows)) < lesson.written

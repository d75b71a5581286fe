"""The head of the encoder tier: what it is trained on, and what it says of originals it never saw."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.gists import Gists
from training.perceptron import Perceptron, learn
from training.texts import LABELS, NONE, Original
from training.widen import Row, fold_of

_COMPOSED_SHARE = 0.25
_ORDINARY_SHARE = 0.5
_VARIED_SHARE = 0.5
_SEED = 20261123


@dataclass(frozen=True, slots=True)
class EncoderLesson:
    """Gists of everything the head is trained on; the written rows come first."""

    originals: Sequence[Original]
    groups: NDArray[np.int64]
    """The original each row comes from; -1 for what is composed."""
    shown: NDArray[np.bool_]
    """Which rows are originals as written."""
    gists: NDArray[np.float32]
    labels: NDArray[np.int64]
    shares: NDArray[np.float32]

    def fitted(self, chosen: NDArray[np.bool_]) -> Perceptron:
        """Return the head learned from the *chosen* rows."""
        return learn(self.gists[chosen], self.labels[chosen], self.shares[chosen], _SEED)

    def held_back(self, parts: NDArray[np.int64]) -> NDArray[np.float64]:
        """
        Return each original's log-odds of each intent, from a head that saw nothing of its part.

        *parts* numbers the originals; those of part -1 are always learned from, and have no odds (NaN). What
        is composed belongs to no part.
        """
        of_row = np.where(self.groups >= 0, parts[self.groups], -1)
        odds = np.full((len(self.originals), len(LABELS) - 1), np.nan)
        for part in sorted(set(parts.tolist()) - {-1}):
            head = self.fitted(of_row != part)
            held = np.flatnonzero((of_row == part) & self.shown)
            odds[self.groups[held]] = head.log_odds(self.gists[held])
        return odds


def encoder_lesson(
    originals: Sequence[Original],
    varied: Sequence[Row],
    composed: Sequence[Original],
    ordinary: Sequence[Original],
    gists: Gists,
) -> EncoderLesson:
    """Return the lesson: *varied* rows of *originals*, and texts made by program."""
    made = [*composed, *ordinary]
    rows = [(one.text, one.modality) for one in varied] + [(one.text, one.modality) for one in made]
    labels = [one.label for one in varied] + [one.label for one in made]
    shares = np.concatenate(
        [
            [1.0 if row.original else _VARIED_SHARE for row in varied],
            np.full(len(composed), _COMPOSED_SHARE),
            np.full(len(ordinary), _ORDINARY_SHARE),
        ]
    )
    nobody = np.full(len(made), -1)
    return EncoderLesson(
        originals=originals,
        groups=np.concatenate([[row.group for row in varied], nobody]).astype(np.int64),
        shown=np.concatenate([[row.original for row in varied], nobody > 0]).astype(np.bool_),
        gists=gists.of(rows),
        labels=np.array([LABELS.index(label) for label in labels], dtype=np.int64),
        shares=shares.astype(np.float32),
    )


def folds_of(originals: Sequence[Original]) -> NDArray[np.int64]:
    """Return the fold of each original."""
    return np.array([fold_of(one) for one in originals], dtype=np.int64)


def languages_of(originals: Sequence[Original], left_out: Sequence[str]) -> NDArray[np.int64]:
    """Return a number for each original of a language *left_out*, all its scripts being one; -1 for others."""
    numbers = {name: number for number, name in enumerate(left_out)}
    return np.array([numbers.get(one.language.partition("-")[0], -1) for one in originals])


def is_ordinary(originals: Sequence[Original]) -> NDArray[np.bool_]:
    """Return which of *originals* ask for nothing."""
    return np.array([one.label == NONE for one in originals])


def encoder_file(head: Perceptron, encoder: str) -> bytes:
    """Return the bytes of the weight file that ``load_encoder_head`` reads."""
    written = io.BytesIO()
    np.savez_compressed(
        written,
        encoder=np.array(encoder),
        hidden=head.hidden.astype(np.float16),
        hidden_biases=head.hidden_biases.astype(np.float32),
        intents=head.intents.astype(np.float32),
        direct=head.direct.astype(np.float32),
        biases=head.biases.astype(np.float32),
    )
    return written.getvalue()

"""The head of the encoder tier: what it is trained on, and what it says of originals it never saw."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from raiment.screening.words import Modality
from training.perceptron import Perceptron, learn
from training.texts import LABELS, NONE, Original
from training.widen import Row, fold_of

Learned = TypeVar("Learned")
_COMPOSED_SHARE = 0.25
_ORDINARY_SHARE = 0.5
_VARIED_SHARE = 0.5
LATE = -2
"""The turn of what is shown after all epochs, to settle what usual texts look like."""
_SEED = 20261123


class Learner(Protocol[Learned]):
    """Learns from some of the texts of a lesson, and answers for any of them."""

    def fitted(self, chosen: NDArray[np.bool_]) -> Learned:
        """Return what is learned from the *chosen* texts."""

    def log_odds(self, learned: Learned, chosen: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the log-odds of each intent for the texts numbered in *chosen*."""


@dataclass(frozen=True, slots=True)
class HeadOnly:
    """Learns a head over the gists of an encoder that stays as it is."""

    gists: NDArray[np.float32]
    labels: NDArray[np.int64]
    shares: NDArray[np.float32]

    def fitted(self, chosen: NDArray[np.bool_]) -> Perceptron:
        """Return the head learned from the *chosen* rows."""
        return learn(self.gists[chosen], self.labels[chosen], self.shares[chosen], _SEED)

    def log_odds(self, learned: Perceptron, chosen: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return what the head says of the rows numbered in *chosen*."""
        return learned.log_odds(self.gists[chosen])


@dataclass(frozen=True, slots=True)
class EncoderLesson:
    """Everything the encoder's tier is trained on; rows of written originals come first."""

    originals: Sequence[Original]
    groups: NDArray[np.int64]
    """The original each row comes from; -1 for what is composed."""
    shown: NDArray[np.bool_]
    """Which rows are originals as written."""
    texts: Sequence[tuple[str, Modality]]
    languages: Sequence[str]
    labels: NDArray[np.int64]
    shares: NDArray[np.float32]
    late: int
    """So many rows at the end are shown last."""

    @property
    def turns(self) -> NDArray[np.int64]:
        """Numbers of the variations, of which an epoch shows some; -1 for what all show; or ``LATE``."""
        varied = (self.groups >= 0) & ~self.shown
        turns = np.where(varied, np.cumsum(varied), -1)
        turns[len(turns) - self.late :] = LATE
        return turns

    def by_fold(self, folds: Sequence[int]) -> NDArray[np.int64]:
        """Return the part of each row: its original's fold where that is one of *folds*, else -1."""
        own = np.array([fold_of(one) for one in self.originals])
        parts = np.where(self.groups >= 0, own[self.groups], -1)
        return np.where(np.isin(parts, folds), parts, -1)

    def by_language(self, left_out: Sequence[str]) -> NDArray[np.int64]:
        """Return 0 for each row of the languages *left_out*, in every script, composed ones too; else -1."""
        return np.array(
            [0 if name.partition("-")[0] in left_out else -1 for name in self.languages]
        )

    def held_back(self, learner: Learner[Learned], parts: NDArray[np.int64]) -> NDArray[np.float64]:
        """
        Return each original's log-odds of each intent, as learned from the rows of part -1.

        Originals that were learned from have no odds (NaN).
        """
        odds = np.full((len(self.originals), len(LABELS) - 1), np.nan)
        learned = learner.fitted(parts == -1)
        held = np.flatnonzero((parts != -1) & self.shown)
        odds[self.groups[held]] = learner.log_odds(learned, held)
        return odds


def encoder_lesson(
    originals: Sequence[Original],
    varied: Sequence[Row],
    composed: Sequence[Original],
    ordinary: Sequence[Original],
    late: Sequence[Original],
) -> EncoderLesson:
    """Return the lesson: *varied* rows of *originals*, and texts made by program, *late* ones shown last."""
    made = [*composed, *ordinary, *late]
    labels = [one.label for one in varied] + [one.label for one in made]
    shares = np.concatenate(
        [
            [1.0 if row.original else _VARIED_SHARE for row in varied],
            np.full(len(composed), _COMPOSED_SHARE),
            np.full(len(ordinary), _ORDINARY_SHARE),
            np.ones(len(late)),
        ]
    )
    nobody = np.full(len(made), -1)
    return EncoderLesson(
        originals=originals,
        groups=np.concatenate([[row.group for row in varied], nobody]).astype(np.int64),
        shown=np.concatenate([[row.original for row in varied], nobody > 0]).astype(np.bool_),
        texts=[(one.text, one.modality) for one in [*varied, *made]],
        languages=[one.language for one in [*varied, *made]],
        labels=np.array([LABELS.index(label) for label in labels], dtype=np.int64),
        shares=shares.astype(np.float32),
        late=len(late),
    )


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

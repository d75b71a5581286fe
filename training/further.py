"""
Further training: from weights that are there, on what was written since, among all that was learned before.

Minutes instead of an hour. A fifth of the newer originals is not shown: what the heads say of them tells
what was gained.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from raiment.adapters.detectors.e5_tuning import Tuning
from raiment.screening.words.encoder_head import EncoderHead
from training.encoder import EncoderLesson
from training.perceptron import Perceptron
from training.texts import LABELS, Original
from training.tuning import EPOCHS, Tuned
from training.widen import Row

HELD_BACK = 0
"""The fold that is not shown."""
_OLDER_SHARE = 0.7
_ORDINARY_SHARE = 0.5
_VARIED_SHARE = 0.7


def kept(tuning: Tuning, head: EncoderHead) -> Tuned:
    """Return what weight files hold, to go on from."""
    own = Perceptron(head.hidden, head.hidden_biases, head.intents, head.direct, head.biases)
    return Tuned(tuning.arrays, own)


def further_lesson(
    newer: Sequence[Original],
    varied: Sequence[Row],
    older: Sequence[Original],
    usual: Sequence[Original],
    ordinary: Sequence[Original],
) -> EncoderLesson:
    """
    Return the lesson: *varied* rows of the *newer* originals, and *usual* texts, in every epoch.

    The *older* originals, and *ordinary* texts made by program, are each shown in one epoch.
    """
    others = [*usual, *older, *ordinary]
    shares = [
        *(1.0 if row.original else _VARIED_SHARE for row in varied),
        *[_ORDINARY_SHARE] * len(usual),
        *[_OLDER_SHARE] * len(older),
        *[_ORDINARY_SHARE] * len(ordinary),
    ]
    nobody = np.full(len(others), -1)
    labels = [one.label for one in (*varied, *others)]
    return EncoderLesson(
        originals=newer,
        groups=np.concatenate([[row.group for row in varied], nobody]).astype(np.int64),
        shown=np.concatenate([[row.original for row in varied], nobody > 0]).astype(np.bool_),
        texts=[(one.text, one.modality) for one in (*varied, *others)],
        languages=[one.language for one in (*varied, *others)],
        labels=np.array([LABELS.index(label) for label in labels], dtype=np.int64),
        shares=np.array(shares, dtype=np.float32),
        late=0,
    )


def turns_of(lesson: EncoderLesson, usual: int) -> NDArray[np.int64]:
    """Return in which epochs each row of a `further_lesson` with so many *usual* texts is shown."""
    turns = lesson.turns.copy()
    written = int((lesson.groups >= 0).sum())
    once = np.arange(len(turns) - written - usual)
    turns[written + usual :] = once % EPOCHS
    return turns

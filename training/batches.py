"""Texts of like length in batches of like size, so that few shapes are compiled and little is padding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.lower import Rows

_LENGTHS = (8, 12, 16, 20, 26, 34, 46, 64)
_PIECES = 512
"""Pieces of a batch."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some texts; the last ones may be empty."""

    texts: NDArray[np.int64]
    """Their numbers."""
    rows: Rows
    """Texts by pieces by width."""
    shown: NDArray[np.bool_]
    """Which pieces there are."""

    def filled(self, values: NDArray[np.generic]) -> NDArray[np.generic]:
        """Return the *values* of its texts, and zero for those that are empty."""
        full = np.zeros(len(self.rows), dtype=values.dtype)
        full[: len(self.texts)] = values[self.texts]
        return full


def batches(rows: Sequence[Rows], order: NDArray[np.int64]) -> Iterator[Batch]:
    """Yield the texts numbered in *order*, each once, those of like length together."""
    waiting: dict[int, list[int]] = {}
    for text in order.tolist():
        length = next(one for one in _LENGTHS if one >= len(rows[text]))
        alike = waiting.setdefault(length, [])
        alike.append(text)
        if len(alike) == _PIECES // length:
            yield _batch(rows, length, waiting.pop(length))
    for length, alike in waiting.items():
        yield _batch(rows, length, alike)


def count_of(rows: Sequence[Rows], order: NDArray[np.int64]) -> int:
    """Return how many batches ``batches`` makes of them."""
    lengths = np.array([next(one for one in _LENGTHS if one >= len(rows[i])) for i in order])
    return sum(-(-int((lengths == one).sum()) // (_PIECES // one)) for one in _LENGTHS)


def _batch(rows: Sequence[Rows], length: int, texts: list[int]) -> Batch:
    width = rows[texts[0]].shape[1]
    count = _PIECES // length
    together = np.zeros((count, length, width), dtype=np.float16)
    shown = np.zeros((count, length), dtype=np.bool_)
    # An empty text shows one piece of nothing: a mean needs one.
    shown[:, 0] = True
    for place, text in enumerate(texts):
        together[place, : len(rows[text])] = rows[text]
        shown[place, : len(rows[text])] = True
    return Batch(np.array(texts), together, shown)

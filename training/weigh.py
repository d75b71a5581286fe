"""How much each tier counts, and the thresholds, from what the tiers say of texts they never saw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from raiment.screening.words import compile_lexicon, read_words
from raiment.screening.words.tiers import HOLD_AT, Weighing
from training.texts import Original

HELD = 0.04
"""Share of the ordinary look-alikes that may be held or blocked by what was learned."""
BLOCKED = 0.0125
"""Share that may be blocked."""
FAST_HELD, FAST_BLOCKED = 0.02, 0.008
"""The same without the encoder: n-grams mistake more of what people usually ask."""
_ROUNDS = 40
_PENALTY = 1e-3
_LARGEST = 30.0


@dataclass(frozen=True, slots=True)
class Said:
    """What each tier says of the same texts; the learned ones never saw them."""

    lexicon: NDArray[np.float64]
    grams: NDArray[np.float64]
    encoder: NDArray[np.float64]
    languages: Sequence[str]
    """As the lexicon tells them: what thresholds go by when a request comes."""

    def of(self, some: NDArray[np.bool_]) -> Said:
        """Return what is said of *some* of the texts."""
        languages = [
            name for name, chosen in zip(self.languages, some.tolist(), strict=True) if chosen
        ]
        return Said(self.lexicon[some], self.grams[some], self.encoder[some], languages)


def lexicon_says(
    originals: Sequence[Original], folder: Path
) -> tuple[NDArray[np.float64], list[str]]:
    """Return the lexicon's highest score of each original, and the language it takes it for."""
    tables = {one.name: one.read_text(encoding="utf-8") for one in sorted(folder.glob("*.tsv"))}
    lexicon = compile_lexicon(tables)
    readings = [
        read_words(one.text, lexicon=lexicon, modality=one.modality, source_person=None)
        for one in originals
    ]
    return np.array([one.strongest for one in readings]), [one.language for one in readings]


def weighing(said: Said, ordinary: NDArray[np.bool_], *, with_encoder: bool) -> Weighing:
    """Return the weights that tell *ordinary* texts from the others best, and the thresholds."""
    columns = [
        said.lexicon,
        (said.lexicon >= HOLD_AT).astype(np.float64),
        np.clip(said.grams, -_LARGEST, _LARGEST),
    ]
    if with_encoder:
        columns.append(np.clip(said.encoder, -_LARGEST, _LARGEST))
    matrix = np.stack([*columns, np.ones(len(said.lexicon))], axis=1)
    weights = _regression(matrix, (~ordinary).astype(np.float64))
    odds = matrix @ weights
    rates = (HELD, BLOCKED) if with_encoder else (FAST_HELD, FAST_BLOCKED)
    hold, block = (round(float(np.quantile(odds[ordinary], 1 - rate)), 4) for rate in rates)
    lexicon, doubted, grams, *encoder, bias = (round(float(one), 6) for one in weights)
    return Weighing(
        bias=bias,
        grams=grams,
        encoder=encoder[0] if encoder else 0.0,
        lexicon=lexicon,
        doubted=doubted,
        # One threshold for all: a language's own hundred texts set it no better than those of all.
        hold={"": hold},
        block={"": block},
    )


def unheard(fast: NDArray[np.float64], ordinary: NDArray[np.bool_], missed: float) -> float:
    """Return the fast log-odds below which the share *missed* of the abusive texts lies."""
    return round(float(np.quantile(fast[~ordinary], missed)), 4)


def log_odds(weighing: Weighing, said: Said) -> NDArray[np.float64]:
    """Return what *weighing* makes of each text."""
    each = zip(said.lexicon.tolist(), said.grams.tolist(), said.encoder.tolist(), strict=True)
    return np.array([weighing.log_odds(*one) for one in each])


def _regression(matrix: NDArray[np.float64], wanted: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the weights of a logistic regression, by Newton's steps."""
    weights = np.zeros(matrix.shape[1])
    for _ in range(_ROUNDS):
        found = 1 / (1 + np.exp(-(matrix @ weights)))
        slope = matrix.T @ (found - wanted) + _PENALTY * weights
        curve = (matrix * (found * (1 - found))[:, None]).T @ matrix
        weights -= np.linalg.solve(curve + _PENALTY * np.eye(len(weights)), slope)
    return weights

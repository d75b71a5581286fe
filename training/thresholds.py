"""
Thresholds by language, from ordinary originals the head had not seen.

One language has about a hundred ordinary originals, too few for its own far quantile. Each language's
log-odds are therefore moved to the common middle and spread first, the quantile is taken over all
languages together, and moved back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

_PRIOR = 40
"""So many ordinary texts of the common distribution are added to each language's own."""


def thresholds_of(
    odds: NDArray[np.float64], languages: Sequence[str], rate: float
) -> tuple[Mapping[str, float], float]:
    """
    Return the log-odds that *rate* of ordinary texts reach, by language and for any language.

    *odds* are those of ordinary texts, *languages* theirs.
    """
    names = np.array(languages)
    middle, spread = float(odds.mean()), float(odds.std())
    moved = np.empty_like(odds)
    places: dict[str, tuple[float, float]] = {}
    for name in sorted(set(languages)):
        own = odds[names == name]
        weight = own.size / (own.size + _PRIOR)
        places[name] = (
            weight * float(own.mean()) + (1 - weight) * middle,
            weight * float(own.std()) + (1 - weight) * spread,
        )
        moved[names == name] = (own - places[name][0]) / places[name][1]
    far = float(np.quantile(moved, 1 - rate))
    chosen = {name: round(mean + far * width, 4) for name, (mean, width) in places.items()}
    return chosen, round(float(np.quantile(odds, 1 - rate)), 4)

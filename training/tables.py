"""Tables of what the tiers catch among originals they never saw, with 95 % bounds."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from raiment.screening.words.tiers import BLOCK_AT, HOLD_AT, Weighing, Weighings
from training.encoder import is_ordinary
from training.texts import LABELS, NONE, Original
from training.weigh import Said, log_odds

_Z = 1.959964


def caught(weighings: Weighings, said: Said) -> Mapping[str, NDArray[np.bool_]]:
    """Return which texts are held or blocked: by the lexicon, with n-grams, with the encoder too."""
    lexicon = said.lexicon >= BLOCK_AT
    fast = lexicon | _reaching(weighings.fast, said, HOLD_AT)
    # The encoder is not asked about what looks harmless to the others.
    doubted = said.lexicon >= HOLD_AT
    asked = doubted | (log_odds(weighings.fast, said) >= weighings.unheard)
    full = lexicon | (asked & _reaching(weighings.full, said, HOLD_AT))
    blocked = lexicon | (asked & _reaching(weighings.full, said, BLOCK_AT))
    return {"lexicon": lexicon, "fast": fast, "full": full, "full, blocked": blocked}


def _reaching(one: Weighing, said: Said, score: float) -> NDArray[np.bool_]:
    odds = log_odds(one, said)
    scores = [one.score(odd, name) for odd, name in zip(odds.tolist(), said.languages, strict=True)]
    return np.array(scores) >= score - 1e-9


def print_table(
    title: str,
    originals: Sequence[Original],
    flags: Mapping[str, NDArray[np.bool_]],
    shown: NDArray[np.bool_],
) -> None:
    """Print recall and false positives of the originals *shown*, by language and intent, for all *flags*."""
    ordinary = is_ordinary(originals)
    languages = np.array([one.language for one in originals])
    labels = np.array([one.label for one in originals])
    head = "".join(f"{name:>30}{'false':>7}" for name in flags)
    print(f"\n{title:<18}{'abusive':>8}{'others':>7}{head}")
    for name in [*sorted(set(languages[shown].tolist())), "all"]:
        here = shown & ((languages == name) | (name == "all"))
        _print_row(name, here & ~ordinary, here & ordinary, flags)
    for label in LABELS:
        if label != NONE:
            _print_row(label, shown & (labels == label), shown & ordinary, flags)


def _print_row(
    name: str,
    abusive: NDArray[np.bool_],
    ordinary: NDArray[np.bool_],
    flags: Mapping[str, NDArray[np.bool_]],
) -> None:
    cells = []
    for found in flags.values():
        hits, count = int((found & abusive).sum()), int(abusive.sum())
        low, high = _bounds(hits, count)
        share = (found & ordinary).sum() / max(1, ordinary.sum())
        cells.append(f"{f'{hits / count:.1%} ({low:.1%} to {high:.1%})':>30}{share:>7.1%}")
    print(f"{name:<18}{int(abusive.sum()):>8}{int(ordinary.sum()):>7}{''.join(cells)}")


def _bounds(hits: int, total: int) -> tuple[float, float]:
    """Return the 95 % Wilson score interval of *hits* in *total*."""
    rate = hits / total
    centre = rate + _Z * _Z / (2 * total)
    spread = _Z * math.sqrt(rate * (1 - rate) / total + _Z * _Z / (4 * total * total))
    scale = 1 + _Z * _Z / total
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)

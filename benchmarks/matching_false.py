"""
How often strangers are taken for copies: every pair of crops of different photographs, in every view.

Run in an environment with requirements/bench.lock and Raiment itself installed::

    python benchmarks/matching_false.py FOLDER [--crops 21000]

FOLDER as `photographs` describes. Every crop, a quarter of the side up to all of it, is asked for in every
view among all others, as outside lists hold them; and among all others' ladders of crops, as our own banks hold
those beside. Crops of one photograph are like each other, so pairs are not independent: a bound
holds for pairs drawn like these.
"""

from __future__ import annotations

import argparse
import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from photographs import photographs
from raiment.matching.crop import crop_ladder
from raiment.matching.disguise import query_views
from raiment.matching.index import PdqIndex
from raiment.matching.signal import PDQ_RADIUS, Pdq
from raiment.matching.view import View

Asked = tuple[int, View, Pdq]
"""Which photograph a query comes from, by what view."""

_AT_ONCE = 4096


def main() -> None:
    """Print both rates with their upper bounds."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--crops", type=int, default=21000)
    given = arguments.parse_args()
    pictures = [pixels for _, pixels in photographs(given.folder)]
    banked: list[tuple[int, Pdq]] = []
    rungs: list[tuple[int, Pdq]] = []
    counts = np.zeros(len(pictures), np.int64)
    asked: list[Asked] = []
    for source, pixels in enumerate(pictures):
        for crop in crops_of(pixels, -(-given.crops // len(pictures)), source):
            disguises = query_views(crop)
            if disguises.whole.matchable:
                banked.append((source, disguises.whole.plain))
                rungs += [(source, pdq) for _, pdq in crop_ladder(crop)]
                counts[source] += 1
                asked += [(source, view, pdq) for view, pdq in disguises.queries]
    total = int(counts.sum())
    print(f"{total} crops of {len(pictures)} photographs, {len(asked)} hashes asked for")
    pairs = total * total - int((counts**2).sum())
    everywhere = [one for one in asked if one[1] is not View.INSET]
    print_rate("among hashes of crops", wrong(indexed(banked), everywhere), pairs)
    print_rate(f"among {len(rungs)} hashes of ladders", wrong(indexed(rungs), asked), pairs)


def crops_of(pixels: NDArray[np.uint8], count: int, seed: int) -> Iterator[NDArray[np.uint8]]:
    """Yield *count* crops at random."""
    draw = np.random.default_rng(seed)
    rows, columns = pixels.shape[:2]
    for _ in range(count):
        height, width = (draw.uniform(0.25, 1, 2) * (rows, columns)).astype(int)
        top = int(draw.integers(0, rows - height + 1))
        left = int(draw.integers(0, columns - width + 1))
        yield pixels[top : top + height, left : left + width]


def indexed(pairs: list[tuple[int, Pdq]]) -> PdqIndex:
    """Return an index of *pairs*."""
    numbers = np.array([number for number, _ in pairs], np.uint64)
    hashes = np.frombuffer(b"".join(pdq.value for _, pdq in pairs), np.uint8)
    index = PdqIndex()
    index.add_arrays(numbers, hashes.reshape(len(pairs), -1))
    return index


def wrong(index: PdqIndex, asked: list[Asked]) -> Counter[str]:
    """Return how many entries of *index* are found for another photograph's query, by view."""
    by_view: Counter[str] = Counter()
    for start in range(0, len(asked), _AT_ONCE):
        part = asked[start : start + _AT_ONCE]
        each = index.near_each([pdq for *_, pdq in part], PDQ_RADIUS)
        for (source, view, _), near in zip(part, each, strict=True):
            by_view[view] += sum(one.number != source for one in near)
    return +by_view


def print_rate(name: str, found: Counter[str], pairs: int) -> None:
    """Print the rate of *found* among *pairs* and the upper end of its 95 % confidence."""
    events = found.total()
    print(f"{name}: {events} of {pairs} pairs {dict(found)}")
    print(f"  rate {events / pairs:.1e}, at most {upper_events(events) / pairs:.1e} (95 %)")


def upper_events(events: int) -> float:
    """Return the Poisson mean that gives *events* or fewer in one case of twenty."""
    low, high = float(events), 2.0 * events + 10
    while high - low > 1e-6:
        mean = (low + high) / 2
        at_most = sum(
            math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(events + 1)
        )
        low, high = (mean, high) if at_most > 0.05 else (low, mean)
    return high


if __name__ == "__main__":
    main()

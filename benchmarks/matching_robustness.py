"""
How many disguised copies of real photographs are found, and how many strangers are taken for copies.

Run in an environment with requirements/bench.lock and Raiment itself installed::

    python benchmarks/matching_robustness.py FOLDER [--half report|tune] [--crops 20000]

FOLDER as `photographs` describes. The panel detector was tuned on every other photograph (``tune``);
the table is over the rest. Every change draws from a fixed seed, so two runs print the same.
"""

from __future__ import annotations

import argparse
import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from threatexchange.signal_type.pdq.signal import PdqSignal

from photographs import photographs
from raiment.matching.crop import crop_ladder
from raiment.matching.disguise import query_views
from raiment.matching.index import PdqIndex
from raiment.matching.signal import PDQ_RADIUS, hash_views
from raiment.matching.view import DIHEDRAL, View
from transformations import CHANGES

COLUMNS = ("threatexchange", "plain", "+dihedral", "+panels, negative", "+own bank's ladder")
UPPER_EVENTS = 3.0
"""Rule of three: with no event in n trials the rate is below 3/n, at 95 % confidence."""


def main() -> None:
    """Print the table and the rate of false matches."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--half", choices=("tune", "report"), default="report")
    arguments.add_argument("--crops", type=int, default=20000)
    given = arguments.parse_args()
    found = photographs(given.folder)
    half = [pixels for _, pixels in found][given.half == "report" :: 2]
    ours = [pixels for pixels in half if hash_views(pixels).matchable]
    left_out = len(half) - len(ours)
    print(
        f"{len(found)} photographs, {len(half)} in this half, {left_out} not matchable and left out"
    )
    table(ours)
    false_matches([pixels for _, pixels in found], given.crops)


def table(pictures: list[NDArray[np.uint8]]) -> None:
    """Print the share of copies found, a change a line."""
    images = [Image.fromarray(pixels) for pixels in pictures]
    ladders = [tuple(pdq for _, pdq in crop_ladder(pixels)) for pixels in pictures]
    print(f"{'%':24s}" + "".join(f"{column:>21s}" for column in COLUMNS))
    for line, (name, change) in enumerate(CHANGES.items()):
        hits = np.zeros(len(COLUMNS))
        for place, image in enumerate(images):
            draw = np.random.default_rng([line, place])
            copy = change(image, images[(place + 1 + line) % len(images)], draw)
            hits += found_by_each(copy, image, ladders[place])
        print(
            f"{name:24s}" + "".join(f"{100 * share:21.1f}" for share in hits / len(images)),
            flush=True,
        )


def found_by_each(copy: Image.Image, image: Image.Image, ladder: tuple) -> NDArray[np.bool_]:
    """Return for each column whether *copy* is found in a bank that holds *image*."""
    banked = hash_views(np.asarray(image)).plain
    queries = query_views(np.ascontiguousarray(np.asarray(copy))).queries
    near = {view for view, pdq in queries if pdq.distance(banked) <= PDQ_RADIUS}
    climbed = any(pdq.distance(rung) <= PDQ_RADIUS for _, pdq in queries for rung in ladder)
    peer, known = peer_hash(copy), peer_hash(image)
    return np.array(
        [
            bool(peer and known) and PdqSignal.compare_hash(peer, known).match,
            View.AS_IS in near,
            not near.isdisjoint(DIHEDRAL),
            bool(near),
            bool(near) or climbed,
        ]
    )


def peer_hash(image: Image.Image) -> str:
    """Return threatexchange's hash of *image*, without loss on the way."""
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=1)
    return str(PdqSignal.hash_from_bytes(file.getvalue()))


def false_matches(pictures: list[NDArray[np.uint8]], crops: int) -> None:
    """
    Print how often a crop matches, in any view, a crop of another photograph.

    Crops of one photograph are like each other, so pairs are not independent: the bound holds for
    pairs drawn like these.
    """
    draw = np.random.default_rng(0)
    each = -(-crops // len(pictures))
    index, queries, count = PdqIndex(), [], np.zeros(len(pictures), np.int64)
    for source, pixels in enumerate(pictures):
        rows, columns = pixels.shape[:2]
        for _ in range(each):
            height, width = (draw.uniform(0.25, 1, 2) * (rows, columns)).astype(int)
            top, left = (
                int(draw.integers(0, rows - height + 1)),
                int(draw.integers(0, columns - width + 1)),
            )
            disguises = query_views(pixels[top : top + height, left : left + width])
            if disguises.whole.matchable:
                index.add([(source, disguises.whole.plain)])
                count[source] += 1
                queries += [(source, view, pdq) for view, pdq in disguises.queries]
    total, wrong = int(count.sum()), 0
    by_view: dict[str, int] = {}
    for start in range(0, len(queries), 4096):
        part = queries[start : start + 4096]
        for (source, view, _), near in zip(
            part, index.near_each([pdq for *_, pdq in part], PDQ_RADIUS), strict=True
        ):
            others = sum(one.number != source for one in near)
            wrong += others
            if others:
                by_view[view] = by_view.get(view, 0) + others
    pairs = total * total - int((count**2).sum())
    print(
        f"{total} crops, {len(queries)} queries, {pairs} ordered pairs of unrelated crops, "
        f"{wrong} false matches {by_view}"
    )
    print(
        f"rate {wrong / pairs:.1e}; were there none, the upper bound would be {UPPER_EVENTS / pairs:.1e}"
    )


if __name__ == "__main__":
    main()

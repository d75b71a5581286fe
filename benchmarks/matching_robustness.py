"""
How many disguised copies of real photographs are found, and by what; threatexchange beside us.

Run in an environment with requirements/bench.lock and Raiment itself installed::

    python benchmarks/matching_robustness.py FOLDER [--half report|tune] [--most 12]

FOLDER as `photographs` describes. Everything was tuned on every other photograph (``tune``); the table is
over the rest. Every change draws from a fixed seed, so two runs print the same. Containers are read as
uploads are, in the confined worker; the changes are handed over as pixels, to threatexchange as PNG.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from threatexchange.signal_type.pdq.signal import PdqSignal

from containers import CONTAINERS, saved
from photographs import photographs
from raiment.adapters.pixels.reader import PixelReader
from raiment.matching.crop import crop_ladder
from raiment.matching.disguise import query_views
from raiment.matching.signal import PDQ_RADIUS, Pdq, hash_views
from raiment.matching.view import DIHEDRAL, View
from transformations import CHANGES

COLUMNS = ("threatexchange", "plain", "+dihedral", "+panels, negative", "+own bank's ladder")


@dataclass(frozen=True)
class Banked:
    """A photograph, and what banks hold of it."""

    image: Image.Image

    @cached_property
    def plain(self) -> Pdq:
        """What every bank holds."""
        return hash_views(np.asarray(self.image)).plain

    @cached_property
    def ladder(self) -> tuple[Pdq, ...]:
        """What our own banks hold beside it."""
        return tuple(pdq for _, pdq in crop_ladder(np.asarray(self.image)))

    @cached_property
    def peer(self) -> str:
        """What threatexchange holds."""
        return peer_hash(saved(self.image, "PNG", compress_level=1))


def main() -> None:
    """Print the table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--half", choices=("tune", "report"), default="report")
    arguments.add_argument("--most", type=int, help="photographs, for a quick look")
    given = arguments.parse_args()
    found = photographs(given.folder)
    half = [pixels for _, pixels in found][given.half == "report" :: 2][: given.most]
    banked = [Banked(Image.fromarray(one)) for one in half if hash_views(one).matchable]
    flat = len(half) - len(banked)
    print(f"{len(found)} photographs, {len(half)} looked at, {flat} not matchable and left out")
    print(f"{'%':24s}" + "".join(f"{column:>21s}" for column in COLUMNS))
    asyncio.run(print_containers(banked))
    print_changes(banked)


async def print_containers(banked: Sequence[Banked]) -> None:
    """Print the share of pictures found in each container, a container a line."""
    async with PixelReader(workers=1) as reader:
        for name, contain in CONTAINERS.items():
            hits = np.zeros(len(COLUMNS))
            for one in banked:
                data = contain(one.image)
                with await reader.read(data, field="file") as picture:
                    hits += found_by_each(picture.pixels, peer_hash(data), one)
            print_line(name, hits / len(banked))


def print_changes(banked: Sequence[Banked]) -> None:
    """Print the share of copies found, a change a line."""
    for line, (name, change) in enumerate(CHANGES.items()):
        hits = np.zeros(len(COLUMNS))
        for place, one in enumerate(banked):
            draw = np.random.default_rng([line, place])
            copy = change(one.image, banked[(place + 1 + line) % len(banked)].image, draw)
            theirs = peer_hash(saved(copy, "PNG", compress_level=1))
            hits += found_by_each(np.ascontiguousarray(np.asarray(copy)), theirs, one)
        print_line(name, hits / len(banked))


def print_line(name: str, shares: NDArray[np.float64]) -> None:
    """Print one line of the table."""
    print(f"{name:24s}" + "".join(f"{100 * share:21.1f}" for share in shares), flush=True)


def found_by_each(copy: NDArray[np.uint8], theirs: str, banked: Banked) -> NDArray[np.bool_]:
    """Return for each column whether *copy* is found; *theirs* is threatexchange's hash of it."""
    queries = query_views(copy).queries
    near = {
        view
        for view, pdq in queries
        if view is not View.INSET and pdq.distance(banked.plain) <= PDQ_RADIUS
    }
    climbed = bool(near) or any(
        pdq.distance(rung) <= PDQ_RADIUS for _, pdq in queries for rung in banked.ladder
    )
    return np.array(
        [
            bool(theirs and banked.peer) and PdqSignal.compare_hash(theirs, banked.peer).match,
            View.AS_IS in near,
            not near.isdisjoint(DIHEDRAL),
            bool(near),
            climbed,
        ]
    )


def peer_hash(data: bytes) -> str:
    """Return threatexchange's hash of a file, empty where it gives none."""
    return str(PdqSignal.hash_from_bytes(data))


if __name__ == "__main__":
    main()

"""
What one upload check costs: a 1-megapixel JPEG against a million banked hashes, in every view.

CPU time of both processes, the server's and the confined decoder's, stage by stage; each photograph as a
quality-90 JPEG with halved colour. Three columns: the median over photographs of each one's best round (what
it costs when nothing else disturbs the caches), the median of all rounds, the 90th percentile. Beside it, in
the same run, what threatexchange and its PDQIndex spend on the one view they look for. The database's part
(one statement over what the index names) is not in it. One in ten of the hashes is a crop of a picture of
our own banks; they are held apart, as the server's index holds them. Run in an environment with
requirements/bench.lock and Raiment installed::

    python benchmarks/upload_check.py FOLDER [--rows 1000000] [--most 24]

FOLDER as `photographs` describes.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import uvloop
from blake3 import blake3
from PIL import Image
from threatexchange.signal_type.pdq.pdq_index import PDQIndex
from threatexchange.signal_type.pdq.signal import PdqSignal

from hamming_search import bank
from pdq_speed import encoded, pillow_colour
from photographs import photographs
from raiment.adapters.pixels.reader import PixelReader
from raiment.adapters.pixels.signals import read_signals
from raiment.matching.disguise import query_views
from raiment.matching.index import PdqIndex
from raiment.matching.signal import PDQ_RADIUS, Md5, Pdq, Sha256
from raiment.matching.view import View

ROUNDS = 7
PIXEL_WORKERS = 1

CROPS = 0.1
"""Share of the hashes that are crops."""

Looks = Sequence[tuple[View, Pdq]]

Spent = dict[str, list[float]]
"""Milliseconds of CPU by stage, one for each check."""


def main() -> None:
    """Print each stage's CPU, the whole, and the peer's."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--rows", type=int, default=1_000_000)
    arguments.add_argument("--most", type=int, default=24)
    given = arguments.parse_args()
    found = photographs(given.folder)
    step = max(1, len(found) // given.most)
    files = [encoded(Image.fromarray(pixels), 1.0) for _, pixels in found[::step][: given.most]]
    hashes = bank(given.rows)
    print(f"{len(files)} photographs, {statistics.median(map(len, files)) / 1000:.0f} kB each")
    print(f"{len(hashes)} hashes; milliseconds of CPU: best of {ROUNDS} rounds, median, 90 %")
    ours = uvloop.run(check_each(files, hashes))
    print_table("Raiment, all views", ours, len(files))
    theirs = peer_check_each(files, hashes)
    print_table("threatexchange, one view", theirs, len(files))
    ratio = statistics.median(theirs["whole"]) / statistics.median(ours["whole"])
    print(f"threatexchange / Raiment, whole, medians: {ratio:.1f}")


def print_table(title: str, spent: Spent, files: int) -> None:
    """Print a stage a line."""
    print(f"\n{title}")
    for stage, times in spent.items():
        rounds = np.array(times).reshape(-1, files)
        best, p50 = np.median(rounds.min(axis=0)), np.median(rounds)
        print(f"  {stage:32s} {best:8.2f} {p50:8.2f} {np.quantile(rounds, 0.9):8.2f}")


async def check_each(files: list[bytes], hashes: np.ndarray) -> Spent:
    """Check each of *files* as the API does, and then its stages one by one."""
    crops = round(CROPS * len(hashes))
    whole, cropped = indexed(hashes[crops:]), indexed(hashes[:crops])
    spent: Spent = {}
    async with PixelReader(workers=PIXEL_WORKERS) as reader:
        worker = reader.processes[0]
        for lap in range(ROUNDS + 1):
            if lap == 1:
                spent.clear()  # the first lap warms up
            for data in files:
                with spending(spent, "whole: decoding process", lambda: cpu_of(worker)):
                    with spending(spent, "whole: server process", time.process_time):
                        looks = (await read_signals(reader, data, field="x"))[0].hashes_to_look_up()
                        search(whole, cropped, looks)
                    # What the other process still does after its answer counts too.
                    await asyncio.sleep(0.002)
                with spending(spent, "of it: handing over", time.process_time):
                    picture = await reader.read(data, field="x")
                with picture:
                    with spending(spent, "of it: digests of the file", time.process_time):
                        _ = Sha256.of(data), Md5.of(data)
                    with spending(spent, "of it: views", time.process_time):
                        queries = query_views(picture.pixels).queries
                with spending(spent, "of it: search", time.process_time):
                    search(whole, cropped, queries)
                with spending(spent, "of it: Pillow's decoding", time.process_time):
                    decoded = pillow_colour(data)
                with spending(spent, "of it: digest of the pixels", time.process_time):
                    blake3(decoded)
    parts = zip(spent["whole: decoding process"], spent["whole: server process"], strict=True)
    return {"whole": [a + b for a, b in parts], **spent}


def indexed(hashes: np.ndarray) -> PdqIndex:
    """Return an index of *hashes*."""
    index = PdqIndex()
    index.add_arrays(np.arange(len(hashes), dtype=np.uint64), hashes)
    index.merge()  # as the server does, whatever the number
    return index


def search(whole: PdqIndex, cropped: PdqIndex, looks: Looks) -> None:
    """Look for a picture as the server's index does (``adapters/postgres/live_index.py``)."""
    whole.near_each([pdq for view, pdq in looks if view is not View.INSET], PDQ_RADIUS)
    cropped.near_each([pdq for _, pdq in looks], PDQ_RADIUS)


def cpu_of(process: int) -> float:
    """Return the seconds of CPU that *process* has had, to the nanosecond."""
    return int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1e9


@contextmanager
def spending(spent: Spent, stage: str, clock: Callable[[], float]) -> Iterator[None]:
    """Add to *stage* what *clock* gains meanwhile."""
    start = clock()
    yield
    spent.setdefault(stage, []).append((clock() - start) * 1e3)


def peer_check_each(files: list[bytes], hashes: np.ndarray) -> Spent:
    """Hash each of *files* with threatexchange (Pillow and pdqhash) and look it up in its PDQIndex."""
    index = PDQIndex()
    index.add_all((row.tobytes().hex(), place) for place, row in enumerate(hashes))
    spent: Spent = {}
    for _ in range(3):
        for data in files:
            with spending(spent, "whole", time.process_time):
                with spending(spent, "of it: decoding and hashing", time.process_time):
                    pdq = PdqSignal.hash_from_bytes(data)
                with spending(spent, "of it: search", time.process_time):
                    _ = pdq and index.query(pdq)
    return spent


if __name__ == "__main__":
    main()

"""
Exact lookup at radius 31: Raiment against threatexchange's PDQIndex and faiss's flat index.

Each engine runs in a process of its own over the same random bank, with copies of banked hashes
planted at every distance 0..31 and at 32, and is asked in the type its own door takes. CPU time on
one thread; resident memory is what building added. Run in an environment with
requirements/bench.lock and Raiment installed::

    taskset -c 1 python benchmarks/hamming_search.py [--rows 100000 1000000]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RADIUS = 31
PLANTED_EACH = 16
QUERIES = 1024

Hashes = NDArray[np.uint8]
Found = set[tuple[int, int]]
Asked = Sequence[object] | Hashes
Search = Callable[[Asked], Found]
Engine = tuple[Callable[[Hashes], Asked], Search]
"""How queries are written for this engine, and how it is asked."""


def bank(rows: int) -> Hashes:
    """Return the same random hashes for every engine."""
    return np.random.default_rng(rows).integers(0, 256, (rows, 32), dtype=np.uint8)


def queries(hashes: Hashes) -> tuple[Hashes, list[tuple[int, int]]]:
    """Return queries, and of the planted ones the bank's row and the distance; the rest random."""
    draw = np.random.default_rng(7)
    asked = draw.integers(0, 256, (QUERIES, 32), dtype=np.uint8)
    planted = []
    for distance in range(RADIUS + 2):
        for _ in range(PLANTED_EACH):
            row = int(draw.integers(len(hashes)))
            bits = np.unpackbits(hashes[row])
            bits[draw.choice(256, distance, replace=False)] ^= 1
            asked[len(planted)] = np.packbits(bits)
            planted.append((row, distance))
    return asked, planted


def raiment(hashes: Hashes) -> Engine:
    """Raiment's index, through the door its callers use."""
    from raiment.matching.index import PdqIndex  # noqa: PLC0415 - one engine in each process
    from raiment.matching.signal import Pdq  # noqa: PLC0415

    index = PdqIndex()
    index.add_arrays(np.arange(len(hashes), dtype=np.uint64), hashes)

    def search(asked: Asked) -> Found:
        each = index.near_each(asked, RADIUS)
        return {(place, n.number) for place, near in enumerate(each) for n in near}

    return lambda rows: [Pdq(row.tobytes()) for row in rows], search


def raiment_arrays(hashes: Hashes) -> Engine:
    """Raiment's index, arrays in and out."""
    from raiment import _native  # noqa: PLC0415

    index = _native.HammingIndex()
    index.add(np.arange(len(hashes), dtype=np.uint64), hashes)

    def search(asked: Asked) -> Found:
        places, _, ids, _ = index.search(asked, RADIUS)
        return set(zip(places.tolist(), ids.tolist(), strict=True))

    return lambda rows: rows, search


def threatexchange(hashes: Hashes) -> Engine:
    """What PDQIndex, HMA's default, uses; in batches, which PDQIndex.query itself cannot."""
    from threatexchange.signal_type.pdq.pdq_index import PDQIndex  # noqa: PLC0415

    index = PDQIndex()
    for start in range(0, len(hashes), 100_000):
        index.add_all(
            (row.tobytes().hex(), start + i)
            for i, row in enumerate(hashes[start : start + 100_000])
        )

    def search(asked: Asked) -> Found:
        results = index.index.search_with_distance_in_result(asked, RADIUS)
        return {(i, int(hit[0])) for i, text in enumerate(asked) for hit in results[text]}

    return lambda rows: [row.tobytes().hex() for row in rows], search


def faiss_flat(hashes: Hashes) -> Engine:
    """A scan by faiss (its range search leaves out the radius itself, hence one more)."""
    import faiss  # noqa: PLC0415

    faiss.omp_set_num_threads(1)
    index = faiss.IndexBinaryFlat(256)
    index.add(hashes)

    def search(asked: Asked) -> Found:
        limits, _, found = index.range_search(asked, RADIUS + 1)
        return {
            (place, int(row))
            for place in range(len(asked))
            for row in found[limits[place] : limits[place + 1]]
        }

    return lambda rows: rows, search


ENGINES = {each.__name__: each for each in (raiment, raiment_arrays, threatexchange, faiss_flat)}


def resident_bytes() -> int:
    """Return this process's resident memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def per_second(search: Search, asked: Asked, batch: int, budget: float = 3.0) -> float:
    """Return queries for each second of CPU time, the median over batches within the budget."""
    rates: list[float] = []
    spent = 0.0
    while spent < budget and len(rates) < 40:
        start = len(rates) * batch % QUERIES
        part = asked[start : start + batch]
        began = time.process_time()
        search(part)
        spent += (took := time.process_time() - began)
        rates.append(len(part) / took)
    return statistics.median(rates)


def single(search: Search, asked: Asked, budget: float = 3.0) -> tuple[float, float]:
    """Return the median and 99th percentile of one query's CPU milliseconds."""
    times: list[float] = []
    while sum(times) < budget and len(times) < QUERIES:
        began = time.process_time()
        search(asked[len(times) : len(times) + 1])
        times.append(time.process_time() - began)
    return statistics.median(times) * 1e3, float(np.quantile(times, 0.99)) * 1e3


def measure(engine: str, rows: int) -> dict[str, object]:
    """Build, check recall and time one engine in this process."""
    hashes = bank(rows)
    asked, planted = queries(hashes)
    before, began = resident_bytes(), time.process_time()
    write, search = ENGINES[engine](hashes)
    build, memory = time.process_time() - began, resident_bytes() - before
    written = write(asked)
    found = search(written[: len(planted)])
    recall = [
        sum((place, row) in found for place, (row, at) in enumerate(planted) if at == distance)
        / PLANTED_EACH
        for distance in range(RADIUS + 2)
    ]
    p50, p99 = single(search, written)
    return {
        "engine": engine,
        "rows": rows,
        "build_s": round(build, 2),
        "bytes_a_hash": round(memory / rows),
        "p50_ms": round(p50, 4),
        "p99_ms": round(p99, 4),
        "per_s_64": round(per_second(search, written, 64)),
        "per_s_1024": round(per_second(search, written, 1024)),
        "least_recall_0_31": min(recall[:-1]),
        "found_at_32": recall[-1],
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure every engine at every size and print one JSON line each."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--engines", nargs="+", default=list(ENGINES), choices=list(ENGINES))
    parser.add_argument("--here", action="store_true", help="measure in this process")
    chosen = parser.parse_args(arguments)
    for rows in chosen.rows:
        for engine in chosen.engines:
            if chosen.here:
                print(json.dumps(measure(engine, rows)), flush=True)
                continue
            command = [sys.executable, __file__, "--here", "--rows", str(rows), "--engines", engine]
            subprocess.run(command, check=True)


if __name__ == "__main__":
    main()

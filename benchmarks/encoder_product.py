"""
What the encoder's products cost: our kernel, and numpy's, on the matrices of six layers, in one run.

CPU time of one thread, the best of several rounds, for texts of so many word pieces::

    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python benchmarks/encoder_product.py
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from raiment import _native

SHAPES = ((384, 1152), (384, 384), (384, 1536), (1536, 384)) * 6
PIECES = (8, 12, 24, 56)
ROUNDS = 15

Floats = NDArray[np.float32]


def milliseconds(work: Callable[[], object]) -> float:
    """Return the CPU of the best round."""
    spent = []
    for _ in range(ROUNDS):
        started = time.process_time()
        work()
        spent.append(time.process_time() - started)
    return min(spent) * 1e3


def main() -> None:
    """Print a line for each number of pieces."""
    dice = np.random.default_rng(0)
    matrices = [dice.standard_normal(shape, dtype=np.float32) for shape in SHAPES]
    products = [_native.Product(one, np.zeros(one.shape[1], np.float32)) for one in matrices]
    print(f"kernel {_native.kernel()}; ms of CPU for the products of six layers")
    for pieces in PIECES:
        rows = {n: dice.standard_normal((pieces, n), dtype=np.float32) for n in (384, 1536)}
        ours = milliseconds(
            lambda rows=rows: [
                product(rows[shape[0]]) for product, shape in zip(products, SHAPES, strict=True)
            ]
        )
        theirs = milliseconds(lambda rows=rows: [rows[len(one)] @ one for one in matrices])
        print(
            f"{pieces:3d} pieces: ours {ours:6.2f}, numpy {theirs:6.2f}, ratio {theirs / ours:.1f}"
        )


if __name__ == "__main__":
    main()

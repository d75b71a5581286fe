"""Pictures of drawn shapes, the same for the golden file, the tests and the benchmarks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SIZES = (
    (5, 5),
    (7, 90),
    (64, 64),
    (100, 100),
    (127, 129),
    (128, 640),
    (257, 256),
    (333, 511),
    (480, 640),
    (900, 33),
    (1365, 2048),
    (40, 9001),
)
"""Rows and columns: around the widths at which the filter's window changes, and past them."""


def drawing(rows: int, columns: int, seed: int) -> NDArray[np.uint8]:
    """Return discs and stripes over a gradient with a little grain, red-green-blue."""
    draw = np.random.default_rng([rows, columns, seed])
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float64)
    slopes = draw.uniform(-80, 80, (3, 2))
    picture = (
        128
        + np.multiply.outer(y / rows, slopes[:, 0])
        + np.multiply.outer(x / columns, slopes[:, 1])
    )
    for _ in range(14):
        centre_y, centre_x = draw.uniform(0, rows), draw.uniform(0, columns)
        radius_y, radius_x = rows * draw.uniform(0.04, 0.3), columns * draw.uniform(0.04, 0.3)
        inside = ((y - centre_y) / radius_y) ** 2 + ((x - centre_x) / radius_x) ** 2 < 1
        picture[inside] = draw.uniform(0, 255, 3)
    picture += draw.integers(-10, 11, picture.shape)
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)

"""Each kernel this processor has, and pictures to hash."""

from __future__ import annotations

import runpy
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from raiment import _native

DRAWINGS = runpy.run_path(str(Path(__file__).parent / "drawings.py"))


@pytest.fixture(params=_native.supported_kernels())
def kernel(request: pytest.FixtureRequest) -> Iterator[str]:
    """Each instruction set in turn, the best one afterwards."""
    best = _native.kernel()
    _native.use_kernel(request.param)
    yield request.param
    _native.use_kernel(best)


@pytest.fixture(scope="session")
def drawing() -> Callable[[int, int, int], NDArray[np.uint8]]:
    """`drawings.drawing`, which the script that writes the golden file uses too."""
    draw: Callable[[int, int, int], NDArray[np.uint8]] = DRAWINGS["drawing"]
    return draw

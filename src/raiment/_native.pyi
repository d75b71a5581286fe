"""
What the compiled kernels offer. Every call releases the interpreter lock while it computes.

A PDQ hash is 32 bytes, bit 255 first: ``hash.hex()`` is the 64 lower-case digits of the field.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

def kernel() -> str:
    """Return the instruction set in use: ``scalar``, ``neon``, ``avx2`` or ``avx512``."""

def use_kernel(name: str) -> None:
    """Force one, process-wide. Raise ``ValueError`` when this processor cannot run it."""

def supported_kernels() -> tuple[str, ...]:
    """Return those this processor can run, slowest first; ``scalar`` is always among them."""

def pdq(pixels: NDArray[np.uint8]) -> tuple[int, tuple[bytes, ...]]:
    """
    Return the quality (0..100) and the eight hashes in the order of ``view.DIHEDRAL``.

    *pixels* is luminance (rows, columns) or red-green-blue (rows, columns, 3); rows may lie apart
    or upside down, the samples of a row are dense. Raise ``ValueError`` for anything else.
    """

def pdq_batch(images: Sequence[NDArray[np.uint8]]) -> list[tuple[int, tuple[bytes, ...]]]:
    """Return ``pdq`` of each image, in order."""

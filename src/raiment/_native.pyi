"""
What the compiled kernels offer. Every call releases the interpreter lock while it computes.

A PDQ hash is 32 bytes, bit 255 first: ``hash.hex()`` is the 64 lower-case digits of the field.
"""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Hashed: TypeAlias = tuple[int, tuple[bytes, ...]]
"""Quality (0..100) and hashes, in the order of ``view.DIHEDRAL``; for the type checker only."""
Cut: TypeAlias = tuple[float, float]
"""What is cut off the two ends of a side, as parts of it; likewise."""

def kernel() -> str:
    """Return the instruction set in use: ``scalar``, ``neon``, ``avx2`` or ``avx512``."""

def use_kernel(name: str) -> None:
    """Force one, process-wide. Raise ``ValueError`` when this processor cannot run it."""

def supported_kernels() -> tuple[str, ...]:
    """Return those this processor can run, slowest first; ``scalar`` is always among them."""

def pdq(pixels: NDArray[np.uint8]) -> Hashed:
    """
    Return the quality and the eight hashes.

    *pixels* is luminance (rows, columns) or red-green-blue (rows, columns, 3); rows may lie apart
    or upside down, the samples of a row are dense. Raise ``ValueError`` for anything else.
    """

def pdq_batch(images: Sequence[NDArray[np.uint8]]) -> list[Hashed]:
    """Return ``pdq`` of each image, in order."""

def pdq_parts(
    pixels: NDArray[np.uint8], columns: Sequence[Cut], rows: Sequence[Cut], views: int
) -> list[Hashed]:
    """
    Return ``pdq`` of what each cut of the columns and each cut of the rows leave, its first *views* only.

    In the order of ``itertools.product(columns, rows)``; far faster than one by one. Raise as ``pdq``
    does, and for shares that are none.
    """

def panels(pixels: NDArray[np.uint8], most: int) -> list[tuple[tuple[int, int, int, int], Hashed]]:
    """
    Return the pictures that *pixels* seems to show inside it, each with its ``pdq``.

    A panel is given as top, bottom, left, right in pixels, half open; likeliest first. *most* bounds
    the panels told apart, beside up to two inside one that is itself a page; each may be there again
    without its padding, and two seams between pictures that touch add two each. Rounded corners are
    filled before hashing. Raise ``ValueError`` as ``pdq`` does.
    """

def disguises(
    pixels: NDArray[np.uint8] | memoryview, most: int, insets: Sequence[Cut]
) -> tuple[Hashed, list[tuple[tuple[int, int, int, int], Hashed]], list[Hashed]]:
    """
    Return ``pdq``, ``panels`` and the plain hash of each inset: of the reduced luminance, cut at each side.

    Insets in the order of ``itertools.product(insets, insets)``, columns first. In one walk over the
    picture, as far as they share it. Raise as ``pdq`` does.
    """

def reduced_luminance(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """
    Return the luminance of *pixels* reduced by a whole factor to at most 300,000 samples.

    No side is longer than 2,048; the factor is 1 for what is smaller. Raise as ``pdq`` does.
    """

class Product:
    """
    A matrix (inputs, outputs) and a number for each output, as rows are multiplied with: in half precision.

    Weights are rounded to IEEE 754 binary16, sums are single precision; kernels differ by their rounding.
    It stays with the kernel that is in use when it is made.
    """

    def __init__(self, matrix: NDArray[np.float32], bias: NDArray[np.float32]) -> None:
        """Pack them. Raise ``ValueError`` when they do not fit together."""

    def __call__(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (count, outputs) for *rows* (count, inputs). Raise ``ValueError`` for any other shape."""

class HammingIndex:
    """
    Exact range search over pairs of a number and a 32-byte hash, while pairs come and go.

    Searches run beside each other, beside one writer and beside one merge, and never wait. One
    begun before a change may or may not see it; one begun after it does.
    """

    def __init__(self, chunks: int = 0) -> None:
        """*chunks* (13..32, for measurements) fixes how hashes are cut; 0 chooses by size."""

    def add(self, ids: NDArray[np.uint64], hashes: NDArray[np.uint8]) -> int:
        """
        Add the pairs not there yet; return how many those were.

        *hashes* has shape (count, 32). From 65,536 pairs on they are indexed at once, below that
        they join a tail that every search scans until `merge`. Raise ``ValueError`` for other
        shapes, ``TypeError`` for other types.
        """

    def remove(self, ids: NDArray[np.uint64], hashes: NDArray[np.uint8]) -> int:
        """Remove the pairs that are there; return how many those were."""

    def search(
        self, queries: NDArray[np.uint8], radius: int
    ) -> tuple[NDArray[np.uint32], NDArray[np.uint16], NDArray[np.uint64], NDArray[np.uint8]]:
        """
        Return every pair within *radius* bits of each query: query place, distance, id, hash.

        Ordered by query, distance, id and hash; never cut short.
        """

    def merge(self) -> bool:
        """
        Index the tails, with small segments and such that hold many removed pairs.

        Return whether anything changed. Old and new segments are both in memory until it ends.
        """

    def __len__(self) -> int: ...
    @property
    def unmerged(self) -> int:
        """Pairs that every search scans: about 1 µs for each 2,000 of them."""

    @property
    def memory(self) -> int:
        """Bytes held, hashes and numbers included."""

    @property
    def segments(self) -> tuple[int, ...]:
        """Live pairs in each segment."""

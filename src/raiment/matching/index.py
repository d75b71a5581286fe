"""
The index: every banked PDQ hash within a radius of a picture's, exactly and at once.

One index serves all banks and all radii: search with the largest radius among the banks and drop
what lies beyond its own bank's. Nothing runs on here: `PdqIndex.merge` is to be called from a thread,
whenever `PdqIndex.unmerged` has grown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from raiment import _native
from raiment.errors import InvalidInput
from raiment.matching.signal import PDQ_BITS, Pdq, PdqViews
from raiment.matching.view import View


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An indexed pair found near a query."""

    number: int
    """The number its owner gave it, 0..2^64-1; one number may hold several hashes."""
    pdq: Pdq
    """The indexed hash."""
    distance: int
    """Bits in which it differs from the query."""


def _matrix(hashes: Sequence[Pdq]) -> NDArray[np.uint8]:
    joined = b"".join(pdq.value for pdq in hashes)
    return np.frombuffer(joined, np.uint8).reshape(len(hashes), PDQ_BITS // 8)


class PdqIndex:
    """
    A set of (number, hash) pairs that can be searched by any number of threads while it changes.

    A search begun after `add` or `remove` returned sees the change.
    """

    def __init__(self) -> None:
        self._native = _native.HammingIndex()

    def add(self, pairs: Iterable[tuple[int, Pdq]]) -> int:
        """Add the pairs not there yet; return how many those were."""
        numbers, hashes = _columns(pairs)
        return self._native.add(numbers, hashes)

    def remove(self, pairs: Iterable[tuple[int, Pdq]]) -> int:
        """Remove the pairs that are there; return how many those were."""
        numbers, hashes = _columns(pairs)
        return self._native.remove(numbers, hashes)

    def add_arrays(self, numbers: NDArray[np.uint64], hashes: NDArray[np.uint8]) -> int:
        """
        Add as `add` does, from one array of numbers and one of shape (count, 32).

        The way to load millions: from 65,536 pairs on they are indexed at once, at about a second a
        million, and from 1,048,576 on by two threads. The arrays are read in place: they must not change
        meanwhile. Raise `InvalidInput` when the arrays do not fit each other.
        """
        try:
            return self._native.add(numbers, hashes)
        except ValueError as error:
            raise InvalidInput("hashes", str(error)) from error

    def near(self, pdq: Pdq, radius: int) -> tuple[Neighbour, ...]:
        """Return every pair within *radius* bits of *pdq*, the nearest first."""
        return self.near_each((pdq,), radius)[0]

    def near_each(self, queries: Sequence[Pdq], radius: int) -> tuple[tuple[Neighbour, ...], ...]:
        """
        Return `near` of each query, in order, sharing the walk through the index.

        Up to radius 31 (41 with more than four million pairs) only a small part of the pairs is
        looked at; beyond, all of them. Raise `InvalidInput` for a radius outside 0..256.
        """
        if not 0 <= radius <= PDQ_BITS:
            raise InvalidInput("radius", f"must be 0 to {PDQ_BITS} bits")
        places, distances, numbers, hashes = self._native.search(_matrix(queries), radius)
        found: dict[int, list[Neighbour]] = {}
        for place, distance, number, value in zip(
            places.tolist(), distances.tolist(), numbers.tolist(), hashes, strict=True
        ):
            found.setdefault(place, []).append(Neighbour(number, Pdq(value.tobytes()), distance))
        return tuple(tuple(found.get(place, ())) for place in range(len(queries)))

    def near_views(self, views: PdqViews, radius: int) -> tuple[tuple[View, Neighbour], ...]:
        """
        Return the neighbours of each view of a picture, in the order of the views.

        The caller answers for `PdqViews.matchable`: an empty result means "no match" only then.
        """
        by_view = views.by_view()
        each = self.near_each([pdq for _, pdq in by_view], radius)
        return tuple(
            (view, neighbour)
            for (view, _), neighbours in zip(by_view, each, strict=True)
            for neighbour in neighbours
        )

    def merge(self) -> bool:
        """
        Index what was added since; return whether anything changed. Takes a second a million pairs.

        The interpreter lock is released: run it on a thread, searches and changes go on.
        """
        return self._native.merge()

    def __len__(self) -> int:
        return len(self._native)

    @property
    def unmerged(self) -> int:
        """Pairs that every search compares one by one: about 1 µs for each 2,000."""
        return self._native.unmerged

    @property
    def memory(self) -> int:
        """Bytes held, hashes and numbers included."""
        return self._native.memory


Hits = dict[int, list[tuple[int, int]]]
"""Number -> the distance and the place of each query near it, by place."""


def compare(
    queries: Sequence[Pdq], numbers: NDArray[np.uint64], hashes: NDArray[np.uint8], radius: int
) -> Hits:
    """
    Return the numbers that have a hash within *radius* of a query.

    For what is asked once: below 65,536 hashes, every pair is compared, at about 1 µs for each 2,000.
    *hashes* has shape (count, 32).
    """
    hits: Hits = {}
    if queries and len(numbers):
        index = _native.HammingIndex()
        index.add(numbers, hashes)
        places, distances, found, _ = index.search(_matrix(queries), radius)
        for number, distance, place in zip(
            found.tolist(), distances.tolist(), places.tolist(), strict=True
        ):
            hits.setdefault(number, []).append((distance, place))
    return hits


def _columns(pairs: Iterable[tuple[int, Pdq]]) -> tuple[NDArray[np.uint64], NDArray[np.uint8]]:
    listed = tuple(pairs)
    numbers = np.array([number for number, _ in listed], np.uint64)
    return numbers, _matrix([pdq for _, pdq in listed])

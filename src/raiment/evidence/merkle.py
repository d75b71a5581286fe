"""
The Merkle tree of RFC 6962, kept as its complete subtrees so that an append reads little.

A complete subtree is stored as one Node at (level, index): it covers the leaves from
``index << level`` up to, without, ``(index + 1) << level``. A Node never changes once written.
Proofs name the stored nodes they need (``nodes_for_...``), so that the storage can load them in
one read, and are then computed from them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple, TypeAlias

from raiment.errors import InvalidInput, ProofInvalid

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()


Place: TypeAlias = tuple[int, int]
"""Where a complete subtree sits: ``(level, index)``."""

Nodes: TypeAlias = Mapping[Place, bytes]
"""Hashes of stored complete subtrees."""


@dataclass(frozen=True, slots=True)
class Node:
    """A complete subtree, to be stored once and for ever."""

    level: int
    index: int
    hash: bytes


class _Span(NamedTuple):
    """The leaves from *start* up to, without, *end*: a subtree of the RFC, complete or not."""

    start: int
    end: int


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of the leaf that holds *entry* (RFC 6962, 2.1)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node above *left* and *right* (RFC 6962, 2.1)."""
    return sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """The right edge of a tree: all that an append needs to know."""

    size: int = 0
    """Leaves so far."""
    peaks: tuple[bytes, ...] = ()
    """Hashes of the complete subtrees that make up the tree, left to right: largest first."""

    def append(self, leaf: bytes) -> tuple[Frontier, tuple[Node, ...]]:
        """
        Return the frontier after *leaf* (a leaf hash) and the nodes to store, the leaf first.

        Appending k leaves takes k calls and no read in between.
        """
        peaks = list(self.peaks)
        node = Node(0, self.size, leaf)
        stored = [node]
        while node.index & 1:
            node = Node(node.level + 1, node.index >> 1, node_hash(peaks.pop(), node.hash))
            stored.append(node)
        return Frontier(self.size + 1, (*peaks, node.hash)), tuple(stored)


def root(frontier: Frontier) -> bytes:
    """Return the root of the whole tree (RFC 6962, 2.1); SHA-256 of nothing when empty."""
    return _bagged(frontier.peaks) if frontier.peaks else EMPTY_ROOT


def nodes_for_root(size: int) -> tuple[Place, ...]:
    """Return the places of the peaks of a tree of *size* leaves: at most 63 for any real log."""
    return _peaks(_Span(0, _whole("size", size)))


def frontier_at(size: int, nodes: Nodes) -> Frontier:
    """Return the frontier of the first *size* leaves from the nodes of ``nodes_for_root``."""
    return Frontier(size, tuple(nodes[place] for place in nodes_for_root(size)))


def root_at(size: int, nodes: Nodes) -> bytes:
    """Return the root of the first *size* leaves from the nodes of ``nodes_for_root``."""
    return root(frontier_at(size, nodes))


def nodes_for_inclusion(index: int, size: int) -> tuple[Place, ...]:
    """Return the places ``inclusion_proof`` needs. InvalidInput unless 0 <= index < size."""
    return _needed(_inclusion_spans(index, size))


def inclusion_proof(index: int, size: int, nodes: Nodes) -> tuple[bytes, ...]:
    """Return the audit path of leaf *index* in the first *size* leaves (RFC 6962, 2.1.1)."""
    return _hashes(_inclusion_spans(index, size), nodes)


def nodes_for_consistency(first: int, second: int) -> tuple[Place, ...]:
    """Return the places ``consistency_proof`` needs. InvalidInput unless 0 <= first <= second."""
    return _needed(_consistency_spans(first, second))


def consistency_proof(first: int, second: int, nodes: Nodes) -> tuple[bytes, ...]:
    """
    Return the proof that the first *first* leaves are a prefix of the first *second* leaves.

    RFC 6962, 2.1.2; empty when there is nothing to show: *first* is 0 or equals *second*.
    """
    return _hashes(_consistency_spans(first, second), nodes)


def verify_inclusion(
    *, leaf: bytes, index: int, size: int, path: Sequence[bytes], root_hash: bytes
) -> None:
    """
    Raise ProofInvalid unless *path* shows leaf hash *leaf* at *index* under *root_hash*.

    The algorithm of RFC 9162, 2.1.3.2, which shares nothing with how proofs are made here.
    """
    _refuse_odd_hashes(leaf, root_hash, *path)
    if not 0 <= index < size:
        raise ProofInvalid("the index lies outside the tree")
    node, last, found = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise ProofInvalid("the path is too long")
        if node & 1 or node == last:
            found = node_hash(sibling, found)
            node, last = _up_to_left_edge(node, last)
        else:
            found = node_hash(found, sibling)
        node, last = node >> 1, last >> 1
    if last != 0:
        raise ProofInvalid("the path is too short")
    if found != root_hash:
        raise ProofInvalid("the path leads to another root")


def verify_consistency(
    *, first: int, second: int, path: Sequence[bytes], first_root: bytes, second_root: bytes
) -> None:
    """
    Raise ProofInvalid unless *path* shows that the tree of size *first* grew into *second*.

    The algorithm of RFC 9162, 2.1.4.2. From the empty tree, which has one root, all grow.
    """
    _refuse_odd_hashes(first_root, second_root, *path)
    if not 0 <= first <= second:
        raise ProofInvalid("a log cannot shrink")
    if first == 0 and first_root != EMPTY_ROOT:
        raise ProofInvalid("the empty tree has another root")
    if first in {0, second}:
        if path:
            raise ProofInvalid("the path is too long")
        if first == second and first_root != second_root:
            raise ProofInvalid("two roots for one size")
        return
    _verify_growth(first, second, path, first_root, second_root)


def _verify_growth(
    first: int, second: int, path: Sequence[bytes], first_root: bytes, second_root: bytes
) -> None:
    complete = first & (first - 1) == 0
    steps = (first_root, *path) if complete else tuple(path)
    if not path:
        raise ProofInvalid("the path is too short")
    node, last = first - 1, second - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old = new = steps[0]
    for sibling in steps[1:]:
        if last == 0:
            raise ProofInvalid("the path is too long")
        if node & 1 or node == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            node, last = _up_to_left_edge(node, last)
        else:
            new = node_hash(new, sibling)
        node, last = node >> 1, last >> 1
    if last != 0:
        raise ProofInvalid("the path is too short")
    if old != first_root:
        raise ProofInvalid("the path leads to another first root")
    if new != second_root:
        raise ProofInvalid("the path leads to another second root")


def _up_to_left_edge(node: int, last: int) -> tuple[int, int]:
    """Skip the levels on which *node* is a left child without a right sibling."""
    while node and not node & 1:
        node, last = node >> 1, last >> 1
    return node, last


def _refuse_odd_hashes(*hashes: bytes) -> None:
    # A "hash" of another length could smuggle two children into one step.
    if any(len(value) != HASH_BYTES for value in hashes):
        raise ProofInvalid(f"every hash has {HASH_BYTES} bytes")


def _inclusion_spans(index: int, size: int) -> list[_Span]:
    """PATH(m, D[n]) of RFC 6962, 2.1.1: the subtrees beside the way up from leaf *index*."""
    if not 0 <= index < _whole("size", size):
        raise InvalidInput("index", "lies outside the tree")
    spans: list[_Span] = []
    span = _Span(0, size)
    while span.end - span.start > 1:
        left, right = _split(span)
        inside, beside = (left, right) if index < left.end else (right, left)
        spans.append(beside)
        span = inside
    return spans[::-1]


def _consistency_spans(first: int, second: int) -> list[_Span]:
    """PROOF(m, D[n]) of RFC 6962, 2.1.2."""
    if not 0 <= first <= _whole("second", second):
        raise InvalidInput("first", "must not be more than second")
    if first in {0, second}:
        return []
    spans: list[_Span] = []
    span = _Span(0, second)
    while span.end != first:
        left, right = _split(span)
        inside, beside = (left, right) if first <= left.end else (right, left)
        spans.append(beside)
        span = inside
    # The verifier holds the old root already where the old tree is this whole subtree.
    if span.start != 0:
        spans.append(span)
    return spans[::-1]


def _split(span: _Span) -> tuple[_Span, _Span]:
    """Return the subtrees below *span*; the left is complete and largest (RFC 6962, 2.1)."""
    middle = span.start + (1 << ((span.end - span.start - 1).bit_length() - 1))
    return _Span(span.start, middle), _Span(middle, span.end)


def _peaks(span: _Span) -> tuple[Place, ...]:
    """Return the complete subtrees that make up *span*, left to right."""
    places: list[Place] = []
    start = span.start
    while start < span.end:
        level = (span.end - start).bit_length() - 1
        places.append((level, start >> level))
        start += 1 << level
    return tuple(places)


def _needed(spans: Iterable[_Span]) -> tuple[Place, ...]:
    return tuple(place for span in spans for place in _peaks(span))


def _hashes(spans: Iterable[_Span], nodes: Nodes) -> tuple[bytes, ...]:
    return tuple(_bagged([nodes[place] for place in _peaks(span)]) for span in spans)


def _bagged(peaks: Sequence[bytes]) -> bytes:
    """Return the hash above *peaks*, at least one, from left to right."""
    found = peaks[-1]
    for peak in reversed(peaks[:-1]):
        found = node_hash(peak, found)
    return found


def _whole(field: str, value: int) -> int:
    if value < 0:
        raise InvalidInput(field, "must not be negative")
    return value

"""
Implementations that are not ours agree with the log.

``metamorphic_log`` is a verifier of RFC 6962 proofs and C2SP checkpoints written in Rust;
``pymerkle`` is a tree in Python. Both are test oracles only. (``rfc8785``, for the canonical
JSON, is used in test_canonical.py; the published vectors of Certificate Transparency and of
Go's sumdb in test_merkle.py and test_checkpoint.py.)
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Protocol

import metamorphic_log
import pytest
from pymerkle import InmemoryTree

from raiment.evidence.merkle import Place, consistency_proof, inclusion_proof, leaf_hash

SIZE = 66


class Log(Protocol):
    """The log of the fixture, as far as these tests use it."""

    vkey: str
    entries: list[bytes]
    nodes: dict[Place, bytes]

    def note(self, size: int) -> str: ...  # noqa: D102
    def root(self, size: int) -> bytes: ...  # noqa: D102
    def export(self, size: int) -> list[str]: ...  # noqa: D102


@pytest.fixture
def log(new_log: Callable[[int], Log]) -> Log:
    """A log a little larger than a power of two."""
    return new_log(SIZE)


def test_every_root_and_audit_path_is_that_of_pymerkle(log: Log) -> None:
    """The tree of the same entries, built by pymerkle, has our roots and our paths."""
    theirs = InmemoryTree(algorithm="sha256")
    for size, entry in enumerate(log.entries, start=1):
        theirs.append_entry(entry)
        assert theirs.get_root() == log.root(size)
        for index in range(size):
            base, *path = theirs.prove_inclusion(index + 1, size).path
            assert base == leaf_hash(log.entries[index])
            assert tuple(path) == inclusion_proof(index, size, log.nodes)


def test_the_rust_verifier_accepts_every_checkpoint(log: Log) -> None:
    """It reads origin, size and root as we wrote them."""
    for size in range(SIZE + 1):
        head = metamorphic_log.checkpoint_verify(log.note(size), [log.vkey])
        assert (head.origin, head.size) == ("log.example.org/raiment", size)
        assert head.root == log.root(size)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n66\n", "\n65\n"),
        ("log.example.org/raiment\n66", "other.example.org\n66"),
        ("=\n\n", "\n\n"),
    ],
)
def test_the_rust_verifier_rejects_an_altered_checkpoint(log: Log, old: str, new: str) -> None:
    """So that its yes means something."""
    note = log.note(SIZE)
    assert old in note

    with pytest.raises(metamorphic_log.VerifyError):
        metamorphic_log.checkpoint_verify(note.replace(old, new, 1), [log.vkey])


def test_the_rust_verifier_accepts_every_inclusion_proof(log: Log) -> None:
    """Each entry of each tree, against the signed checkpoint; and not at the next place."""
    for size in (1, 2, 7, 8, 33, SIZE):
        note = log.note(size)
        for index in range(size):
            path = list(inclusion_proof(index, size, log.nodes))
            leaf = leaf_hash(log.entries[index])
            metamorphic_log.checkpoint_verify_inclusion(note, [log.vkey], index, leaf, path)
            with pytest.raises(metamorphic_log.VerifyError):
                metamorphic_log.checkpoint_verify_inclusion(note, [log.vkey], index + 1, leaf, path)


def test_the_rust_verifier_accepts_every_consistency_proof(log: Log) -> None:
    """Each pair of signed checkpoints; and not with one step less."""
    notes = [log.note(size) for size in range(SIZE + 1)]
    for first in range(1, SIZE + 1):
        for second in range(first, SIZE + 1):
            path = list(consistency_proof(first, second, log.nodes))
            metamorphic_log.checkpoint_verify_consistency(
                notes[first], notes[second], [log.vkey], path
            )
            if path:
                with pytest.raises(metamorphic_log.VerifyError):
                    metamorphic_log.checkpoint_verify_consistency(
                        notes[first], notes[second], [log.vkey], path[:-1]
                    )


def test_an_export_verifies_with_none_of_our_code(log: Log) -> None:
    """From the text of an export alone: pymerkle finds the root, Rust checks the signature."""
    header, *lines = [json.loads(line) for line in log.export(SIZE)]

    theirs = InmemoryTree(algorithm="sha256")
    for line in lines:
        index = theirs.append_entry(line["entry"].encode())
        assert index == line["index"] + 1
        assert theirs.get_leaf(index) == base64.b64decode(line["leaf_hash"])
    head = metamorphic_log.checkpoint_verify(header["checkpoint"], [header["verification_key"]])

    assert (head.size, head.root) == (theirs.get_size(), theirs.get_root())

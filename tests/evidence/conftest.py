"""A small log, built the way the storage builds it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from raiment.evidence.checkpoint import Checkpoint, sign
from raiment.evidence.entry import seal
from raiment.evidence.merkle import Frontier, Place, leaf_hash, root_at
from raiment.evidence.note import verification_key
from raiment.evidence.pack import entry_line, header_line
from raiment.evidence.record import Record

ORIGIN = "log.example.org/raiment"
START = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
KINDS = ("report.received", "case.opened", "case.decided")


def salts() -> Iterator[bytes]:
    """Salts that are the same in every run."""
    for number in range(1_000_000):
        yield number.to_bytes(32, "big")


@dataclass
class Log:
    """A log in memory: the entries' bytes, the stored nodes, the signing key."""

    key: Ed25519PrivateKey
    entries: list[bytes] = field(default_factory=list)
    nodes: dict[Place, bytes] = field(default_factory=dict)
    frontier: Frontier = field(default_factory=Frontier)

    @property
    def vkey(self) -> str:
        """The verification key that an auditor holds."""
        return verification_key(ORIGIN, self.key.public_key())

    def append(self, entry: bytes) -> None:
        """Append *entry* and store the nodes it completes."""
        self.entries.append(entry)
        self.frontier, nodes = self.frontier.append(leaf_hash(entry))
        for node in nodes:
            assert (node.level, node.index) not in self.nodes
            self.nodes[node.level, node.index] = node.hash

    def root(self, size: int) -> bytes:
        """The root of the first *size* entries, from the stored nodes."""
        return root_at(size, self.nodes)

    def note(self, size: int) -> str:
        """The signed checkpoint at *size*."""
        return sign(Checkpoint(ORIGIN, size, self.root(size)), self.key)

    def export(self, size: int) -> list[str]:
        """The export that ends at *size*, line by line."""
        lines = [header_line(self.note(size), self.vkey)]
        lines += [entry_line(index, entry) for index, entry in enumerate(self.entries[:size])]
        return lines


def sealed(count: int) -> list[bytes]:
    """The canonical bytes of *count* entries, the same in every run."""
    fresh = salts()
    made = []
    for number in range(count):
        record = Record(
            kind=KINDS[number % len(KINDS)],
            subject=f"rep_{number:026d}",
            at=START + timedelta(minutes=number),
            ids={"case": f"cas_{number:026d}"},
            facts={"route": "form", "count": number},
        )
        entry, _ = seal(record, lambda: next(fresh))
        made.append(entry.canonical())
    return made


@pytest.fixture
def new_log() -> Callable[[int], Log]:
    """Make a log of so many entries, signed by a fixed key."""

    def make(size: int, *, seed: int = 1) -> Log:
        log = Log(Ed25519PrivateKey.from_private_bytes(bytes([seed] * 32)))
        for entry in sealed(size):
            log.append(entry)
        return log

    return make

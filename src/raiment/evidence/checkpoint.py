"""Checkpoints: what the log is at one size, signed (c2sp.org/tlog-checkpoint)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from raiment.errors import CheckpointInvalid
from raiment.evidence.canonical import canonical_base64, from_canonical_base64
from raiment.evidence.merkle import HASH_BYTES
from raiment.evidence.note import checked_name, open_note, parse_verification_key, sign_note

LARGEST_SIZE = 2**63 - 1
SIZE = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The log named *origin* had *size* leaves under *root*. CheckpointInvalid for bad values."""

    origin: str
    """The log's name, a URL without scheme: ``log.example.org/raiment``."""
    size: int
    root: bytes

    def __post_init__(self) -> None:
        checked_name(self.origin)
        if not 0 <= self.size <= LARGEST_SIZE:
            raise CheckpointInvalid("the size is out of range")
        if len(self.root) != HASH_BYTES:
            raise CheckpointInvalid(f"the root must have {HASH_BYTES} bytes")

    @property
    def text(self) -> str:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{canonical_base64(self.root)}\n"


def sign(checkpoint: Checkpoint, private_key: Ed25519PrivateKey) -> str:
    """Return the signed note of *checkpoint*; the key signs under the log's origin."""
    return sign_note(checkpoint.text, checkpoint.origin, private_key)


def verify(note: str, verification_key: str) -> Checkpoint:
    """
    Return the checkpoint in *note* once the vkey *verification_key* is shown to have signed it.

    Other signers' lines and extension lines are skipped. CheckpointInvalid for all else.
    """
    key = parse_verification_key(verification_key)
    checkpoint = _parsed(open_note(note, key))
    if checkpoint.origin != key.name:
        raise CheckpointInvalid("the checkpoint is of another log")
    return checkpoint


def _parsed(text: str) -> Checkpoint:
    match text[:-1].split("\n"):
        case [origin, size, root, *extensions] if all(extensions) and SIZE.fullmatch(size):
            hashed = from_canonical_base64(root)
        case _:
            raise CheckpointInvalid("a checkpoint is an origin, a size and a root, a line each")
    if hashed is None:
        raise CheckpointInvalid("the root is not base64")
    return Checkpoint(origin, int(size), hashed)

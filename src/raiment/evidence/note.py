"""
C2SP signed notes (c2sp.org/signed-note), Ed25519 signatures only.

A note is a text, an empty line, and signature lines ``— NAME base64(key id || signature)``.
A verification key is written ``NAME+HEXKEYID+base64(0x01 || public key)``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from raiment.errors import CheckpointInvalid
from raiment.evidence.canonical import canonical_base64, from_canonical_base64

ED25519: Final = b"\x01"
KEY_ID_BYTES: Final = 4
MOST_CHARACTERS: Final = 100_000
"""Room for sixteen post-quantum signatures of witnesses, which verifiers must accept."""
MOST_SIGNATURES: Final = 100

CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
SIGNATURE = re.compile(r"\u2014 ([^ ]+) ([^ ]+)")


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """A public key under the name of the log it signs for."""

    name: str
    public_key: Ed25519PublicKey

    @property
    def key_id(self) -> bytes:
        """The first four bytes of SHA-256(name || newline || 0x01 || public key)."""
        hashed = self.name.encode() + b"\n" + ED25519 + self.public_key.public_bytes_raw()
        return sha256(hashed).digest()[:KEY_ID_BYTES]

    def __str__(self) -> str:
        """Return the key in the vkey form."""
        public = canonical_base64(ED25519 + self.public_key.public_bytes_raw())
        return f"{self.name}+{self.key_id.hex()}+{public}"


def verification_key(origin: str, public_key: Ed25519PublicKey) -> str:
    """Return the vkey of *public_key* under *origin*. CheckpointInvalid for a bad origin."""
    return str(VerificationKey(checked_name(origin), public_key))


def parse_verification_key(text: str) -> VerificationKey:
    """Return the key written as *text*. CheckpointInvalid unless it is a whole Ed25519 vkey."""
    match text.split("+", 2):
        case [name, key_id, public]:
            encoded = from_canonical_base64(public)
        case _:
            raise CheckpointInvalid("a verification key has three parts joined by +")
    if encoded is None or encoded[:1] != ED25519 or len(encoded) != 1 + 32:
        raise CheckpointInvalid("the verification key is not an Ed25519 key")
    key = VerificationKey(checked_name(name), Ed25519PublicKey.from_public_bytes(encoded[1:]))
    if key.key_id.hex() != key_id:
        raise CheckpointInvalid("the verification key does not match its key id")
    return key


def checked_name(name: str) -> str:
    """Return *name* if it can name a log: printable, no space of any script, no plus."""
    if not (_names_a_key(name) and name.isprintable()):
        raise CheckpointInvalid("an origin is a text without spaces, control characters or plus")
    return name


def sign_note(text: str, name: str, private_key: Ed25519PrivateKey) -> str:
    """Return the note of *text*, which ends in a newline, signed under *name*."""
    key = VerificationKey(checked_name(name), private_key.public_key())
    signature = canonical_base64(key.key_id + private_key.sign(text.encode()))
    return f"{text}\n\u2014 {name} {signature}\n"


def open_note(note: str, key: VerificationKey) -> str:
    """
    Return the text of *note* once *key* is shown to have signed it.

    Lines of other signers are skipped, as witnesses add theirs. Raises CheckpointInvalid when
    the note is malformed, when no line is of *key*, or when any line of *key* does not verify.
    """
    text, lines = _parted(note)
    signatures = [signature for name, signature in map(_signature, lines) if name == key.name]
    ours = [signed[KEY_ID_BYTES:] for signed in signatures if signed[:KEY_ID_BYTES] == key.key_id]
    if not ours:
        raise CheckpointInvalid("the note is not signed by this key")
    for signature in ours:
        try:
            key.public_key.verify(signature, text.encode())
        except InvalidSignature as error:
            raise CheckpointInvalid("the signature does not fit the text") from error
    return text


def _parted(note: str) -> tuple[str, list[str]]:
    """Return the text (with its last newline) and the signature lines."""
    if len(note) > MOST_CHARACTERS:
        raise CheckpointInvalid(f"the note is longer than {MOST_CHARACTERS} characters")
    if CONTROL.search(note) or not _is_utf8(note):
        raise CheckpointInvalid("the note holds characters that no note may hold")
    text, separator, signatures = note.rpartition("\n\n")
    if not (text and separator and signatures.endswith("\n")):
        raise CheckpointInvalid("a note is a text, an empty line and signature lines")
    lines = signatures[:-1].split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise CheckpointInvalid(f"the note has more than {MOST_SIGNATURES} signatures")
    return text + "\n", lines


def _signature(line: str) -> tuple[str, bytes]:
    """Return the signer's name, and key id and signature in one."""
    match = SIGNATURE.fullmatch(line)
    signed = from_canonical_base64(match[2]) if match else None
    if match is None or not _names_a_key(match[1]) or signed is None or len(signed) <= KEY_ID_BYTES:
        raise CheckpointInvalid("a signature line of the note is malformed")
    return match[1], signed


def _names_a_key(name: str) -> bool:
    return bool(name) and "+" not in name and not any(map(str.isspace, name))


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True

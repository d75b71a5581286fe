"""
One secret, many keys.

The operator guards 32 bytes. Every key is derived from them by HKDF-SHA256 (RFC 5869) under a purpose of
its own, so that two servers with the same secret sign, verify and look up alike, and a backup needs one file.
"""

from __future__ import annotations

import base64
import contextlib
import hmac
import os
import secrets
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from raiment.errors import ConfigurationError
from raiment.settings import Settings

SECRET_FILE = "secret.key"  # noqa: S105 - a file name
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys derived from the installation's *secret* (32 bytes)."""

    secret: bytes

    def _derive(self, purpose: str) -> bytes:
        info = b"raiment/1/" + purpose.encode()
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(self.secret)

    @property
    def fingerprint(self) -> str:
        """What the database remembers of the secret, to notice a wrong one."""
        return self._derive("fingerprint").hex()

    @property
    def log(self) -> Ed25519PrivateKey:
        """The key that signs checkpoints of the evidence log."""
        return Ed25519PrivateKey.from_private_bytes(self._derive("evidence log"))

    @property
    def webhook(self) -> str:
        """The signing secret of outgoing webhooks, in Standard Webhooks' ``whsec_`` form."""
        return "whsec_" + base64.b64encode(self._derive("platform webhook")).decode()

    def digest(self, purpose: str, text: str) -> str:
        """
        Return a keyed digest of *text* (hex): equal texts compare equal within one purpose.

        Used for prompts and actors, which are not kept. Without the secret it cannot be guessed at.
        """
        message = text.encode("utf-8", "surrogatepass")
        return hmac.new(self._derive(purpose), message, sha256).hexdigest()


def keys_of(settings: Settings) -> Keys:
    """Return the installation's keys; makes its secret at the very first start."""
    return Keys(settings.secret or read_or_create_secret(settings.data_dir))


def read_or_create_secret(data_dir: Path) -> bytes:
    """
    Return the secret in *data_dir*, making it (mode 0600) at the first start.

    Two processes that start at once agree: the file appears complete, under its name, or not at all.
    """
    path = data_dir / SECRET_FILE
    if not path.exists():
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        _create(path)
    secret = path.read_bytes()
    if len(secret) != _SECRET_BYTES:
        raise ConfigurationError(
            "RAIMENT_DATA_DIR", f"{SECRET_FILE} does not hold {_SECRET_BYTES} bytes"
        )
    return secret


def _create(path: Path) -> None:
    draft = path.with_name(f".{SECRET_FILE}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(_SECRET_BYTES))
        file.flush()
        os.fsync(file.fileno())
    # A link, not a rename: where another process was first, its secret stays.
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()

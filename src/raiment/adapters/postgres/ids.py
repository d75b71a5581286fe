"""Fresh Raiment ids: a prefix and 130 random bits in lower-case Crockford base32."""

from __future__ import annotations

import secrets

_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
_LENGTH = 26
_BITS = 5
_MASK = 31


def new_id(prefix: str) -> str:
    """Return ``<prefix>_<26 characters>``."""
    return f"{prefix}_{base32(_LENGTH)}"


def base32(length: int) -> str:
    """Return *length* random characters, five bits each, none easily mistaken for another."""
    bits = secrets.randbits(_BITS * length)
    return "".join(_DIGITS[bits >> place & _MASK] for place in range(0, _BITS * length, _BITS))

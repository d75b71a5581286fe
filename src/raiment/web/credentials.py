"""Reference and secret of a report: made from a digest, read as people type them."""

from __future__ import annotations

from raiment.casework.receive_report import Credentials

_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
_BITS = 5
_REFERENCE = 12
_SECRET = 16
_GROUP = 4
_MISTAKEN = str.maketrans({"o": "0", "i": "1", "l": "1", "-": None, " ": None})
_LONGEST = 100


def credentials_from(digest: str) -> Credentials:
    """
    Return the credentials that *digest* (hex, at least 140 bits of it random) stands for.

    The reference (60 bits) may be said aloud and stand in an address; the secret (80 bits) opens
    the case. Both in Crockford's base32, in groups of four.
    """
    bits = int(digest, 16)
    letters = "".join(_DIGITS[bits >> _BITS * n & 31] for n in range(_REFERENCE + _SECRET))
    reference, secret = letters[:_REFERENCE], letters[_REFERENCE:]
    return Credentials(_grouped(reference).upper(), _grouped(secret))


def read_reference(text: str) -> str:
    """Return the reference meant by *text*, however it was typed."""
    return _grouped(_plain(text)).upper()


def read_secret(text: str) -> str:
    """Return the secret meant by *text*, however it was typed."""
    return _grouped(_plain(text))


def _plain(text: str) -> str:
    return text[:_LONGEST].strip().lower().translate(_MISTAKEN)


def _grouped(letters: str) -> str:
    return "-".join(letters[n : n + _GROUP] for n in range(0, len(letters), _GROUP))

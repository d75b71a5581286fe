"""Entries of banks as they come from outside: by an API call, or from a line of a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from raiment.errors import InvalidInput
from raiment.matching.signal import Blake3, Md5, Pdq, Sha256

BANK_NAME: Final = "^[A-Za-z_][A-Za-z0-9_.-]{0,99}$"
SIGNAL_TYPES: Final = MappingProxyType(
    {"pdq": "pdq", "sha256": "bytes_sha256", "md5": "bytes_md5", "pixels_blake3": "pixels_blake3"}
)
"""What lists call a type -> what we call it."""

_SHAPES: Final = MappingProxyType(
    {"pdq": Pdq, "sha256": Sha256, "md5": Md5, "pixels_blake3": Blake3}
)


@dataclass(frozen=True, slots=True)
class NewEntry:
    """A known signal to be banked."""

    signal_type: str
    """A value of ``SIGNAL_TYPES``."""
    value: str
    """Lower-case hexadecimal digits, as many as the type has."""
    labels: tuple[str, ...] = ()
    expires_at: datetime | None = None


def read_entry(
    kind: str, value: str, labels: Sequence[str], expires_at: str | None, field: str
) -> NewEntry:
    """
    Parse an entry. Capital digits are accepted: some lists are written so.

    Raise InvalidInput naming ``<field>.type``, ``.value`` or ``.expires_at``.
    """
    if kind not in SIGNAL_TYPES:
        raise InvalidInput(f"{field}.type", f"must be one of: {', '.join(SIGNAL_TYPES)}")
    signal = _SHAPES[kind].from_hex(value.lower(), f"{field}.value")
    ends = None if expires_at is None else _instant(expires_at, f"{field}.expires_at")
    return NewEntry(SIGNAL_TYPES[kind], signal.hex, tuple(labels), ends)


def _instant(text: str, field: str) -> datetime:
    try:
        parsed = datetime.fromisoformat(text)
        if parsed.utcoffset() is not None:
            return parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise InvalidInput(field, "must be an RFC 3339 time with its offset from UTC")

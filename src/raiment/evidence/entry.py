"""
A leaf of the log, and what opens it.

An entry holds ids and salted digests, never a fact itself: whoever destroys the opening of a
fact has erased it, and the log still verifies.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final

import msgspec

from raiment.errors import EntryInvalid
from raiment.evidence.canonical import JSON, canonical_json
from raiment.evidence.record import Record, check_id, check_ids, check_kind, check_names

VERSION: Final = 1
SALT_BYTES: Final = 32
MOST_BYTES: Final = 65_535
"""C2SP tlog-tiles writes an entry's length in 16 bits."""

DIGEST = re.compile(r"[0-9a-f]{64}")
DOMAIN: Final = b"raiment/log/fact/v1\x00"


@dataclass(frozen=True, slots=True)
class Entry:
    """One leaf: *version*, *kind*, *at* (UTC), *subject*, *ids*, and the *digests* of its facts."""

    version: int
    kind: str
    at: datetime
    subject: str
    ids: Mapping[str, str]
    digests: Mapping[str, str]
    """Fact name -> lower-case hex of ``fact_digest``."""

    def __post_init__(self) -> None:
        if self.version != VERSION:
            raise EntryInvalid("version", "not a version known here")
        check_kind(self.kind)
        if self.at.utcoffset() != timedelta(0):
            raise EntryInvalid("at", "must be in UTC")
        check_id("subject", self.subject)
        check_ids(self.ids)
        check_names("digests", self.digests)
        if not all(DIGEST.fullmatch(digest) for digest in self.digests.values()):
            raise EntryInvalid("digests", "must be 64 lower-case hexadecimal digits each")

    def canonical(self) -> bytes:
        """Return the entry's RFC 8785 text in ASCII: the bytes that are hashed into the tree."""
        at = self.at.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
        return canonical_json(
            {
                "version": self.version,
                "kind": self.kind,
                "at": at,
                "subject": self.subject,
                "ids": self.ids,
                "digests": self.digests,
            },
            field="entry",
        )


@dataclass(frozen=True, slots=True)
class Opening:
    """What shows that the fact *name* had *value*. Personal, erasable, kept outside the log."""

    name: str
    salt: bytes = field(repr=False)
    value: JSON = field(repr=False)


def seal(record: Record, salts: Callable[[], bytes]) -> tuple[Entry, tuple[Opening, ...]]:
    """
    Return the entry for *record* and the openings of its facts, in the order of their names.

    *salts* gives 32 fresh, unpredictable bytes at each call: a value that can be guessed is
    hidden by its salt alone. Raises EntryInvalid for a fact without canonical JSON.
    """
    openings = tuple(Opening(name, salts(), record.facts[name]) for name in sorted(record.facts))
    entry = Entry(
        version=VERSION,
        kind=record.kind,
        at=record.at.astimezone(UTC),
        subject=record.subject,
        ids=dict(record.ids),
        digests={opening.name: fact_digest(opening) for opening in openings},
    )
    return entry, openings


def fact_digest(opening: Opening) -> str:
    """
    Return the lower-case hex of SHA-256(domain || salt || name || 0x00 || canonical JSON value).

    The domain is ``raiment/log/fact/v1`` and a zero byte; the salt has 32 bytes and a name no
    zero byte, so no two openings share an encoding.
    """
    if len(opening.salt) != SALT_BYTES:
        raise EntryInvalid(f"facts.{opening.name}", f"the salt must have {SALT_BYTES} bytes")
    check_names("facts", [opening.name])
    value = canonical_json(opening.value, field=f"facts.{opening.name}")
    name = opening.name.encode("ascii")
    return sha256(DOMAIN + opening.salt + name + b"\x00" + value).hexdigest()


def opens(entry: Entry, opening: Opening) -> bool:
    """Tell whether *opening* shows a fact of *entry*. What cannot be a fact opens nothing."""
    try:
        return entry.digests.get(opening.name) == fact_digest(opening)
    except EntryInvalid:
        return False


def parse_entry(data: bytes) -> Entry:
    """
    Return the entry whose canonical bytes are exactly *data*, which may come from anywhere.

    Raises EntryInvalid for anything else, even a space more or a key twice.
    """
    if len(data) > MOST_BYTES:
        raise EntryInvalid("entry", f"longer than {MOST_BYTES} bytes")
    try:
        entry = msgspec.json.decode(data, type=Entry)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise EntryInvalid("entry", "not the JSON of an entry") from error
    if entry.canonical() != data:
        raise EntryInvalid("entry", "not in canonical form")
    return entry

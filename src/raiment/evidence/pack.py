"""
The log as one text that a stranger can check without asking us: the export.

JSON lines, each in canonical JSON. The first is the header, with the signed checkpoint; then
comes one line per entry, from index 0 up to the checkpoint's size. Written and read as a
stream: memory does not grow with the log.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, TypeVar

import msgspec

from raiment.errors import CheckpointInvalid, EntryInvalid, ExportInvalid
from raiment.evidence.canonical import canonical_base64, canonical_json
from raiment.evidence.checkpoint import Checkpoint, verify
from raiment.evidence.entry import Entry, parse_entry
from raiment.evidence.merkle import Frontier, leaf_hash, root

FORMAT: Final = "raiment-log-export/1"
MOST_CHARACTERS: Final = 200_000
"""In one line: an entry of 65,535 bytes with every character escaped."""


class _Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: Literal["raiment-log-export/1"]
    verification_key: str
    checkpoint: str


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    index: int
    leaf_hash: str
    entry: str


_Parsed = TypeVar("_Parsed", _Header, _Line)


@dataclass(frozen=True, slots=True)
class VerifiedLog:
    """What an export was shown to be."""

    checkpoint: Checkpoint
    verification_key: str
    """The vkey that signed."""
    trusted: bool
    """Whether that key was named from outside; else the export vouches for itself only."""
    earliest: datetime | None
    """The earliest instant an entry tells of; None in an empty log."""
    latest: datetime | None
    kinds: Mapping[str, int]
    """How many entries there are of each kind."""
    earlier: Checkpoint | None
    """The older checkpoint that this log was shown to continue, if one was given."""


def header_line(note: str, verification_key: str) -> str:
    """Return the first line of the export that ends at the checkpoint in *note*."""
    return _written(_Header(FORMAT, verification_key, note))


def entry_line(index: int, entry: bytes) -> str:
    """Return the line of the entry whose canonical bytes are *entry*."""
    hashed = canonical_base64(leaf_hash(entry))
    return _written(_Line(index, hashed, entry.decode("ascii")))


def verify_export(
    lines: Iterable[str], *, trusted_key: str | None, earlier: str | None = None
) -> VerifiedLog:
    """
    Return what the export in *lines* is, once everything in it is shown to be what was signed.

    Each of *lines* holds its line feed: one without is where a copy broke off.
    *trusted_key* is the vkey got from elsewhere; None takes the export's own, which shows no
    more than that nothing was damaged. *earlier* is a checkpoint note kept from before, signed
    by the same key: the log must continue it. Raises ExportInvalid naming the line, and
    CheckpointInvalid when *trusted_key* or *earlier* itself does not hold.
    """
    numbered = enumerate(lines, start=1)
    header = _header(numbered)
    key = header.verification_key if trusted_key is None else trusted_key
    known = None if earlier is None else verify(earlier, key)
    checkpoint = _signed(header, key, trusted_key)
    if known is not None and known.size > checkpoint.size:
        raise ExportInvalid(1, f"the log had {known.size} entries before, now {checkpoint.size}")
    reading = _Reading(checkpoint, known)
    reading.compare_with_earlier(line=1)
    for number, line in numbered:
        reading.take(number, line)
    reading.finish()
    return VerifiedLog(
        checkpoint=checkpoint,
        verification_key=key,
        trusted=trusted_key is not None,
        earliest=reading.earliest,
        latest=reading.latest,
        kinds=dict(sorted(reading.kinds.items())),
        earlier=known,
    )


@dataclass(slots=True)
class _Reading:
    """How far an export has been read, and what was seen; the one thing here that changes."""

    checkpoint: Checkpoint
    earlier: Checkpoint | None
    frontier: Frontier = field(default_factory=Frontier)
    earliest: datetime | None = None
    latest: datetime | None = None
    kinds: Counter[str] = field(default_factory=Counter)

    def take(self, number: int, line: str) -> None:
        """Check and count the entry in *line*."""
        parsed = _parsed(number, line, _Line)
        _refuse_wrong_place(number, parsed.index, self.frontier.size)
        if parsed.index == self.checkpoint.size:
            raise ExportInvalid(number, "more entries than the checkpoint signed")
        data = parsed.entry.encode()
        hashed = leaf_hash(data)
        if canonical_base64(hashed) != parsed.leaf_hash:
            raise ExportInvalid(number, "the entry does not have this leaf_hash: one was altered")
        self._count(_entry(number, data))
        self.frontier, _ = self.frontier.append(hashed)
        self.compare_with_earlier(number)

    def compare_with_earlier(self, line: int) -> None:
        """Refuse another history at the size of the earlier checkpoint."""
        known = self.earlier
        if known is None or known.size != self.frontier.size:
            return
        if root(self.frontier) != known.root:
            raise ExportInvalid(line, "the log up to here is not that of the older checkpoint")

    def finish(self) -> None:
        """Refuse an export that is not the whole log that was signed."""
        size = self.frontier.size
        if size != self.checkpoint.size:
            raise ExportInvalid(size + 2, f"missing: {size} of {self.checkpoint.size} entries")
        if root(self.frontier) != self.checkpoint.root:
            raise ExportInvalid(1, "the entries do not give the root that was signed")

    def _count(self, entry: Entry) -> None:
        self.kinds[entry.kind] += 1
        self.earliest = min(entry.at, self.earliest or entry.at)
        self.latest = max(entry.at, self.latest or entry.at)


def _header(numbered: Iterator[tuple[int, str]]) -> _Header:
    for number, line in numbered:
        return _parsed(number, line, _Header)
    raise ExportInvalid(1, "the export is empty")


def _signed(header: _Header, key: str, trusted_key: str | None) -> Checkpoint:
    if trusted_key is not None and header.verification_key != trusted_key:
        raise ExportInvalid(1, "the export names another key than the trusted one")
    try:
        return verify(header.checkpoint, key)
    except CheckpointInvalid as error:
        raise ExportInvalid(1, str(error)) from error


def _parsed(number: int, line: str, shape: type[_Parsed]) -> _Parsed:
    if len(line) > MOST_CHARACTERS:
        raise ExportInvalid(number, f"longer than {MOST_CHARACTERS} characters")
    try:
        parsed = msgspec.json.decode(line, type=shape)
        again = _written(parsed)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError, EntryInvalid) as error:
        raise ExportInvalid(number, f"not {_CALLED[shape]} of {FORMAT}") from error
    if again == line + "\n":
        raise ExportInvalid(number, "breaks off: the line has no end")
    if again != line:
        raise ExportInvalid(number, "not in canonical form")
    return parsed


_CALLED: Final[Mapping[type[msgspec.Struct], str]] = {
    _Header: "the header",
    _Line: "an entry line",
}


def _written(line: _Header | _Line) -> str:
    return canonical_json(msgspec.structs.asdict(line), field="export").decode() + "\n"


def _refuse_wrong_place(number: int, index: int, expected: int) -> None:
    if index > expected:
        raise ExportInvalid(number, f"entry {index} where {expected} belongs: dropped or reordered")
    if index < expected:
        raise ExportInvalid(number, f"entry {index} where {expected} belongs: twice or reordered")


def _entry(number: int, data: bytes) -> Entry:
    try:
        return parse_entry(data)
    except EntryInvalid as error:
        raise ExportInvalid(number, str(error)) from error

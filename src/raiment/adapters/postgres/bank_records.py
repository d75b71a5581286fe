"""How changes of banks are told to the evidence log: ids, and facts as salted digests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from raiment.adapters.postgres.bank_keeping import KeptEntry
from raiment.adapters.postgres.types import AnyRow
from raiment.evidence.canonical import JSON
from raiment.evidence.record import Record
from raiment.matching.bank_entry import NewEntry


def bank_created(row: AnyRow, ids: dict[str, str], at: datetime) -> Record:
    """Return the entry that tells of a new bank."""
    facts: dict[str, JSON] = {"name": row.name, "kind": row.kind, "radius": row.radius}
    if row.category is not None:
        facts["category"] = row.category
    return Record("bank.created", row.id, at, ids, facts)


def entry_settled(
    kind: str, row: AnyRow, ids: dict[str, str], at: datetime, reason: str | None = None
) -> Record:
    """Return the entry that tells that the bank entry in *row* was withdrawn or let act again."""
    facts: dict[str, JSON] = {"source": row.source, "type": row.signal_type}
    if reason is not None:
        facts["reason"] = reason
    return Record(kind, row.id, at, {"bank": row.bank_id, **ids}, facts)


def entries_added(
    bank_id: str,
    given: Sequence[NewEntry],
    kept: Sequence[KeptEntry],
    source: str,
    ids: dict[str, str],
    at: datetime,
) -> Record | None:
    """
    Return the entry that tells which of *given* became part of the bank; None where none did.

    One for the whole call: a list of a million would else be a million leaves. ``values_sha256`` is
    the digest of the lines ``<entry id> <signal type> <value>`` in the order of ``entries``.
    """
    new = list(
        {one.id: (one, entry) for entry, one in zip(given, kept, strict=True) if one.new}.values()
    )
    if not new:
        return None
    lines = "".join(f"{one.id} {entry.signal_type} {entry.value}\n" for one, entry in new)
    facts: dict[str, JSON] = {
        "source": source,
        "entries": [one.id for one, _ in new],
        "values_sha256": sha256(lines.encode()).hexdigest(),
    }
    return Record("bank.entry_added", bank_id, at, ids, facts)

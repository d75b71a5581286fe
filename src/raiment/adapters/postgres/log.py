"""
The evidence log in PostgreSQL.

Appends take the lock of the one row of ``log_head`` and hold it to the commit, so leaves have one order
without gaps, whichever server wrote them. They come last in a transaction: the lock is held briefly.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import select, tuple_
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from raiment.adapters.postgres.driver import driver_of
from raiment.adapters.postgres.tables import (
    log_checkpoints,
    log_entries,
    log_head,
    log_nodes,
    log_openings,
)
from raiment.errors import InvalidInput
from raiment.evidence.entry import SALT_BYTES, Opening, seal
from raiment.evidence.merkle import (
    HASH_BYTES,
    Frontier,
    Place,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    nodes_for_consistency,
    nodes_for_inclusion,
    nodes_for_root,
    root,
    root_at,
)
from raiment.evidence.record import Record

_EXPORT_PAGE = 1000


def _fresh_salt() -> bytes:
    return secrets.token_bytes(SALT_BYTES)


@dataclass(frozen=True, slots=True)
class Head:
    """The tree at one moment."""

    size: int
    root: bytes


_LOCK_HEAD = "select size, peaks from log_head for update"
_GROW = """
    with given as (select %(rows)s::jsonb as rows),
    grown_entries as (
        insert into log_entries (index, entry, kind, subject, at)
        select index, decode(entry, 'hex'), kind, subject, at
        from given, jsonb_to_recordset(rows->'entries')
            as (index bigint, entry text, kind text, subject text, at timestamptz)
    ),
    grown_nodes as (
        insert into log_nodes (level, index, hash)
        select level, index, decode(hash, 'hex')
        from given, jsonb_to_recordset(rows->'nodes') as (level integer, index bigint, hash text)
    ),
    grown_openings as (
        insert into log_openings (index, name, salt, value)
        select index, name, decode(salt, 'hex'), value
        from given, jsonb_to_recordset(rows->'openings')
            as (index bigint, name text, salt text, value jsonb)
    )
    update log_head set size = %(size)s, peaks = %(peaks)s
"""
"""One statement, because the lock is held meanwhile, and one parameter, which is the cheapest to send."""


@dataclass(frozen=True, slots=True)
class PostgresLog:
    """Reading and appending on one connection."""

    connection: AsyncConnection

    async def append(self, records: Sequence[Record]) -> None:
        """Append *records* in order, with their openings."""
        driver = await driver_of(self.connection)
        head = await (await driver.execute(_LOCK_HEAD)).fetchone()
        assert head is not None
        frontier = Frontier(head[0], _split(head[1]))
        rows: dict[str, list[dict[str, object]]] = {"entries": [], "nodes": [], "openings": []}
        for record in records:
            entry, opened = seal(record, _fresh_salt)
            canonical = entry.canonical()
            index = frontier.size
            frontier, nodes = frontier.append(leaf_hash(canonical))
            rows["entries"].append(
                {
                    "index": index,
                    "entry": canonical.hex(),
                    "kind": entry.kind,
                    "subject": entry.subject,
                    "at": entry.at,
                }
            )
            rows["nodes"].extend(
                {"level": node.level, "index": node.index, "hash": node.hash.hex()}
                for node in nodes
            )
            rows["openings"].extend(
                {"index": index, "name": one.name, "salt": one.salt.hex(), "value": one.value}
                for one in opened
            )
        grown = {
            "rows": msgspec.json.encode(rows).decode(),
            "size": frontier.size,
            "peaks": b"".join(frontier.peaks),
        }
        await driver.execute(_GROW, grown)

    async def head(self) -> Head:
        """Return size and root as committed."""
        row = (await self.connection.execute(select(log_head))).one()
        return Head(row.size, root(Frontier(row.size, _split(row.peaks))))

    async def root_at(self, size: int) -> bytes:
        """Return the root of the first *size* leaves."""
        return root_at(size, await self._nodes(nodes_for_root(size)))

    async def inclusion(self, index: int, size: int) -> tuple[bytes, tuple[bytes, ...]]:
        """Return the leaf hash at *index* and its audit path in the first *size* leaves."""
        await self._refuse_beyond("size", size)
        places = nodes_for_inclusion(index, size)
        nodes = await self._nodes((*places, (0, index)))
        return nodes[0, index], inclusion_proof(index, size, nodes)

    async def consistency(self, first: int, second: int) -> tuple[bytes, ...]:
        """Return the proof that the tree of size *first* grew into that of size *second*."""
        await self._refuse_beyond("second", second)
        return consistency_proof(
            first, second, await self._nodes(nodes_for_consistency(first, second))
        )

    async def entries(self, start: int, limit: int) -> tuple[bytes, ...]:
        """Return up to *limit* canonical entries from index *start*."""
        rows = await self.connection.execute(
            select(log_entries.c.entry)
            .where(log_entries.c.index >= start, log_entries.c.index < start + limit)
            .order_by(log_entries.c.index)
        )
        return tuple(rows.scalars())

    async def export(self, size: int) -> AsyncIterator[bytes]:
        """Yield the first *size* canonical entries in order, reading a page at a time."""
        for start in range(0, size, _EXPORT_PAGE):
            for entry in await self.entries(start, min(_EXPORT_PAGE, size - start)):
                yield entry

    async def history(self, *subjects: str) -> Sequence[tuple[int, str, datetime]]:
        """Return (index, kind, at) of the entries about any of *subjects*, oldest first."""
        columns = (log_entries.c.index, log_entries.c.kind, log_entries.c.at)
        rows = await self.connection.execute(
            select(*columns)
            .where(log_entries.c.subject.in_(subjects))
            .order_by(log_entries.c.index)
        )
        return [(index, kind, at) for index, kind, at in rows]

    async def openings(self, index: int) -> tuple[Opening, ...]:
        """Return what opens the digests of entry *index*; empty once erased."""
        rows = await self.connection.execute(
            select(log_openings).where(log_openings.c.index == index).order_by(log_openings.c.name)
        )
        return tuple(Opening(row.name, row.salt, row.value) for row in rows)

    async def latest_checkpoint(self) -> tuple[int, str] | None:
        """Return size and note of the largest signed tree, None before the first."""
        columns = (log_checkpoints.c.size, log_checkpoints.c.note)
        query = select(*columns).order_by(log_checkpoints.c.size.desc()).limit(1)
        row = (await self.connection.execute(query)).one_or_none()
        return None if row is None else (row.size, row.note)

    async def keep_checkpoint(self, size: int, note: str, signed_at: datetime) -> None:
        """Store *note*; a second signer of the same size changes nothing (Ed25519 is deterministic)."""
        values = {"size": size, "note": note, "signed_at": signed_at}
        await self.connection.execute(
            upsert(log_checkpoints).values(values).on_conflict_do_nothing()
        )

    async def _nodes(self, places: Iterable[Place]) -> dict[Place, bytes]:
        wanted = list(places)
        if not wanted:
            return {}
        rows = await self.connection.execute(
            select(log_nodes.c.level, log_nodes.c.index, log_nodes.c.hash).where(
                tuple_(log_nodes.c.level, log_nodes.c.index).in_(wanted)
            )
        )
        return {(level, index): value for level, index, value in rows}

    async def _refuse_beyond(self, field: str, size: int) -> None:
        current = (await self.connection.execute(select(log_head.c.size))).scalar_one()
        if size > current:
            raise InvalidInput(field, f"the log has {current} entries")


def _split(peaks: bytes) -> tuple[bytes, ...]:
    return tuple(peaks[i : i + HASH_BYTES] for i in range(0, len(peaks), HASH_BYTES))

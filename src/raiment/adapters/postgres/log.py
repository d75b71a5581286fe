"""
The evidence log in PostgreSQL.

Appends take the lock of the one row of ``log_head`` and hold it to the commit, so leaves have one order
without gaps, whichever server wrote them. They come last in a transaction: the lock is held briefly.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

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
from raiment.evidence.canonical import canonical_json
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
    with grown_entries as (
        insert into log_entries (index, entry, kind, subject, at)
        select * from unnest(
            %(index)s::bigint[], %(entry)s::bytea[], %(kind)s::text[],
            %(subject)s::text[], %(at)s::timestamptz[])
    ), grown_nodes as (
        insert into log_nodes (level, index, hash)
        select * from unnest(
            %(node_level)s::integer[], %(node_index)s::bigint[], %(node_hash)s::bytea[])
    ), grown_openings as (
        insert into log_openings (index, name, salt, value)
        select * from unnest(
            %(opening_index)s::bigint[], %(opening_name)s::text[],
            %(opening_salt)s::bytea[], %(opening_value)s::text[]::jsonb[])
    )
    update log_head set size = %(size)s, peaks = %(peaks)s
"""
"""One statement, because the lock is held meanwhile: a round trip each would hold it four times as long."""


@dataclass(frozen=True, slots=True)
class _Growth:
    """The rows of one append, as tuples in the order of ``_GROW``."""

    entries: list[tuple[int, bytes, str, str, datetime]] = field(default_factory=list)
    nodes: list[tuple[int, int, bytes]] = field(default_factory=list)
    openings: list[tuple[int, str, bytes, str]] = field(default_factory=list)

    def columns(self, size: int, peaks: bytes) -> dict[str, object]:
        """Return the parameters of ``_GROW``: one list for each column."""
        rows: dict[str, Sequence[tuple[object, ...]]] = {
            "index entry kind subject at": self.entries,
            "node_level node_index node_hash": self.nodes,
            "opening_index opening_name opening_salt opening_value": self.openings,
        }
        columns: dict[str, object] = {"size": size, "peaks": peaks}
        for names, group in rows.items():
            for place, name in enumerate(names.split()):
                columns[name] = [row[place] for row in group]
        return columns


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
        grown = _Growth()
        for record in records:
            entry, opened = seal(record, _fresh_salt)
            canonical = entry.canonical()
            index = frontier.size
            frontier, nodes = frontier.append(leaf_hash(canonical))
            grown.entries.append((index, canonical, entry.kind, entry.subject, entry.at))
            grown.nodes.extend((node.level, node.index, node.hash) for node in nodes)
            grown.openings.extend(
                (index, one.name, one.salt, canonical_json(one.value).decode()) for one in opened
            )
        peaks = b"".join(frontier.peaks)
        await driver.execute(_GROW, grown.columns(frontier.size, peaks))

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

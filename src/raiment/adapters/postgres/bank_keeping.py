"""Keeping hash banks in PostgreSQL: making them, adding entries, withdrawing them, noticing floods."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from raiment.adapters.postgres.driver import driver_of
from raiment.adapters.postgres.ids import new_id
from raiment.adapters.postgres.tables import (
    bank_changes,
    bank_entries,
    bank_imports,
    bank_sightings,
    hash_banks,
)
from raiment.adapters.postgres.types import AnyRow, Query, Rows
from raiment.errors import Conflict, InvalidInput, NotFound
from raiment.matching.bank import (
    FLOOD_HOURS,
    FLOOD_UPLOADS,
    BankCategory,
    BankKind,
    BankMatch,
    EntryState,
)
from raiment.matching.bank_entry import NewEntry
from raiment.matching.signal import Blake3, Pdq, Sha256

_FLOOD_WINDOW = timedelta(hours=FLOOD_HOURS)
_CHANGES_KEPT = timedelta(days=1)
"""An index that was away for longer loads anew."""

_ADD = """
    insert into bank_entries
        (id, bank_id, signal_type, value, pdq, state, source, labels, added_at, expires_at)
    select id, %(bank_id)s, signal_type, value,
        case when signal_type = 'pdq' then cast('x' || value as bit(256)) end,
        'active', %(source)s, array(select jsonb_array_elements_text(labels::jsonb)), %(at)s, expires_at
    from unnest(%(id)s::text[], %(signal_type)s::text[], %(value)s::text[], %(labels)s::text[],
        %(expires_at)s::timestamptz[]) as given (id, signal_type, value, labels, expires_at)
    on conflict (bank_id, signal_type, value) do nothing
"""
_ADDED = """
    select entry.id, entry.state from unnest(%(signal_type)s::text[], %(value)s::text[])
        with ordinality as given (signal_type, value, place)
    join bank_entries entry
        on (entry.bank_id, entry.signal_type, entry.value) = (%(bank_id)s, given.signal_type, given.value)
    order by given.place
"""
_NO_CROP = bank_entries.c.signal_type != "pdq_crop"


@dataclass(frozen=True, slots=True)
class KeptEntry:
    """How a signal stands in its bank after it was added, or added again."""

    id: str
    state: EntryState
    new: bool


@dataclass(frozen=True, slots=True)
class BankKeeping:
    """Banks and their entries on one connection."""

    connection: AsyncConnection

    async def create(
        self, name: str, kind: BankKind, radius: int, category: BankCategory | None = None
    ) -> tuple[AnyRow, bool]:
        """
        Return the bank called *name* and whether it is new.

        Raise Conflict where there is one already, of another kind, radius or category; InvalidInput for an
        allow-list with a category.
        """
        if kind is BankKind.ALLOW and category is not None:
            raise InvalidInput("category", "is not for an allow-list")
        values = {
            "id": new_id("bank"),
            "name": name,
            "kind": kind.value,
            "radius": radius,
            "category": None if category is None else category.value,
        }
        result = await self.connection.execute(
            upsert(hash_banks).values(values).on_conflict_do_nothing(index_elements=["name"])
        )
        row = await self.named(name)
        if (row.kind, row.radius, row.category) != (kind, radius, category):
            raise Conflict("there is a bank of this name, of another kind, radius or category")
        return row, bool(result.rowcount)

    async def bank(self, bank_id: str) -> AnyRow:
        """Return the bank; NotFound where there is none."""
        return await self._bank(select(hash_banks).where(hash_banks.c.id == bank_id))

    async def named(self, name: str) -> AnyRow:
        """Return the bank called *name*; NotFound where there is none."""
        return await self._bank(select(hash_banks).where(hash_banks.c.name == name))

    async def banks(self, after: str = "", limit: int | None = None) -> Rows:
        """Return the banks whose names come after *after*, by name."""
        query = select(hash_banks).where(hash_banks.c.name > after).order_by(hash_banks.c.name)
        return (await self.connection.execute(query.limit(limit))).all()

    async def add(
        self, bank: AnyRow, entries: Sequence[NewEntry], source: str, at: datetime
    ) -> list[KeptEntry]:
        """
        Bank *entries* and return how each stands, in order.

        One that is there already stays as it is: what was withdrawn is not revived by a list that
        still holds it. Raise Conflict for the bank of reported images: its entries belong to cases.
        """
        _refuse_reported(bank)
        ids = [new_id("hash") for _ in entries]
        columns = {
            "bank_id": bank.id,
            "source": source,
            "at": at,
            "id": ids,
            "signal_type": [entry.signal_type for entry in entries],
            "value": [entry.value for entry in entries],
            "labels": [json.dumps(entry.labels) for entry in entries],
            "expires_at": [entry.expires_at for entry in entries],
        }
        driver = await driver_of(self.connection)
        await driver.execute(_ADD, columns)
        rows = await (await driver.execute(_ADDED, columns)).fetchall()
        fresh = set(ids)
        return [KeptEntry(found, EntryState(state), found in fresh) for found, state in rows]

    async def entries(
        self,
        bank_id: str,
        after: int = 0,
        limit: int | None = None,
        state: EntryState | None = None,
    ) -> Rows:
        """Return the bank's entries with numbers beyond *after*, in their order; crops are none."""
        query = select(bank_entries).where(
            bank_entries.c.bank_id == bank_id, bank_entries.c.number > after, _NO_CROP
        )
        if state is not None:
            query = query.where(bank_entries.c.state == state.value)
        return (
            await self.connection.execute(query.order_by(bank_entries.c.number).limit(limit))
        ).all()

    async def imported(self, bank_id: str, file_sha256: bytes) -> tuple[int, int]:
        """Return how many lines, and bytes, of the file an earlier import has dealt with."""
        query = select(bank_imports).where(
            bank_imports.c.bank_id == bank_id, bank_imports.c.file_sha256 == file_sha256
        )
        row = (await self.connection.execute(query)).one_or_none()
        return (0, 0) if row is None else (row.lines, row.offset)

    async def keep_import(
        self, bank_id: str, file_sha256: bytes, lines: int, offset: int, at: datetime
    ) -> None:
        """Remember how much of the file has been dealt with."""
        values = {"bank_id": bank_id, "file_sha256": file_sha256}
        now = {"lines": lines, "offset": offset, "at": at}
        await self.connection.execute(
            upsert(bank_imports)
            .values(values | now)
            .on_conflict_do_update(index_elements=["bank_id", "file_sha256"], set_=now)
        )

    async def places(self, entry_ids: Sequence[str]) -> dict[str, tuple[str, int]]:
        """Return the name of its bank and the number of each of these entries."""
        query = (
            select(bank_entries.c.id, hash_banks.c.name, bank_entries.c.number)
            .join(hash_banks)
            .where(bank_entries.c.id.in_(entry_ids))
        )
        return {row.id: (row.name, row.number) for row in await self.connection.execute(query)}

    async def size(self) -> int:
        """Return how many PDQ hashes act. Counts them one by one."""
        acting = bank_entries.c.signal_type == "pdq", bank_entries.c.state == "active"
        counted = select(func.count()).select_from(bank_entries).where(*acting)
        return (await self.connection.execute(counted)).scalar_one()

    async def withdraw(self, bank_id: str, entry_id: str, at: datetime) -> tuple[AnyRow, bool]:
        """
        End an entry; return it and whether that changed anything.

        Raise NotFound where there is none, Conflict for one of the bank of reported images.
        """
        return await self._settle(bank_id, entry_id, EntryState.WITHDRAWN, at)

    async def reinstate(self, bank_id: str, entry_id: str, at: datetime) -> tuple[AnyRow, bool]:
        """
        Let an entry act (again), and no flood quarantine it any more; return it and whether it changed.

        Raise NotFound where there is none, Conflict for one of the bank of reported images.
        """
        return await self._settle(bank_id, entry_id, EntryState.ACTIVE, at)

    async def sighted(
        self, found: Iterable[BankMatch], picture: Blake3 | Sha256, at: datetime
    ) -> list[tuple[str, EntryState]]:
        """
        Remember that *picture*, an upload's identity, matched; return the entries flooded thereby.

        Only likeness counts, and one picture once: the same file sent over and over is what banks are
        for. An allegation that is flooded stops acting. What our reviewers confirmed, or a case is
        about, goes on: else whoever sends many variants of an image could disarm its entry. So does what a
        child-protection list holds.
        """
        ids = sorted(
            {one.match.entry_id for one in found if one.acts and isinstance(one.match.signal, Pdq)}
        )
        if not ids:
            return []
        rows = [{"entry_id": entry_id, "picture": picture.value, "at": at} for entry_id in ids]
        statement = upsert(bank_sightings).values(rows)
        await self.connection.execute(
            statement.on_conflict_do_update(
                index_elements=["entry_id", "picture"], set_={"at": statement.excluded.at}
            )
        )
        flooded = await self._flooded(ids, at - _FLOOD_WINDOW)
        return [(entry_id, await self._quarantine(entry_id, at)) for entry_id in flooded]

    async def floods(self, limit: int | None = None) -> Rows:
        """Return the entries about which a lead is asked, the oldest flood first, with their banks."""
        waiting = bank_entries.c.flooded_at.is_not(None), bank_entries.c.flood_settled_at.is_(None)
        query = (
            select(bank_entries)
            .where(*waiting)
            .order_by(bank_entries.c.flooded_at, bank_entries.c.number)
        )
        return (await self.connection.execute(query.limit(limit))).all()

    async def flood_count(self) -> int:
        """Return how many entries a lead is asked about."""
        waiting = bank_entries.c.flooded_at.is_not(None), bank_entries.c.flood_settled_at.is_(None)
        counted = select(func.count()).select_from(bank_entries).where(*waiting)
        return (await self.connection.execute(counted)).scalar_one()

    async def forget_past(self, now: datetime) -> None:
        """Delete sightings that no flood can count, and changes that every index took in long ago."""
        old = bank_sightings.c.at <= now - _FLOOD_WINDOW
        await self.connection.execute(delete(bank_sightings).where(old))
        old = bank_changes.c.at <= now - _CHANGES_KEPT
        await self.connection.execute(delete(bank_changes).where(old))

    async def _bank(self, query: Query) -> AnyRow:
        row = (await self.connection.execute(query)).one_or_none()
        if row is None:
            raise NotFound("bank")
        return row

    async def _settle(
        self, bank_id: str, entry_id: str, state: EntryState, at: datetime
    ) -> tuple[AnyRow, bool]:
        _refuse_reported(await self.bank(bank_id))
        this = bank_entries.c.id == entry_id, bank_entries.c.bank_id == bank_id, _NO_CROP
        withdrawn = at if state is EntryState.WITHDRAWN else None
        changes = {"state": state.value, "withdrawn_at": withdrawn}
        asked = bank_entries.c.flooded_at.is_not(None), bank_entries.c.flood_settled_at.is_(None)
        changed = await self.connection.execute(
            update(bank_entries).where(*this, bank_entries.c.state != state.value).values(changes)
        )
        settled = await self.connection.execute(
            update(bank_entries).where(*this, *asked).values(flood_settled_at=at)
        )
        row = (await self.connection.execute(select(bank_entries).where(*this))).one_or_none()
        if row is None:
            raise NotFound("bank entry")
        return row, bool(changed.rowcount or settled.rowcount)

    async def _flooded(self, entry_ids: Sequence[str], since: datetime) -> Sequence[str]:
        query = (
            select(bank_sightings.c.entry_id)
            .join(bank_entries)
            .where(
                bank_sightings.c.entry_id.in_(entry_ids),
                bank_sightings.c.at > since,
                bank_entries.c.flooded_at.is_(None),
            )
            .group_by(bank_sightings.c.entry_id)
            .having(func.count() > FLOOD_UPLOADS)
            .order_by(bank_sightings.c.entry_id)
        )
        return (await self.connection.execute(query)).scalars().all()

    async def _quarantine(self, entry_id: str, at: datetime) -> EntryState:
        alleged = hash_banks.c.kind == BankKind.OUTSIDE.value, hash_banks.c.category.is_(None)
        outside = select(hash_banks.c.id).where(*alleged)
        this = bank_entries.c.id == entry_id
        await self.connection.execute(update(bank_entries).where(this).values(flooded_at=at))
        stopped = await self.connection.execute(
            update(bank_entries)
            .where(this, bank_entries.c.bank_id.in_(outside), bank_entries.c.state == "active")
            .values(state=EntryState.QUARANTINED.value)
        )
        return EntryState.QUARANTINED if stopped.rowcount else EntryState.ACTIVE


def _refuse_reported(bank: AnyRow) -> None:
    if bank.kind == BankKind.REPORTED.value:
        raise Conflict("this bank is filled by reports only")

"""Hash banks in PostgreSQL: looking in all of them, and filling those that casework fills."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from raiment.adapters.postgres.bank_crops import BankCrops
from raiment.adapters.postgres.bank_lookup import BankIndex, find_matches, find_signal
from raiment.adapters.postgres.driver import driver_of
from raiment.adapters.postgres.ids import new_id
from raiment.adapters.postgres.similar import signals_of
from raiment.adapters.postgres.tables import bank_entries, contents, hash_banks
from raiment.adapters.postgres.types import Rows
from raiment.errors import Unavailable
from raiment.matching.bank import BankKind, BankMatch, standing
from raiment.matching.judge import Lookup
from raiment.matching.signal import PDQ_RADIUS, Pdq, Signal
from raiment.matching.signals import Signals

_OWN_BANKS = {BankKind.CONFIRMED: "confirmed", BankKind.REPORTED: "reported"}
"""The banks casework fills, by name."""


@dataclass(frozen=True, slots=True)
class PostgresBanks:
    """``matching.bank.BankLookup`` and ``casework.storage.Banks`` on one connection."""

    connection: AsyncConnection
    index: BankIndex | None = None
    """None: every entry is compared."""

    async def matches(self, signals: Signals) -> Sequence[BankMatch]:
        """Return what ``BankLookup.matches`` promises, this transaction's own entries included."""
        return await find_matches(await driver_of(self.connection), signals, self.index)

    async def matches_of(self, signal: Signal) -> Sequence[BankMatch]:
        """Return what matches a single signal, less what an allow-list covers."""
        driver = await driver_of(self.connection)
        return standing(await find_signal(driver, signal, self.index))

    async def look_up(self, readings: Sequence[Signals]) -> Lookup:
        """
        Return what the banks hold of one picture, given the signals of each of its readings.

        A lookup that breaks is unavailable, and the transaction goes on: its caller holds the picture.
        Raise Unavailable where the database itself is gone.
        """
        matchable = all(signals.pdq.matchable for signals in readings)
        driver = await driver_of(self.connection)
        try:
            async with driver.transaction():
                found = [
                    match for signals in readings for match in standing(await self.matches(signals))
                ]
        except psycopg.Error as error:
            if driver.closed:
                raise Unavailable("database", "no answer") from error
            return Lookup((), matchable, "the hash banks could not be read")
        nearest: dict[str, BankMatch] = {}
        for match in sorted(found, key=lambda found: found.match.distance):
            nearest.setdefault(match.match.entry_id, match)
        return Lookup(tuple(nearest.values()), matchable)

    async def report_images(self, case_id: str, content_ids: Sequence[str], at: datetime) -> None:
        """Hold further uploads of these images while the case is open."""
        await self._bank(BankKind.REPORTED, case_id, content_ids, at)

    async def confirm_images(self, case_id: str, content_ids: Sequence[str], at: datetime) -> int:
        """Bank these images and their crops for good, end the reported entries; return how many are new."""
        hashes = [row.pdq for row in await self._contents(content_ids) if row.pdq is not None]
        crops = await self._crops.of(hashes, BankKind.REPORTED)
        await self.clear_images(case_id, at)
        banked = await self._bank(BankKind.CONFIRMED, case_id, content_ids, at)
        return banked + await self._crops.keep(crops, at)

    async def clear_images(self, case_id: str, at: datetime) -> None:
        """End the case's reported entries, and the crops of those."""
        reported = select(hash_banks.c.id).where(hash_banks.c.kind == BankKind.REPORTED.value)
        await self.connection.execute(
            update(bank_entries)
            .where(bank_entries.c.case_id == case_id, bank_entries.c.bank_id.in_(reported))
            .values(state="withdrawn", withdrawn_at=at)
        )

    async def on_child_list(self, content_ids: Sequence[str]) -> bool:
        """Tell whether one of these images matches the list of a child-protection hotline."""
        for row in await self._contents(content_ids):
            if any(match.of_child for match in standing(await self.matches(signals_of(row)))):
                return True
        return False

    async def lacks_crops(self, content_id: str) -> bool:
        """Tell whether the image is banked by a case, and no crop of it."""
        [content] = await self._contents([content_id])
        return content.pdq is not None and await self._crops.lacking(content.pdq)

    async def bank_crops(self, content_id: str, ladder: Sequence[Pdq], at: datetime) -> int:
        """Bank crops of the image wherever a case banked the image; return how many are new."""
        [content] = await self._contents([content_id])
        return await self._crops.keep({content.pdq: [pdq.hex for pdq in ladder]}, at)

    @property
    def _crops(self) -> BankCrops:
        return BankCrops(self.connection)

    async def _contents(self, content_ids: Sequence[str]) -> Rows:
        query = select(contents).where(contents.c.id.in_(content_ids))
        return (await self.connection.execute(query)).all()

    async def _bank(
        self, kind: BankKind, case_id: str, content_ids: Sequence[str], at: datetime
    ) -> int:
        bank_id = await self._own_bank(kind)
        rows = await self._contents(content_ids)
        entries = [
            {
                "id": new_id("hash"),
                "bank_id": bank_id,
                "signal_type": signal_type,
                "value": signal.hex,
                "pdq": signal.hex if isinstance(signal, Pdq) else None,
                "state": "active",
                "source": "casework",
                "case_id": case_id,
                "added_at": at,
            }
            for row in rows
            for signal_type, signal in _bankable(signals_of(row))
        ]
        added = 0
        for entry in entries:
            # An entry that an earlier case withdrew comes back to life under this one.
            again = {"state": "active", "case_id": case_id, "withdrawn_at": None}
            result = await self.connection.execute(
                upsert(bank_entries)
                .values(entry)
                .on_conflict_do_update(
                    index_elements=["bank_id", "signal_type", "value"],
                    set_=again,
                    where=bank_entries.c.state == "withdrawn",
                )
            )
            added += result.rowcount
        return added

    async def _own_bank(self, kind: BankKind) -> str:
        name = _OWN_BANKS[kind]
        query = select(hash_banks.c.id).where(hash_banks.c.name == name)
        found = (await self.connection.execute(query)).scalar_one_or_none()
        if found is not None:
            return str(found)
        values = {"id": new_id("bank"), "name": name, "kind": kind.value, "radius": PDQ_RADIUS}
        await self.connection.execute(upsert(hash_banks).values(values).on_conflict_do_nothing())
        return str((await self.connection.execute(query)).scalar_one())


def _bankable(signals: Signals) -> list[tuple[str, Signal]]:
    named: list[tuple[str, Signal | None]] = [
        ("bytes_sha256", signals.bytes_sha256),
        ("pixels_blake3", signals.pixels_blake3),
        # The weaker digest, where a stronger one is not known.
        ("bytes_md5", signals.bytes_md5 if signals.bytes_sha256 is None else None),
        *(("pdq", pdq) for pdq in signals.hashes_to_bank()),
    ]
    return [(name, signal) for name, signal in named if signal is not None]

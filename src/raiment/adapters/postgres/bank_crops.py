"""
Crops of the images that casework banked: entries that stand for the one of their picture and end with it.

Only casework's own entries have crops, since only of those did we hold the picture.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import exists, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from raiment.adapters.postgres.ids import new_id
from raiment.adapters.postgres.tables import bank_entries, hash_banks
from raiment.adapters.postgres.types import Query
from raiment.matching.bank import BankKind

_KEEP: Final = text("""
    insert into bank_entries
        (id, bank_id, signal_type, value, pdq, state, source, case_id, added_at, crop_of)
    select given.id, own.bank_id, 'pdq_crop', given.value, cast('x' || given.value as bit(256)), 'active',
        own.source, own.case_id, :at, own.id
    from bank_entries own, unnest(cast(:ids as text[]), cast(:crops as text[])) given (id, value)
    where own.id = :own
    on conflict (bank_id, signal_type, value) do update
        set state = 'active', case_id = excluded.case_id, crop_of = excluded.crop_of, withdrawn_at = null
        where bank_entries.state = 'withdrawn' or exists (
            select from bank_entries whole where whole.id = bank_entries.crop_of and whole.state = 'withdrawn')
""")
"""
A crop is its picture's case's, like the picture, so it is withdrawn with it; and comes back to life like it.
Where another picture's entry, now withdrawn, has the same crop, it goes over to this one.
"""


@dataclass(frozen=True, slots=True)
class BankCrops:
    """Crops on one connection. Hashes are hexadecimal digits."""

    connection: AsyncConnection

    async def lacking(self, pdq: str) -> bool:
        """Tell whether casework banked the image of this hash, and nobody any crop of it."""
        crop = bank_entries.alias()
        cropped = exists().where(crop.c.crop_of == bank_entries.c.id, crop.c.state != "withdrawn")
        found = await self.connection.execute(_standing([pdq]).where(~cropped).limit(1))
        return found.one_or_none() is not None

    async def of(self, hashes: Sequence[str], kind: BankKind) -> dict[str, list[str]]:
        """Return, by the hash of their image, the crops that banks of *kind* hold of these images."""
        own = _standing(hashes).where(hash_banks.c.kind == kind.value).subquery()
        query = (
            select(own.c.value.label("image"), bank_entries.c.value)
            .join(own, bank_entries.c.crop_of == own.c.id)
            .where(bank_entries.c.state != "withdrawn")
            .order_by(bank_entries.c.number)
        )
        crops: dict[str, list[str]] = {}
        for row in await self.connection.execute(query):
            crops.setdefault(row.image, []).append(row.value)
        return crops

    async def keep(self, crops: Mapping[str, Sequence[str]], at: datetime) -> int:
        """Bank *crops*, by the hash of their image, wherever casework banked it; return how many are new."""
        kept = 0
        for own in (await self.connection.execute(_standing([*crops]))).all():
            values = crops[own.value]
            ids = [new_id("hash") for _ in values]
            named = {"own": own.id, "ids": ids, "crops": list(values), "at": at}
            kept += (await self.connection.execute(_KEEP, named)).rowcount
        return kept


def _standing(hashes: Sequence[str]) -> Query:
    """Select the entries of images of these hashes that casework made and that stand."""
    return (
        select(bank_entries.c.id, bank_entries.c.value)
        .join(hash_banks)
        .where(
            bank_entries.c.signal_type == "pdq",
            bank_entries.c.value.in_(hashes),
            bank_entries.c.case_id.is_not(None),
            bank_entries.c.state != "withdrawn",
        )
        .order_by(bank_entries.c.number)
    )

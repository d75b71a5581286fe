"""``/v1/banks/{bank_id}/entries``: known signals, added, listed, withdrawn."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Depends, Path, Query, Request
from pydantic import AwareDatetime, BaseModel, Field

from raiment.adapters.postgres.accounts import ApiKey
from raiment.adapters.postgres.bank_records import entries_added, entry_settled
from raiment.adapters.postgres.types import AnyRow
from raiment.matching.bank import EntryState
from raiment.matching.bank_entry import NewEntry, read_entry
from raiment.web.api.body import Received, body_of, json_body, json_of, shaped
from raiment.web.api.caller import AtHouse, key_with, router
from raiment.web.api.problem import problems_with_key

routes = router("banks")

_MOST_ENTRIES = 1000
_MOST_BYTES = 2_000_000
_MOST_LABELS = 20
_MOST_TEXT = 100
_LAST_NUMBER = 2**63 - 1

_Text = Annotated[str, Field(min_length=1, max_length=_MOST_TEXT)]
_BankId = Annotated[str, Path(max_length=_MOST_TEXT, examples=["bank_..."])]
_EntryId = Annotated[str, Path(max_length=_MOST_TEXT, examples=["hash_..."])]
_Kind = Literal["pdq", "sha256", "md5", "pixels_blake3"]
_KIND_OF: dict[str, _Kind] = {
    "pdq": "pdq",
    "bytes_sha256": "sha256",
    "bytes_md5": "md5",
    "pixels_blake3": "pixels_blake3",
}
_KeyFor = Annotated[ApiKey, Depends(key_with("bank"))]


class EntryIn(Received):
    """A known signal."""

    type: _Kind = Field(
        description="`sha256`, `md5`: of a file's bytes. `pixels_blake3`: as Raiment tells it."
    )
    value: str = Field(max_length=64, description="Hexadecimal digits.")
    labels: list[_Text] = Field([], max_length=_MOST_LABELS)
    expires_at: str | None = Field(
        None,
        max_length=40,
        json_schema_extra={"format": "date-time"},
        description="From then on it matches nothing. RFC 3339, with the offset from UTC.",
    )


class EntriesIn(Received):
    """Known signals, all from one source."""

    source: _Text = Field(description="Who gave them to us.", examples=["StopNCII"])
    entries: list[EntryIn] = Field(min_length=1, max_length=_MOST_ENTRIES)


class AddedOut(BaseModel):
    """How one of the given signals stands."""

    id: str
    state: Literal["active", "quarantined", "withdrawn"]
    new: bool = Field(description="False: it was there already and stays as it is.")


class EntriesAddedOut(BaseModel):
    """In the order of the call."""

    entries: list[AddedOut]


class EntryOut(BaseModel):
    """An entry of a bank."""

    id: str
    bank: str
    number: int = Field(description="Its place in the order in which entries came.")
    type: _Kind
    value: str
    state: Literal["active", "quarantined", "withdrawn"]
    source: str
    labels: list[str]
    added_at: AwareDatetime
    expires_at: AwareDatetime | None
    withdrawn_at: AwareDatetime | None
    flooded_at: AwareDatetime | None = Field(
        description="When it matched more different uploads within an hour than an image does."
    )


class EntriesOut(BaseModel):
    """Entries by number."""

    entries: list[EntryOut]


def _entry_out(row: AnyRow) -> EntryOut:
    return EntryOut(
        id=row.id,
        bank=row.bank_id,
        number=row.number,
        type=_KIND_OF[row.signal_type],
        value=row.value,
        state=row.state,
        source=row.source,
        labels=row.labels,
        added_at=row.added_at,
        expires_at=row.expires_at,
        withdrawn_at=row.withdrawn_at,
        flooded_at=row.flooded_at,
    )


@routes.get("/v1/banks/floods", responses=problems_with_key())
async def list_floods(
    house: AtHouse,
    _key: _KeyFor,
    limit: Annotated[int, Query(ge=1, le=_MOST_ENTRIES)] = 100,
) -> EntriesOut:
    """
    List the entries that matched too much and wait for a lead, the oldest flood first (scope `bank`).

    One from outside does not act meanwhile (`quarantined`). Withdraw it, or reinstate it.
    """
    async with house.database.read() as tx:
        rows = await tx.bank_keeping.floods(limit)
    return EntriesOut(entries=[_entry_out(row) for row in rows])


@routes.post(
    "/v1/banks/{bank_id}/entries",
    responses=problems_with_key(404, 409, 413),
    openapi_extra=json_body(EntriesIn),
)
async def add_entries(
    request: Request, bank_id: _BankId, house: AtHouse, key: _KeyFor
) -> EntriesAddedOut:
    """
    Add up to 1000 entries (scope `bank`). They match from the commit on, in every process.

    What is there already stays as it is, so the same call again changes nothing; what was withdrawn
    stays withdrawn.
    """
    asked = shaped(json_of(request, await body_of(request, _MOST_BYTES)), EntriesIn)
    given = [_new_entry(place, one) for place, one in enumerate(asked.entries)]
    at = house.now()
    async with house.database.begin() as tx:
        bank = await tx.bank_keeping.bank(bank_id)
        kept = await tx.bank_keeping.add(bank, given, asked.source, at)
        record = entries_added(bank_id, given, kept, asked.source, {"key": key.id}, at)
        if record is not None:
            tx.append(record)
    return EntriesAddedOut(
        entries=[AddedOut(id=one.id, state=one.state.value, new=one.new) for one in kept]
    )


@routes.get("/v1/banks/{bank_id}/entries", responses=problems_with_key(404))
async def list_entries(
    bank_id: _BankId,
    house: AtHouse,
    _key: _KeyFor,
    after: Annotated[
        int, Query(ge=0, le=_LAST_NUMBER, description="The last number already seen.")
    ] = 0,
    limit: Annotated[int, Query(ge=1, le=_MOST_ENTRIES)] = 100,
    state: Literal["active", "quarantined", "withdrawn"] | None = None,
) -> EntriesOut:
    """List the bank's entries by number (scope `bank`)."""
    only = None if state is None else EntryState(state)
    async with house.database.read() as tx:
        await tx.bank_keeping.bank(bank_id)
        rows = await tx.bank_keeping.entries(bank_id, after, limit, only)
    return EntriesOut(entries=[_entry_out(row) for row in rows])


@routes.post(
    "/v1/banks/{bank_id}/entries/{entry_id}/withdrawal", responses=problems_with_key(404, 409)
)
async def withdraw_entry(
    bank_id: _BankId, entry_id: _EntryId, house: AtHouse, key: _KeyFor
) -> EntryOut:
    """End an entry: it matches nothing from the commit on (scope `bank`)."""
    at = house.now()
    async with house.database.begin() as tx:
        row, changed = await tx.bank_keeping.withdraw(bank_id, entry_id, at)
        if changed:
            tx.append(entry_settled("bank.entry_withdrawn", row, {"key": key.id}, at))
    return _entry_out(row)


@routes.post(
    "/v1/banks/{bank_id}/entries/{entry_id}/reinstatement", responses=problems_with_key(404, 409)
)
async def reinstate_entry(
    bank_id: _BankId, entry_id: _EntryId, house: AtHouse, key: _KeyFor
) -> EntryOut:
    """Let an entry act again that was quarantined or withdrawn (scope `bank`). No flood stops it again."""
    at = house.now()
    async with house.database.begin() as tx:
        row, changed = await tx.bank_keeping.reinstate(bank_id, entry_id, at)
        if changed:
            tx.append(entry_settled("bank.entry_reinstated", row, {"key": key.id}, at))
    return _entry_out(row)


def _new_entry(place: int, given: EntryIn) -> NewEntry:
    field = f"entries.{place}"
    return read_entry(given.type, given.value, given.labels, given.expires_at, field)

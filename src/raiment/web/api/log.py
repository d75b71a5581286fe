"""``/v1/log``: the evidence log, for anybody, as ``docs/log.md`` describes it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from raiment.adapters.http.limits import LOG
from raiment.adapters.postgres.checkpoints import newest_checkpoint
from raiment.adapters.postgres.transaction import Transaction
from raiment.bootstrap import House
from raiment.errors import InvalidInput
from raiment.evidence.canonical import canonical_base64
from raiment.evidence.checkpoint import LARGEST_SIZE, Checkpoint
from raiment.evidence.merkle import leaf_hash
from raiment.evidence.note import verification_key
from raiment.evidence.pack import entry_line, header_line
from raiment.web.api.caller import AtHouse, limited, router
from raiment.web.api.problem import problems

routes = router("log")

_MOST_ENTRIES = 1000
_LIMIT = Depends(limited(LOG))

_Number = Annotated[int | None, Query(ge=0, le=LARGEST_SIZE)]
_HASH = "^[A-Za-z0-9+/]{43}=$"
_Hash = Annotated[str, Field(pattern=_HASH, description="Standard, padded base64.")]


class CheckpointOut(BaseModel):
    """The newest checkpoint (C2SP tlog-checkpoint), signed."""

    checkpoint: str = Field(description="The signed note.")
    origin: str
    size: int
    root: _Hash
    verification_key: str


class EntryOut(BaseModel):
    """A leaf of the log."""

    index: int
    leaf_hash: _Hash
    entry: str = Field(description="The canonical JSON to be hashed, as a string.")


class EntriesOut(BaseModel):
    """Entries in the order in which they were committed."""

    start: int
    size: int = Field(description="Of the newest checkpoint.")
    entries: list[EntryOut]


class InclusionOut(BaseModel):
    """The entry at `index` is in the first `size` (RFC 6962, 2.1.1)."""

    index: int
    size: int
    leaf_hash: _Hash
    path: list[_Hash]


class ConsistencyOut(BaseModel):
    """The first `first` entries are the beginning of the first `second` (RFC 6962, 2.1.2)."""

    first: int
    second: int
    path: list[_Hash]


@routes.get("/v1/log/checkpoint", responses=problems(429), dependencies=[_LIMIT])
async def read_checkpoint(house: AtHouse) -> CheckpointOut:
    """Return the newest checkpoint; one is signed where the log has grown. Keep it: it binds us."""
    async with house.database.begin() as tx:
        checkpoint, note = await _newest(house, tx)
    return CheckpointOut(
        checkpoint=note,
        origin=checkpoint.origin,
        size=checkpoint.size,
        root=canonical_base64(checkpoint.root),
        verification_key=_key(house),
    )


@routes.get("/v1/log/entries", responses=problems(429), dependencies=[_LIMIT])
async def read_entries(
    house: AtHouse,
    start: Annotated[int, Query(ge=0, le=LARGEST_SIZE)] = 0,
    limit: Annotated[int, Query(ge=1, le=_MOST_ENTRIES)] = 100,
) -> EntriesOut:
    """Return entries from index `start` on. Past the newest checkpoint the list is empty."""
    async with house.database.begin() as tx:
        checkpoint, _ = await _newest(house, tx)
        asked = min(limit, max(0, checkpoint.size - start))
        entries = await tx.log.entries(start, asked) if asked else ()
    return EntriesOut(
        start=start,
        size=checkpoint.size,
        entries=[
            EntryOut(
                index=index,
                leaf_hash=canonical_base64(leaf_hash(entry)),
                entry=entry.decode("ascii"),
            )
            for index, entry in enumerate(entries, start=start)
        ],
    )


@routes.get("/v1/log/proof", responses=problems(429), dependencies=[_LIMIT])
async def prove(
    house: AtHouse,
    index: _Number = None,
    size: _Number = None,
    first: _Number = None,
    second: _Number = None,
) -> InclusionOut | ConsistencyOut:
    """
    Prove inclusion (`index`, `size`) or consistency (`first`, `second`).

    Without `size` or `second`, that of the newest checkpoint is taken.
    """
    async with house.database.begin() as tx:
        checkpoint, _ = await _newest(house, tx)
        if index is not None and first is None and second is None:
            return await _inclusion(index, size, checkpoint, tx)
        if first is not None and index is None and size is None:
            return await _consistency(first, second, checkpoint, tx)
    raise InvalidInput("index", "give either index and size, or first and second")


@routes.get(
    "/v1/log/export",
    responses={
        200: {"description": "JSON lines.", "content": {"application/jsonl": {}}},
        **problems(429),
    },
    response_class=StreamingResponse,
    dependencies=[_LIMIT],
)
async def export_log(house: AtHouse) -> StreamingResponse:
    """Return the whole log as `raiment log verify` reads it: a header line, a line per entry."""
    async with house.database.begin() as tx:
        checkpoint, note = await _newest(house, tx)
    lines = _lines(house, checkpoint.size, note)
    return StreamingResponse(lines, media_type="application/jsonl")


async def _lines(house: House, size: int, note: str) -> AsyncIterator[str]:
    yield header_line(note, _key(house))
    for start in range(0, size, _MOST_ENTRIES):
        # A look for each page: a slow reader must not keep a connection of the database.
        async with house.database.read() as tx:
            entries = await tx.log.entries(start, min(_MOST_ENTRIES, size - start))
        yield "".join(entry_line(index, entry) for index, entry in enumerate(entries, start))


async def _newest(house: House, tx: Transaction) -> tuple[Checkpoint, str]:
    origin = house.settings.log_origin
    return await newest_checkpoint(tx.log, origin, house.keys.log, house.now())


async def _inclusion(
    index: int, size: int | None, checkpoint: Checkpoint, tx: Transaction
) -> InclusionOut:
    within = checkpoint.size if size is None else size
    _refuse_beyond("size", within, checkpoint)
    leaf, path = await tx.log.inclusion(index, within)
    return InclusionOut(
        index=index, size=within, leaf_hash=canonical_base64(leaf), path=_texts(path)
    )


async def _consistency(
    first: int, second: int | None, checkpoint: Checkpoint, tx: Transaction
) -> ConsistencyOut:
    later = checkpoint.size if second is None else second
    _refuse_beyond("second", later, checkpoint)
    path = await tx.log.consistency(first, later)
    return ConsistencyOut(first=first, second=later, path=_texts(path))


def _refuse_beyond(field: str, size: int, checkpoint: Checkpoint) -> None:
    if size > checkpoint.size:
        raise InvalidInput(field, f"the newest checkpoint has {checkpoint.size} entries")


def _texts(path: tuple[bytes, ...]) -> list[str]:
    return [canonical_base64(node) for node in path]


def _key(house: House) -> str:
    return verification_key(house.settings.log_origin, house.keys.log.public_key())

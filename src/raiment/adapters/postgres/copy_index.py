"""
The index of one process over the pictures of contents and releases, kept in step with the database.

A picture's hashes never change, and no row is taken away; so to follow is to notice what is new. Each
row tells the transaction that wrote it (``arrived``). Of a snapshot's oldest running transaction,
``pg_snapshot_xmin``, PostgreSQL promises that all before it have ended: rows that arrived before it are
complete, whatever commits later. That is the horizon. An upload writes nothing more for it.

A search takes what the index names of the rows before its horizon, and every row from the horizon on,
asked in the caller's own transaction, so it is exact however far the index lags. Where nothing is loaded,
or the database was not heard of for ``STALE_SECONDS``, every row is compared.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any, Final

from psycopg import AsyncConnection
from sqlalchemy.engine import URL

from raiment.adapters.postgres.following import LOOK_SECONDS, Follower
from raiment.adapters.postgres.loading import Filling, add_block, load
from raiment.adapters.postgres.scan import SHOWN_ON_PAGES, pictures, read_block
from raiment.adapters.postgres.similar import NearRows
from raiment.matching.index import PdqIndex
from raiment.matching.signal import PDQ_RADIUS, Pdq

STALE_SECONDS: Final = 10.0
"""Lag costs time only. But a database that was put back meanwhile must not be taken for the same."""
_HORIZON: Final = "select pg_snapshot_xmin(pg_current_snapshot())::text"
_BETWEEN: Final = pictures("arrived >= %(since)s::text::xid8 and arrived < %(until)s::text::xid8")


class CopyIndex(Follower):
    """``similar.PictureIndex`` of this process. ``following`` keeps it in step."""

    _part = "copy_index"

    def __init__(self, url: str | URL) -> None:
        super().__init__(url)
        self._indexes = {table: PdqIndex() for table in SHOWN_ON_PAGES}
        self._horizon: int | None = None

    def near(self, table: str, hashes: Sequence[Pdq]) -> NearRows | None:
        """Return the rows of *table* near one of *hashes*; None where every row is to be compared."""
        # INVARIANT: the horizon is read before the search. What arrives in between lies beyond it.
        horizon = self.horizon
        if horizon is None:
            return None
        each = self._indexes[table].near_each(hashes, PDQ_RADIUS) if hashes else ()
        numbers = {one.number for neighbours in each for one in neighbours}
        return NearRows(sorted(numbers), horizon)

    @property
    def horizon(self) -> int | None:
        """Before which transaction everything is known; None where that is not recent."""
        return self._horizon if self._is_in_step(STALE_SECONDS) else None

    def __len__(self) -> int:
        return sum(map(len, self._indexes.values()))

    def _forget(self) -> None:
        # Let go at once: loading anew would otherwise hold all of it twice.
        self._indexes = {table: PdqIndex() for table in SHOWN_ON_PAGES}
        self._horizon = None

    async def _keep_in_step(self, connection: AsyncConnection[Any]) -> None:
        while True:
            if self._horizon is None:
                await self._load(connection)
            await self._catch_up(connection)
            self._merge_aside(*self._indexes.values())
            await asyncio.sleep(LOOK_SECONDS)

    async def _load(self, connection: AsyncConnection[Any]) -> None:
        """Load every row, as of one instant, into fresh indexes, and then put them in place."""
        indexes = {table: PdqIndex() for table in SHOWN_ON_PAGES}
        async with connection.transaction():
            horizon = await _horizon(connection)
            fillings = [
                Filling(table, SHOWN_ON_PAGES[table], index) for table, index in indexes.items()
            ]
            await load(fillings, connection, self._conninfo)
        self._indexes, self._horizon = indexes, horizon

    async def _catch_up(self, connection: AsyncConnection[Any]) -> None:
        """Take in the rows between our horizon and the one of now."""
        began, since = time.monotonic(), self._horizon
        async with connection.transaction():
            until = await _horizon(connection)
            if since is None or until < since:  # a database put back
                self._forget()
                return
            if until > since:
                bounds = {"since": str(since), "until": str(until)}
                for table, index in self._indexes.items():
                    block = await read_block(connection, _BETWEEN[table], bounds)
                    await add_block(index, block)
        self._horizon = until
        self._in_step(began)


async def _horizon(connection: AsyncConnection[Any]) -> int:
    row = await (await connection.execute(_HORIZON)).fetchone()
    assert row is not None
    return int(row[0])

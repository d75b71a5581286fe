"""
Filling indexes from the database: each hash read once, as of one instant, over two connections.

PostgreSQL takes over a microsecond to write out a hash, on one core for each connection; so a second one,
which sees the same snapshot, halves that. What is to be read is cut into pieces, and each reader takes the
next: where the second connection cannot be had, the first reads them all.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from itertools import pairwise
from typing import Any, Final

import psycopg
from psycopg import AsyncConnection, IsolationLevel
from psycopg.sql import SQL, Identifier, Literal

from raiment.adapters.postgres.scan import columns, read_block, span
from raiment.matching.index import PdqIndex

_BLOCK: Final = 65_536
"""Rows read together."""
_PIECES: Final = 32
"""Into so many equal ranges of numbers a table is cut."""
_TOGETHER: Final = 640_000_000
"""Bytes of hashes and numbers, 40 each, indexed together: each time but the first costs a merge of all."""
_SEE: Final = SQL("set transaction snapshot {}")
_JOIN_SECONDS: Final = 3.0
"""How long the second connection may take to be made."""


class Filling:
    """An index to fill with what a statement of ``scan`` reads from *table*."""

    def __init__(self, index: PdqIndex, table: str, statement: str) -> None:
        self._index, self._table, self._statement = index, table, statement
        self._held = bytearray()
        self._unread = 0

    async def pieces(self, connection: AsyncConnection[Any]) -> list[_Piece]:
        """Return what is to be read: ranges that together hold every number once."""
        newest = SQL("select coalesce(max(number), 0) from {}").format(Identifier(self._table))
        row = await (await connection.execute(newest)).fetchone()
        assert row is not None
        ends = sorted({row[0] * place // _PIECES for place in range(_PIECES + 1)})
        pieces = [(self, after, until) for after, until in pairwise(ends)]
        self._unread = len(pieces)
        return pieces

    async def read(self, connection: AsyncConnection[Any], after: int, until: int) -> None:
        """Read a piece block by block. Whoever reads the last one indexes all that was read."""
        last: int | None = after
        while last is not None:
            last, block = await read_block(
                connection, self._statement, span(last, _BLOCK, until=until)
            )
            self._held += block or b""
            if len(self._held) >= _TOGETHER:
                await self._add_held()
        self._unread -= 1
        if not self._unread:
            await self._add_held()
            await asyncio.to_thread(self._index.merge)

    async def _add_held(self) -> None:
        held, self._held = self._held, bytearray()
        await add_block(self._index, held)


_Piece = tuple[Filling, int, int]
"""What is filled, the number after which the piece begins, and its last."""


async def load(
    fillings: Sequence[Filling], connection: AsyncConnection[Any], conninfo: str
) -> None:
    """
    Fill every index, off the event loop; one is built while the next is read.

    *connection* is in a transaction of one snapshot; *conninfo* tells where a second one is to be had.
    """
    exported = await (await connection.execute("select pg_export_snapshot()")).fetchone()
    assert exported is not None
    pieces = iter([piece for one in fillings for piece in await one.pieces(connection)])
    try:
        async with asyncio.TaskGroup() as readers:
            readers.create_task(_read_along(conninfo, exported[0], pieces))
            await _read(connection, pieces)
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None


async def _read_along(conninfo: str, snapshot: str, pieces: Iterator[_Piece]) -> None:
    async with _second(conninfo, snapshot) as connection:
        if connection is not None:
            await _read(connection, pieces)


async def _read(connection: AsyncConnection[Any], pieces: Iterator[_Piece]) -> None:
    for filling, after, until in pieces:
        await filling.read(connection, after, until)


@asynccontextmanager
async def _second(conninfo: str, snapshot: str) -> AsyncIterator[AsyncConnection[Any] | None]:
    """Lend a connection that sees *snapshot*; None where there is none, as at the limit of connections."""
    async with AsyncExitStack() as stack:
        joined = None
        with suppress(psycopg.Error, TimeoutError):
            async with asyncio.timeout(_JOIN_SECONDS):
                made = await AsyncConnection.connect(conninfo)
                connection = await stack.enter_async_context(made)
                await connection.set_isolation_level(IsolationLevel.REPEATABLE_READ)
                await connection.execute(_SEE.format(Literal(snapshot)))
                joined = connection
        yield joined


async def add_block(index: PdqIndex, block: bytes | bytearray | None) -> None:
    """Add what a statement of ``scan`` read, off the event loop."""
    if block:
        await asyncio.to_thread(_add, index, block)


def _add(index: PdqIndex, block: bytes | bytearray) -> None:
    index.add_arrays(*columns(block))

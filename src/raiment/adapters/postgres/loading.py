"""
Filling indexes from the database: each hash read once, as of one instant, over two connections.

PostgreSQL takes most of a microsecond to write out a hash, on one core for each connection; so a second
one, which sees the same snapshot, halves that. A table is read as it lies, page after page: by the order
of an index each row would cost as much again. The pages are cut into pieces, and each reader takes the
next: where the second connection cannot be had, the first reads them all.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from itertools import pairwise
from typing import Any, Final

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg import AsyncConnection, IsolationLevel
from psycopg.sql import SQL, Literal

from raiment.adapters.postgres.scan import Block, pages, read_block
from raiment.matching.index import PdqIndex
from raiment.matching.signal import Pdq

_PAGES: Final = 512
"""Pages read together: some 17,000 banked hashes."""
_NO_PAGE: Final = 2**32 - 1
"""No table has so many pages."""
_TOGETHER: Final = 640_000_000
"""Bytes of hashes and numbers, 40 each, indexed together: each time but the first costs a merge of all."""
_SIZE: Final = "select pg_relation_size(%s::regclass) / current_setting('block_size')::bigint"
_SEE: Final = SQL("set transaction snapshot {}")
_JOIN_SECONDS: Final = 3.0
"""How long the second connection may take to be made."""


class Filling:
    """
    What a statement of ``scan`` reads from the pages of *table*, on its way into *index*.

    Hashes whose number is written negative go into *aside*.
    """

    def __init__(
        self, table: str, statement: str, index: PdqIndex, aside: PdqIndex | None = None
    ) -> None:
        self._table, self._statement = table, statement
        self._held = [_Held(one) for one in (index, aside) if one is not None]
        self._unread = 0

    async def pieces(self, connection: AsyncConnection[Any]) -> list[_Piece]:
        """Return what is to be read: ranges that together hold every page once."""
        row = await (await connection.execute(_SIZE, [self._table])).fetchone()
        assert row is not None
        # INVARIANT: the last piece has no end. Whatever becomes of the table before we lock it, by reading,
        # each page that it has by then lies in one piece.
        bounds = [*range(0, max(row[0], 1), _PAGES), _NO_PAGE]
        pieces = [(self, first, end) for first, end in pairwise(bounds)]
        self._unread = len(pieces)
        return pieces

    async def read(self, connection: AsyncConnection[Any], first: int, end: int) -> None:
        """Read a piece. Whoever reads the last one indexes all that was read."""
        block = await read_block(connection, self._statement, pages(first, end))
        self._unread -= 1
        for held, rows in zip(self._held, (block.numbers >= 0, block.numbers < 0), strict=False):
            held.take(np.abs(block.numbers[rows]), np.compress(rows, block.hashes, axis=0))
        for held in self._held:
            if held.size >= _TOGETHER or not self._unread:
                await held.give()
        if not self._unread:
            for held in self._held:
                await asyncio.to_thread(held.index.merge)


class _Held:
    """What was read for an index and waits to be added, as bytes: it is held once, and added in place."""

    def __init__(self, index: PdqIndex) -> None:
        self.index = index
        self._numbers, self._hashes = bytearray(), bytearray()

    @property
    def size(self) -> int:
        return len(self._numbers) + len(self._hashes)

    def take(self, numbers: NDArray[np.int64], hashes: NDArray[np.uint8]) -> None:
        self._numbers += numbers.data
        self._hashes += hashes.data

    async def give(self) -> None:
        """Add what is held, off the event loop; meanwhile more may be taken."""
        numbers, self._numbers = self._numbers, bytearray()
        hashes, self._hashes = self._hashes, bytearray()
        await asyncio.to_thread(
            self.index.add_arrays,
            np.frombuffer(numbers, np.uint64),
            np.frombuffer(hashes, np.uint8).reshape(-1, Pdq.SIZE),
        )


_Piece = tuple[Filling, int, int]
"""What is filled, the page with which the piece begins, and the one before which it ends."""


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
    for filling, first, end in pieces:
        await filling.read(connection, first, end)


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


async def add_block(index: PdqIndex, block: Block) -> None:
    """Add what a statement of ``scan`` read, off the event loop."""
    await asyncio.to_thread(index.add_arrays, block.numbers.astype(np.uint64), block.hashes)

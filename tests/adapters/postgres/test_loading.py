"""Loading an index over two connections: all of one instant, each hash once, and none left open."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from unittest.mock import patch

import psycopg
import pytest
from psycopg import AsyncConnection, IsolationLevel
from psycopg.sql import SQL, Identifier
from sqlalchemy import text
from sqlalchemy.engine import make_url

from raiment.adapters.postgres import loading, scan
from raiment.adapters.postgres.database import Database, open_database
from raiment.adapters.postgres.loading import Filling, load
from raiment.adapters.postgres.scan import BANKED_ON_PAGES, Block
from raiment.matching.bank import BankKind
from raiment.matching.bank_entry import NewEntry
from raiment.matching.index import PdqIndex
from raiment.matching.signal import Pdq

WAIT_SECONDS = 60
"""Only so that a test ends; no test asks how long anything took."""
NOWHERE = "host=127.0.0.1 port=1"
"""Where no second connection is to be had."""


class Onlooker:
    """Stands where blocks are read: lets no reader go on before two are there."""

    def __init__(self) -> None:
        self.readers: set[int] = set()
        self._both = asyncio.Event()

    async def read_block(
        self, driver: AsyncConnection[Any], statement: str, parameters: Mapping[str, object]
    ) -> Block:
        """Read a block, once both readers are about to."""
        self.readers.add(driver.info.backend_pid)
        if len(self.readers) == 2 and not self._both.is_set():
            await self.when_both()
            self._both.set()
        async with asyncio.timeout(WAIT_SECONDS):
            await self._both.wait()
        return await scan.read_block(driver, statement, parameters)

    async def when_both(self) -> None:
        """Do something before anything is read."""


def hashes(count: int) -> list[Pdq]:
    """Return the same hashes in every run."""
    source = random.Random(4)  # noqa: S311 - nothing here is secret
    return [Pdq(source.randbytes(32)) for _ in range(count)]


async def bank(database: Database, name: str, banked: list[Pdq], first: int) -> list[str]:
    """Bank hashes, numbered from *first* on; return the ids of bank and entries."""
    async with database.begin() as tx:
        # Waits for no reader's lock, as altering the column would.
        number = "select setval(pg_get_serial_sequence('bank_entries', 'number'), :first, false)"
        await tx.connection.execute(text(number), {"first": first})
        row, _ = await tx.bank_keeping.create(name, BankKind.OUTSIDE, 31)
        at = (await tx.connection.execute(text("select now()"))).scalar_one()
        new = [NewEntry("pdq", pdq.hex) for pdq in banked]
        made = await tx.bank_keeping.add(await tx.bank_keeping.bank(row.id), new, "a list", at)
    return [row.id, *(one.id for one in made)]


async def withdraw(database: Database, bank_id: str, entries: list[str]) -> None:
    """Withdraw entries."""
    async with database.begin() as tx:
        at = (await tx.connection.execute(text("select now()"))).scalar_one()
        for entry in entries:
            await tx.bank_keeping.withdraw(bank_id, entry, at)


@asynccontextmanager
async def one_snapshot(conninfo: str) -> AsyncIterator[AsyncConnection[Any]]:
    """Lend a connection in a transaction of one snapshot, as a follower's is."""
    async with await AsyncConnection.connect(conninfo, autocommit=True) as connection:
        await connection.set_isolation_level(IsolationLevel.REPEATABLE_READ)
        async with connection.transaction():
            yield connection


async def filled(connection: AsyncConnection[Any], conninfo: str) -> PdqIndex:
    """Load every banked hash."""
    index = PdqIndex()
    await load([Filling("bank_entries", BANKED_ON_PAGES, index)], connection, conninfo)
    return index


def libpq(url: str) -> str:
    """Return the address as a driver takes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def held(index: PdqIndex, asked: list[Pdq]) -> list[tuple[int, ...]]:
    """Return the numbers under which the index holds each hash."""
    return [tuple(one.number for one in found) for found in index.near_each(asked, 0)]


async def test_two_readers_hold_what_one_does_whatever_is_written_meanwhile(
    database_url: str,
) -> None:
    """Both see the instant of the load, though entries come and go before either has read a row."""
    known = hashes(60)
    database = open_database(database_url)
    low = await bank(database, "low", known[:20], 1)
    high = await bank(database, "high", known[20:40], 1001)

    class Meddler(Onlooker):
        async def when_both(self) -> None:
            for bank_id, *entries in (low, high):
                await withdraw(database, bank_id, entries[::2])
            await bank(database, "between", known[40:], 501)

    onlooker, conninfo = Meddler(), libpq(database_url)
    async with one_snapshot(conninfo) as connection:
        with (
            patch.object(loading, "read_block", onlooker.read_block),
            patch.object(loading, "_PAGES", 1),
            patch.object(loading, "_TOGETHER", 200),
        ):
            by_two = await filled(connection, conninfo)
        by_one = await filled(connection, NOWHERE)
    await database.close()

    assert len(onlooker.readers) == 2
    assert len(by_two) == len(by_one) == 40
    assert held(by_two, known) == held(by_one, known)
    assert all(held(by_two, known[:40]))
    assert by_two.unmerged == 0


async def test_crops_are_set_aside(embedded_url: str) -> None:
    """Of a table that is read once each hash goes where it belongs, under its own number."""
    database = open_database(embedded_url)
    [_, *entries] = await bank(database, "B", hashes(40), 7)
    crops = "update bank_entries set signal_type = 'pdq_crop', crop_of = :of where number % 2 = 0"
    async with database.begin() as tx:
        await tx.connection.execute(text(crops), {"of": entries[0]})
    await database.close()
    whole, aside, conninfo = PdqIndex(), PdqIndex(), libpq(embedded_url)
    async with one_snapshot(conninfo) as connection:
        await load([Filling("bank_entries", BANKED_ON_PAGES, whole, aside)], connection, conninfo)

    assert held(whole, hashes(40)) == [(n,) if n % 2 else () for n in range(7, 47)]
    assert held(aside, hashes(40)) == [() if n % 2 else (n,) for n in range(7, 47)]


async def test_where_a_second_connection_is_refused_one_loads(embedded_url: str) -> None:
    """At the limit of connections an index is loaded no less."""
    database = open_database(embedded_url)
    await bank(database, "B", hashes(40), 1)
    await database.close()
    conninfo = libpq(embedded_url)
    async with one_snapshot(conninfo) as connection:
        name = SQL("alter database {} connection limit 1").format(
            Identifier(connection.info.dbname)
        )
        await connection.execute(name)

    async with asyncio.timeout(WAIT_SECONDS), one_when_free(conninfo) as connection:
        with pytest.raises(psycopg.OperationalError, match="too many connections"):
            await AsyncConnection.connect(conninfo)
        assert len(await filled(connection, conninfo)) == 40


@asynccontextmanager
async def one_when_free(conninfo: str) -> AsyncIterator[AsyncConnection[Any]]:
    """Lend what ``one_snapshot`` does, when those who are leaving have left."""
    async with AsyncExitStack() as stack:
        while True:
            try:
                connection = await stack.enter_async_context(one_snapshot(conninfo))
                break
            except psycopg.OperationalError:
                await asyncio.sleep(0.02)
        yield connection


async def test_a_load_that_fails_or_is_broken_off_leaves_no_connection(embedded_url: str) -> None:
    """The second connection ends with the load; the error is the one that the reader met."""
    database = open_database(embedded_url)
    await bank(database, "B", hashes(40), 1)
    await database.close()

    class Failing(Onlooker):
        async def when_both(self) -> None:
            raise psycopg.OperationalError("lost")

    class Waiting(Onlooker):
        async def when_both(self) -> None:
            began.set()
            await asyncio.Event().wait()

    began, conninfo = asyncio.Event(), libpq(embedded_url)
    async with one_snapshot(conninfo) as connection:
        with (
            patch.object(loading, "read_block", Failing().read_block),
            patch.object(loading, "_PAGES", 1),
            pytest.raises(psycopg.OperationalError, match="lost"),
        ):
            await filled(connection, conninfo)
        await alone(connection)
        with (
            patch.object(loading, "read_block", Waiting().read_block),
            patch.object(loading, "_PAGES", 1),
        ):
            task = asyncio.create_task(filled(connection, conninfo))
            async with asyncio.timeout(WAIT_SECONDS):
                await began.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        await alone(connection)


async def alone(connection: AsyncConnection[Any]) -> None:
    """Wait until the database has no other client."""
    others = (
        "select count(*) from pg_stat_activity where datname = current_database()"
        " and backend_type = 'client backend' and pid <> pg_backend_pid()"
    )
    async with asyncio.timeout(WAIT_SECONDS):
        while True:
            await connection.execute("select pg_stat_clear_snapshot()")
            row = await (await connection.execute(others)).fetchone()
            if row == (0,):
                return
            await asyncio.sleep(0.02)

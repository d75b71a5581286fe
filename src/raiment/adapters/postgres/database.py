"""The database: one pool, and the two ways in, ``begin`` (a state change) and ``read``."""

from __future__ import annotations

import select
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from raiment.adapters.postgres.bank_lookup import BankIndex
from raiment.adapters.postgres.driver import GONE
from raiment.adapters.postgres.jobs import Jobs
from raiment.adapters.postgres.migrate import driver_url
from raiment.adapters.postgres.similar import PictureIndex
from raiment.adapters.postgres.transaction import Transaction
from raiment.errors import Unavailable

_POOL = 8
_OVERFLOW = 8
_POOL_WAIT_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Database:
    """A pool of connections to one PostgreSQL database."""

    engine: AsyncEngine
    jobs: Jobs
    index: BankIndex | None = None
    """Of the banks, where this process keeps one."""
    pictures: PictureIndex | None = None
    """Of contents and releases, likewise."""

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Transaction]:
        """
        One state change: everything written inside, its log entries and its jobs, or nothing.

        Raise Unavailable where the database cannot be reached. Then nothing was stored, unless what was
        lost is the answer to the commit: whoever tries again finds all of it.
        """
        async with self._connection() as connection, connection.begin():
            transaction = Transaction(connection, self.jobs, self.index, self.pictures)
            yield transaction
            await transaction.seal()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        """Look without changing: the same ports, in a read-only transaction."""
        async with self._connection(postgresql_readonly=True) as connection, connection.begin():
            yield Transaction(connection, self.jobs, self.index, self.pictures)

    @asynccontextmanager
    async def glance(self) -> AsyncIterator[Transaction]:
        """Ask one question: each statement by itself, with no transaction around it."""
        async with self._connection(isolation_level="AUTOCOMMIT") as connection:
            yield Transaction(connection, self.jobs, self.index, self.pictures)

    @asynccontextmanager
    async def _connection(self, **options: object) -> AsyncIterator[AsyncConnection]:
        try:
            async with self.engine.connect() as connection:
                if options:
                    await connection.execution_options(**options)
                yield connection
        except (OperationalError, InterfaceError, TimeoutError, *GONE) as error:
            raise Unavailable("database", "no answer") from error

    async def close(self) -> None:
        """Give every connection back."""
        await self.engine.dispose()


def open_database(url: str | URL) -> Database:
    """Return the database at *url*; connections are made when first needed."""
    engine = create_async_engine(
        driver_url(url),
        pool_size=_POOL,
        max_overflow=_OVERFLOW,
        pool_timeout=_POOL_WAIT_SECONDS,
        # Else the rowcount of an INSERT is -1, and "on conflict do nothing" would look like a success.
        execution_options={"preserve_rowcount": True},
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _utc(connection: object, _record: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]  # DBAPI connection
        cursor.execute("set time zone 'UTC'")
        cursor.close()
        connection.commit()  # type: ignore[attr-defined]  # DBAPI connection

    @event.listens_for(engine.sync_engine, "checkout")
    def _alive(connection: object, _record: object, _proxy: object) -> None:
        # An idle connection that has something to read has been closed by the server. Asking the
        # socket costs microseconds, where asking the server would cost each transaction a round trip.
        socket = connection.driver_connection.fileno()  # type: ignore[attr-defined]  # DBAPI connection
        poll = select.poll()
        poll.register(socket, select.POLLIN)
        if poll.poll(0):
            raise DisconnectionError

    return Database(engine, Jobs(driver_url(url)))

"""The database: one pool, and the two ways in, ``begin`` (a state change) and ``read``."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import event, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from raiment.adapters.postgres.jobs import Jobs
from raiment.adapters.postgres.migrate import driver_url
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

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Transaction]:
        """
        One state change: everything written inside, its log entries and its jobs, or nothing.

        Raise Unavailable where the database cannot be reached; then nothing was stored.
        """
        async with self._connection() as connection, connection.begin():
            transaction = Transaction(connection, self.jobs)
            yield transaction
            await transaction.seal()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        """Look without changing: the same ports, in a read-only transaction."""
        async with self._connection() as connection, connection.begin():
            await connection.execute(text("set transaction read only"))
            yield Transaction(connection, self.jobs)

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[AsyncConnection]:
        try:
            async with self.engine.connect() as connection:
                yield connection
        except (OperationalError, InterfaceError, TimeoutError) as error:
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
        pool_pre_ping=True,
        # Else the rowcount of an INSERT is -1, and "on conflict do nothing" would look like a success.
        execution_options={"preserve_rowcount": True},
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _utc(connection: object, _record: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]  # DBAPI connection
        cursor.execute("set time zone 'UTC'")
        cursor.close()
        connection.commit()  # type: ignore[attr-defined]  # DBAPI connection

    return Database(engine, Jobs(driver_url(url)))

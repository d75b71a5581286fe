"""Bring a database to this version's schema. Safe to call from several processes at once."""

from __future__ import annotations

import asyncio
from functools import cache

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.pool import NullPool

from raiment.errors import Unavailable

_MIGRATION_LOCK = 0x7261696D656E7401  # "raiment" + 1; any fixed number serves


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", "raiment:adapters/postgres/migrations")
    config.attributes["connection"] = connection
    return config


def driver_url(url: str | URL) -> URL:
    """Return *url* with the psycopg 3 driver named, as SQLAlchemy wants it."""
    return make_url(url).set(drivername="postgresql+psycopg")


async def upgrade(url: str | URL) -> None:
    """
    Run every migration that *url*'s database lacks, each whole or not at all.

    Raise Unavailable where the database cannot be reached, or does not let us in.
    """
    try:
        await asyncio.to_thread(_upgrade, driver_url(url))
    except (OperationalError, InterfaceError) as error:
        raise Unavailable("database", "no answer") from error


def _upgrade(url: URL) -> None:
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        # Held to the commit: the second of two servers starting at once waits, then finds nothing to do.
        connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
        command.upgrade(_config(connection), "head")
    engine.dispose()


@cache
def newest_revision() -> str | None:
    """Return the revision this version of Raiment works with."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def revision(connection: Connection) -> str | None:
    """Return the schema revision the database is at, None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()

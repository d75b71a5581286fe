"""What the code believes of the tables is what the migrations make."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

import psycopg
from sqlalchemy import create_engine

from raiment.adapters.postgres.migrate import driver_url
from raiment.adapters.postgres.tables import metadata


class Server(Protocol):
    """What this test uses of the suite's servers."""

    def database(self, *, migrated: bool = True) -> AbstractContextManager[str]:
        """Lend the URL of a new database."""


_COLUMNS = """
    select table_name, column_name, udt_name, is_nullable, column_default, identity_generation
    from information_schema.columns where table_schema = 'public'
"""
_CONSTRAINTS = """
    select conrelid::regclass::text, conname, pg_get_constraintdef(oid)
    from pg_constraint where connamespace = 'public'::regnamespace
"""
_INDEXES = "select tablename, indexname, indexdef from pg_indexes where schemaname = 'public'"


def test_the_migrations_make_the_tables_that_the_code_describes(embedded_server: Server) -> None:
    """Columns, types, defaults, constraints and indexes are the same both ways."""
    with (
        embedded_server.database() as migrated,
        embedded_server.database(migrated=False) as described,
    ):
        engine = create_engine(driver_url(described))
        metadata.create_all(engine)
        engine.dispose()
        for query in (_COLUMNS, _CONSTRAINTS, _INDEXES):
            assert _rows(described, query) == _rows(migrated, query)


def _rows(url: str, query: str) -> set[tuple[object, ...]]:
    """Return what *query*, whose first column is the table, says of Raiment's own tables."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(query).fetchall()
    return {row for row in rows if str(row[0]).strip('"') in metadata.tables}

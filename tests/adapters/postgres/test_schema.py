"""What the code believes of the tables is what the migrations make."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

import psycopg
from alembic import command
from alembic.config import Config
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


def test_digests_that_nothing_can_be_compared_with_any_more_are_set_aside(
    embedded_server: Server,
) -> None:
    """SHA-256 of pixels goes; what else a picture is found by stays, and the content of which it was all."""
    with embedded_server.database(migrated=False) as url:
        _migrate(url, "0006")
        with psycopg.connect(url) as connection:
            for statement in _BEFORE_BLAKE3:
                connection.execute(statement)
        _migrate(url, "head")
        with psycopg.connect(url) as connection:
            contents = connection.execute(
                "select id, bytes_sha256, pixels_sha256, pixels_blake3 from contents order by id"
            ).fetchall()
            entries = connection.execute("select id, signal_type from bank_entries").fetchall()
            sightings = connection.execute("select picture from bank_sightings").fetchall()
    assert contents == [("seen", b"b", None, None), ("told", None, b"p", None)]
    assert entries == [("bytes", "bytes_sha256")]
    assert sightings == []


_CONTENT = """
    insert into contents (id, platform_id, state, verdict, matches, registered_at, bytes_sha256,
        pixels_sha256, pdq_views, quality)
    values ('{0}', '{0}', 'visible', 'allow', '[]', now(), {1}, 'p', '', 0)
"""
_ENTRY = """
    insert into bank_entries (id, bank_id, signal_type, value, state, source, added_at)
    values ('{}', 'bank', '{}', '00', 'active', 'a list', now())
"""
_BEFORE_BLAKE3 = (
    _CONTENT.format("seen", "'b'"),
    _CONTENT.format("told", "null"),
    "insert into hash_banks (id, name, kind, radius) values ('bank', 'LIST', 'outside', 31)",
    _ENTRY.format("bytes", "bytes_sha256"),
    _ENTRY.format("pixels", "pixels_sha256"),
    "insert into bank_sightings (entry_id, pixels_sha256, at) values ('bytes', 'p', now())",
)


def _migrate(url: str, revision: str) -> None:
    """Bring the database at *url* to *revision*."""
    config = Config()
    config.set_main_option("script_location", "raiment:adapters/postgres/migrations")
    engine = create_engine(driver_url(url))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


def _rows(url: str, query: str) -> set[tuple[object, ...]]:
    """Return what *query*, whose first column is the table, says of Raiment's own tables."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(query).fetchall()
    return {row for row in rows if str(row[0]).strip('"') in metadata.tables}

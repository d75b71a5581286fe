"""One file holds the installation; what comes back is what was written, or nothing."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import psycopg
import pytest
from tests.adapters.postgres.broken_backups import DAMAGES, SECRET

from raiment import __version__
from raiment.adapters.postgres import backup
from raiment.adapters.postgres.backup import read_manifest, restore_backup, write_backup
from raiment.adapters.postgres.programs import Programs
from raiment.errors import ConfigurationError, Conflict, InvalidInput, Unavailable

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class Server(Protocol):
    """What these tests use of the suite's servers."""

    admin_url: str

    def database(self, *, migrated: bool = True) -> AbstractContextManager[str]:
        """Lend the URL of a new database."""


@pytest.fixture
def blank_url(any_server: Server) -> Iterator[str]:
    """A database without anything in it, on each kind of server in turn."""
    with any_server.database(migrated=False) as url:
        yield url


@pytest.fixture
def secret_file(tmp_path: Path) -> Path:
    """The secret of the installation that is backed up."""
    file = tmp_path / "old" / "secret.key"
    file.parent.mkdir()
    file.write_bytes(SECRET)
    return file


@pytest.fixture(scope="module")
def written_once(embedded_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of an installation with two accounts."""
    folder = tmp_path_factory.mktemp("written")
    (folder / "secret.key").write_bytes(SECRET)
    with embedded_server.database() as url:
        _add_account(url, "acc_1")
        _add_account(url, "acc_2")
        write_backup(url, folder / "file", secret_file=folder / "secret.key", at=NOW)
    return folder / "file"


@pytest.fixture
def written(written_once: Path, tmp_path: Path) -> Path:
    """The backup of two accounts, the test's own."""
    return Path(shutil.copy(written_once, tmp_path / "raiment.backup"))


@pytest.fixture(scope="module")
def untouched_url(embedded_server: Server) -> Iterator[str]:
    """An empty database into which nothing comes."""
    with embedded_server.database(migrated=False) as url:
        yield url


@pytest.fixture
def new_secret_file(tmp_path: Path) -> Path:
    """Where a restored installation keeps its secret."""
    (tmp_path / "new").mkdir()
    return tmp_path / "new" / "secret.key"


def test_what_was_written_comes_back_on_either_kind_of_server(
    database_url: str, any_server: Server, secret_file: Path, new_secret_file: Path, tmp_path: Path
) -> None:
    """Rows, sequences, functions and the schema revision survive, and the secret with them."""
    _add_account(database_url, "acc_1")
    _add_job(database_url)
    file = tmp_path / "raiment.backup"
    said = write_backup(database_url, file, secret_file=secret_file, at=NOW)

    with any_server.database(migrated=False) as url:
        assert restore_backup(url, file, secret_file=new_secret_file) == said
        assert _accounts(url) == ["acc_1"]
        assert _schema(url) == _schema(database_url)
        assert _value(url, "select version_num from alembic_version") == said.schema
        assert _add_job(url) == 2

    assert new_secret_file.read_bytes() == SECRET
    assert stat.S_IMODE(new_secret_file.stat().st_mode) == 0o600


def test_what_is_restored_arrived_before_everything_else(
    any_server: Server, tmp_path: Path
) -> None:
    """Numbers of the old server's transactions mean nothing on the new one, whose own go on."""
    file = tmp_path / "raiment.backup"
    with any_server.database() as old:
        _add_content(old, "cnt_old")
        write_backup(old, file, secret_file=None, at=NOW)

    with any_server.database(migrated=False) as url:
        restore_backup(url, file, secret_file=None)
        _add_content(url, "cnt_new")
        with psycopg.connect(url) as connection:
            rows = connection.execute(
                "select id, number, arrived = '0', parts from contents order by number"
            )
            assert rows.fetchall() == [("cnt_old", 1, True, b""), ("cnt_new", 2, False, b"")]


def test_a_trial_moves_to_the_operators_server(
    written: Path, ordinary_server: Server, embedded_server: Server
) -> None:
    """A backup of the embedded server restores on an older ordinary one, and the way back works."""
    with ordinary_server.database(migrated=False) as ordinary:
        restore_backup(ordinary, written, secret_file=None)
        assert _accounts(ordinary) == ["acc_1", "acc_2"]
        back = written.with_name("back")
        write_backup(ordinary, back, secret_file=None, at=NOW)
        with embedded_server.database(migrated=False) as embedded:
            restore_backup(embedded, back, secret_file=None)
            assert _accounts(embedded) == ["acc_1", "acc_2"]


def test_the_file_is_private_and_says_what_it_is(written: Path) -> None:
    """Mode 0600; version, schema revision, time and digests can be read from it."""
    manifest = read_manifest(written)

    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    assert manifest.raiment == __version__
    assert manifest.schema is not None
    assert manifest.written_at == NOW
    assert set(manifest.parts) == {"database.dump", "secret.key"}


def test_an_older_backup_is_never_overwritten(written: Path, embedded_url: str) -> None:
    """The second backup under one name is refused, and the first stays as it was."""
    before = written.read_bytes()

    with pytest.raises(Conflict):
        write_backup(embedded_url, written, secret_file=None, at=NOW)

    assert written.read_bytes() == before


def test_a_database_that_holds_something_is_left_alone(written: Path, database_url: str) -> None:
    """Without *replace* nothing of an installation in use is touched."""
    _add_account(database_url, "acc_other")

    with pytest.raises(Conflict, match="not empty"):
        restore_backup(database_url, written, secret_file=None)

    assert _accounts(database_url) == ["acc_other"]


def test_replace_leaves_nothing_of_what_was_there(written: Path, database_url: str) -> None:
    """With *replace* the database is what the backup holds, tables unknown to it included."""
    _add_account(database_url, "acc_other")
    _execute(database_url, "create table left_over ()")

    restore_backup(database_url, written, secret_file=None, replace=True)

    assert _accounts(database_url) == ["acc_1", "acc_2"]
    assert _value(database_url, "select to_regclass('left_over')") is None


def test_replace_can_be_repeated_and_backed_up_again(written: Path, database_url: str) -> None:
    """A restored database is an ordinary one: it restores again, and writes backups."""
    restore_backup(database_url, written, secret_file=None, replace=True)
    restore_backup(database_url, written, secret_file=None, replace=True)
    again = written.with_name("again")

    write_backup(database_url, again, secret_file=None, at=NOW)

    assert read_manifest(again).schema == read_manifest(written).schema


def test_another_secret_is_not_overwritten(
    written: Path, blank_url: str, new_secret_file: Path
) -> None:
    """A data folder with its own secret is refused before anything is restored."""
    new_secret_file.write_bytes(b"another")

    with pytest.raises(Conflict, match="secret"):
        restore_backup(blank_url, written, secret_file=new_secret_file)

    assert new_secret_file.read_bytes() == b"another"
    assert _value(blank_url, "select to_regclass('accounts')") is None


def test_a_running_raiment_is_not_pulled_from_under(written: Path, database_url: str) -> None:
    """While somebody is connected, even *replace* is refused."""
    with psycopg.connect(database_url), pytest.raises(Conflict, match="in use"):
        restore_backup(database_url, written, secret_file=None, replace=True)


@pytest.mark.parametrize("replace", [False, True])
def test_a_restore_that_fails_at_its_last_step_changes_nothing(
    embedded_url: str,
    any_server: Server,
    secret_file: Path,
    new_secret_file: Path,
    *,
    replace: bool,
) -> None:
    """All rows are in when the server refuses an index; what was there stays, data and secret."""
    _execute(
        embedded_url,
        "create table zz (v int)",
        "insert into zz values (1)",
        # Works in this session only, so pg_dump's script cannot make the index.
        "set raiment.seen = 1",
        """create function seen(int) returns int immutable language sql
           as $$select $1 + current_setting('raiment.seen')::int$$""",
        "create index on zz (seen(v))",
    )
    file = secret_file.parent / "file"
    write_backup(embedded_url, file, secret_file=secret_file, at=NOW)

    with any_server.database(migrated=replace) as url:
        before = _schema(url)
        with pytest.raises(Unavailable, match="42704"):
            restore_backup(url, file, secret_file=new_secret_file, replace=replace)
        assert _schema(url) == before

    assert not list(new_secret_file.parent.iterdir())


def test_a_dump_that_breaks_off_is_rolled_back(
    written: Path, embedded_server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where pg_restore dies after its first table, that table is not committed."""
    programs = backup.wheel_programs()
    (tmp_path / "pg_restore").write_text(
        f'#!/bin/sh\n{programs["pg_restore"]} "$@" | sed "/^);/q"\nexit 1\n'
    )
    (tmp_path / "pg_restore").chmod(0o700)
    (tmp_path / "psql").symlink_to(programs["psql"])
    monkeypatch.setattr(backup, "wheel_programs", lambda: Programs(tmp_path))

    with embedded_server.database(migrated=False) as url:
        with pytest.raises(Unavailable, match="pg_restore"):
            restore_backup(url, written, secret_file=None)
        assert _schema(url) == []


def test_a_dump_that_fails_leaves_no_file(
    embedded_server: Server, embedded_url: str, tmp_path: Path
) -> None:
    """A table that may not be read: no half backup lies about under any name."""
    name = embedded_url.partition("?")[0].rpartition("/")[2]
    admin = embedded_server.admin_url.replace("/postgres?", f"/{name}?")
    _execute(admin, "create table forbidden ()")

    with pytest.raises(Unavailable, match="permission denied"):
        write_backup(embedded_url, tmp_path / "file", secret_file=None, at=NOW)

    assert not list(tmp_path.iterdir())


def test_a_newer_server_is_refused_by_name(
    embedded_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that our pg_dump does not know is refused before anything is written."""
    monkeypatch.setattr(backup, "MAJOR", 17)

    with pytest.raises(ConfigurationError, match="DATABASE_URL"):
        write_backup(embedded_url, tmp_path / "file", secret_file=None, at=NOW)

    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("postgresql://raiment@127.0.0.1:1/raiment", Unavailable),
        ("postgresql://raiment@/raiment?nonsense=1", ConfigurationError),
    ],
)
def test_a_database_that_is_not_there_is_said(
    url: str, error: type[Exception], tmp_path: Path
) -> None:
    """An address without a server, and one that is no address."""
    with pytest.raises(error):
        write_backup(url, tmp_path / "file", secret_file=None, at=NOW)


def test_a_secret_that_is_not_there_is_said(embedded_url: str, tmp_path: Path) -> None:
    """A backup without the secret it should hold is worth little, so none is written."""
    with pytest.raises(ConfigurationError, match="RAIMENT_DATA_DIR"):
        write_backup(embedded_url, tmp_path / "file", secret_file=tmp_path / "none", at=NOW)

    assert not list(tmp_path.iterdir())


def test_a_missing_folder_is_said(embedded_url: str, tmp_path: Path) -> None:
    """The operator mistyped where the backup shall go."""
    with pytest.raises(InvalidInput, match="no folder"):
        write_backup(embedded_url, tmp_path / "none" / "file", secret_file=None, at=NOW)


def test_the_password_stays_out_of_the_process_list() -> None:
    """Every user of a machine can read the arguments of programs."""
    url = "postgresql://raiment:opensesame@127.0.0.1:1/raiment"
    with backup._client(url, "psql", "-X") as program:
        program.communicate()

    assert "opensesame" not in " ".join(map(str, program.args))
    assert "user=raiment" in " ".join(map(str, program.args))


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_file_that_is_not_what_was_written_is_refused(
    damage: Callable[[Path], None],
    written: Path,
    untouched_url: str,
    new_secret_file: Path,
) -> None:
    """Damaged, altered, hostile or foreign: named as such, and nothing is touched."""
    damage(written)

    with pytest.raises(InvalidInput, match="file"):
        restore_backup(untouched_url, written, secret_file=new_secret_file)

    assert _schema(untouched_url) == []
    assert not list(new_secret_file.parent.iterdir())


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    """No traceback for a mistyped name."""
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_manifest(tmp_path / "none")


def _execute(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def _add_content(url: str, content_id: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(
            """
            insert into contents (id, platform_id, state, verdict, matches, bytes_sha256, pixels_blake3,
                pdq, pdq_views, quality, mime, width, height, registered_at)
            values (%s, %s, 'visible', 'allow', '[]', '', '', repeat('01', 128)::bit(256), '', 90,
                'image/png', 8, 8, now())
            """,
            (content_id, content_id),
        )


def _value(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
        assert row is not None
        return row[0]


def _add_account(url: str, identity: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "insert into accounts (id, name, role, created_at) values (%s, %s, 'admin', %s)",
            (identity, f"name of {identity}", NOW),
        )


def _accounts(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute("select id from accounts order by id")]


def _add_job(url: str) -> int:
    """Add a job as the sequence and the triggers of the job queue have it; return its number."""
    with psycopg.connect(url, autocommit=True) as connection:
        query = (
            "insert into procrastinate_jobs (queue_name, task_name) values ('q', 't') returning id"
        )
        row = connection.execute(query).fetchone()
        assert row is not None
        return int(row[0])


def _schema(url: str) -> list[tuple[str, str]]:
    """Every relation and function of the schema, by kind and name."""
    query = """
        select relkind::text, relname::text from pg_class
        where relnamespace = 'public'::regnamespace
        union all
        select 'function', oid::regprocedure::text from pg_proc
        where pronamespace = 'public'::regnamespace
        order by 1, 2
    """
    with psycopg.connect(url) as connection:
        return [(kind, name) for kind, name in connection.execute(query)]

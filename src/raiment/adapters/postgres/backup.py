"""
Backup and restore of an installation: its database and its secret, in one file.

The programs of the embedded PostgreSQL do it, for the embedded database and for an operator's
alike. Only the schema ``public``, which is Raiment's, is read and written; roles and permissions
are the server's own matter.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from threading import Thread
from typing import IO

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from raiment import __version__
from raiment.adapters.postgres.archive import (
    DUMP,
    SECRET,
    Archive,
    Manifest,
    Part,
    add_manifest,
    add_part,
    chunks_of,
    new_archive,
    open_archive,
    sync_folder,
)
from raiment.adapters.postgres.programs import MAJOR, wheel_programs
from raiment.errors import ConfigurationError, Conflict, Unavailable

_VARIABLE = "DATABASE_URL"
_LOCK_WAIT = "60s"
_PREAMBLE_LINES = 40
# pg_restore 17 and later write this for every server; those before 17 do not know it.
_TOO_NEW = b"SET transaction_timeout = 0;\n"

_EMPTY = """
select not exists (select from pg_class where relnamespace = to_regnamespace('public'))
   and not exists (select from pg_proc where pronamespace = to_regnamespace('public'))
   and not exists (select from pg_type where typnamespace = to_regnamespace('public'))
"""
_OTHER_SESSIONS = """
select count(*) from pg_stat_activity
where datname = current_database() and usename = current_user
  and pid <> pg_backend_pid() and backend_type = 'client backend'
"""
_ARRIVED_BEFORE = b"""
DO $$
DECLARE
    pictures name;
BEGIN
    FOR pictures IN SELECT table_name FROM information_schema.columns
        WHERE table_schema = 'public' AND column_name = 'arrived'
    LOOP
        EXECUTE format(
            'ALTER TABLE public.%I ALTER COLUMN arrived TYPE xid8 USING ''0''::xid8', pictures);
    END LOOP;
END
$$;
"""
"""
Numbers of the old server's transactions may lie in the future of the new one. Changing the type writes
each table anew; an update would leave as much dead space behind.
"""
_WIPE = b"""
DROP SCHEMA public CASCADE;
CREATE SCHEMA public AUTHORIZATION pg_database_owner;
GRANT USAGE ON SCHEMA public TO PUBLIC;
"""


def write_backup(url: str, file: Path, *, secret_file: Path | None, at: datetime) -> Manifest:
    """
    Write the database at *url*, as it is at one instant, and the secret to *file*.

    Raiment may go on running. *secret_file* None leaves the secret out (RAIMENT_SECRET holds it
    then). The file holds personal data and the secret; its mode is 0600. Raise Conflict where it
    exists, ConfigurationError where the server is newer than our ``pg_dump`` or the secret cannot
    be read, Unavailable where the server cannot be reached or the file not be written.
    """
    with _connect(url) as connection:
        schema = _schema(connection)
    with new_archive(file) as archive:
        parts: dict[str, Part] = {}
        if secret_file is not None:
            parts[SECRET] = add_part(archive, SECRET, [_read_secret(secret_file)])
        with closing(_dump(url)) as dump:
            parts[DUMP] = add_part(archive, DUMP, dump)
        return add_manifest(archive, version=__version__, schema=schema, at=at, parts=parts)


def restore_backup(
    url: str, file: Path, *, secret_file: Path | None, replace: bool = False
) -> Manifest:
    """
    Fill the database at *url* from *file*, wholly or not at all; put the secret at *secret_file*.

    Raise Conflict where Raiment runs on the database, and, unless *replace*, where the database
    holds something or *secret_file* another secret; InvalidInput where *file* is not an undamaged
    backup; Unavailable where the server refuses. The schema may be older than this Raiment: migrate
    afterwards. The secret is put in place last; should the machine fail in between, run the same
    again with *replace*.
    """
    with open_archive(file) as archive:
        with _connect(url) as connection:
            _check_target(connection, replace=replace)
        secret = archive.secret() if secret_file is not None else None
        if secret_file is None or secret is None:
            _restore(url, archive, replace=replace)
        else:
            if not replace and secret_file.exists() and secret_file.read_bytes() != secret:
                raise Conflict(f"{secret_file} holds another secret")
            draft = _draft_secret(secret_file, secret)
            try:
                _restore(url, archive, replace=replace)
                draft.replace(secret_file)
            finally:
                draft.unlink(missing_ok=True)
            sync_folder(secret_file.parent)
        return archive.manifest


def read_manifest(file: Path) -> Manifest:
    """Verify *file* and return what it says of itself; raise InvalidInput where it is damaged."""
    with open_archive(file) as archive:
        return archive.manifest


def _connect(url: str) -> psycopg.Connection:
    try:
        connection = psycopg.connect(url, autocommit=True)
    except psycopg.ProgrammingError as error:
        raise ConfigurationError(_VARIABLE, "is not a PostgreSQL URL") from error
    except psycopg.OperationalError as error:
        raise Unavailable("database", "no answer") from error
    found = connection.info.server_version // 10_000
    if found > MAJOR:
        connection.close()
        raise ConfigurationError(
            _VARIABLE,
            f"names a PostgreSQL {found}; the pg_dump of this Raiment knows servers up to {MAJOR}. "
            "Use the server's own tools for its backup",
        )
    return connection


def _schema(connection: psycopg.Connection) -> str | None:
    known = connection.execute("select to_regclass('public.alembic_version')").fetchone()
    if known is None or known[0] is None:
        return None
    row = connection.execute("select version_num from public.alembic_version").fetchone()
    return None if row is None else str(row[0])


def _check_target(connection: psycopg.Connection, *, replace: bool) -> None:
    empty = connection.execute(_EMPTY).fetchone()
    others = connection.execute(_OTHER_SESSIONS).fetchone()
    if others is not None and others[0]:
        raise Conflict("the database is in use; stop Raiment first")
    if not replace and empty is not None and not empty[0]:
        raise Conflict("the database is not empty")


def _read_secret(secret_file: Path) -> bytes:
    try:
        return secret_file.read_bytes()
    except OSError as error:
        raise ConfigurationError(
            "RAIMENT_DATA_DIR", f"{secret_file} cannot be read: {error.strerror}"
        ) from error


def _draft_secret(secret_file: Path, secret: bytes) -> Path:
    descriptor, name = tempfile.mkstemp(prefix=f".{secret_file.name}.", dir=secret_file.parent)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
    return Path(name)


def _dump(url: str) -> Generator[bytes, None, None]:
    """Yield the dump in custom format; raise Unavailable at its end where it is not complete."""
    options = ("--format=custom", "--schema=public", "--no-owner", "--no-privileges")
    with _client(url, "pg_dump", *options, f"--lock-wait-timeout={_LOCK_WAIT}") as program:
        try:
            yield from chunks_of(_pipe(program.stdout))
        except BaseException:
            program.kill()
            raise
        _check(program)


def _restore(url: str, archive: Archive, *, replace: bool) -> None:
    """Run the dump's script in one transaction, which is committed only when all of it was read."""
    program = str(wheel_programs()["pg_restore"])
    with (
        archive.open(DUMP) as dump,
        subprocess.Popen(  # noqa: S603 - our own program
            [program, "--schema=public", "--no-owner", "--no-privileges", "--file=-"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as reader,
        _client(
            url, "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=sqlstate"
        ) as writer,
    ):
        feed = Thread(target=_feed, args=(dump, _pipe(reader.stdin)), daemon=True)
        feed.start()
        try:
            with suppress(BrokenPipeError), _pipe(writer.stdin) as script:
                script.write(b"BEGIN;\n" + (_WIPE if replace else b""))
                _copy_script(_pipe(reader.stdout), script)
                script.write(_ARRIVED_BEFORE)
                # INVARIANT: without this line psql's session ends in a rollback.
                script.write(b"COMMIT;\n" if reader.wait() == 0 else b"")
            _check(writer)
        finally:
            reader.kill()
            feed.join()
        if reader.returncode != 0:
            raise Unavailable("restore", "pg_restore could not read the dump; nothing was changed")


def _copy_script(source: IO[bytes], script: IO[bytes]) -> None:
    for number, line in enumerate(source):
        if number < _PREAMBLE_LINES and line == _TOO_NEW:
            continue
        script.write(line)


def _feed(source: IO[bytes], sink: IO[bytes]) -> None:
    with suppress(BrokenPipeError), sink:
        shutil.copyfileobj(source, sink)


def _client(url: str, program: str, *options: str) -> subprocess.Popen[bytes]:
    """Start one of PostgreSQL's clients on *url*, whose password stays out of the process list."""
    parts = conninfo_to_dict(url)
    password = parts.pop("password", None)
    environment = os.environ | ({} if password is None else {"PGPASSWORD": str(password)})
    return subprocess.Popen(  # noqa: S603 - our own program
        [wheel_programs()[program], *options, f"--dbname={make_conninfo('', **parts)}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE if program == "pg_dump" else subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment,
    )


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None
    return stream


def _check(program: subprocess.Popen[bytes]) -> None:
    """Wait for *program*; raise Unavailable, with the line that says why, where it failed."""
    complaint = _pipe(program.stderr).read().decode(errors="replace")
    if program.wait() != 0:
        lines = [line for line in complaint.splitlines() if "error:" in line.lower()]
        raise Unavailable("database", lines[0][:300] if lines else "the connection was lost")

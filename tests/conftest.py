"""
Databases for the suite.

Storage tests run against both kinds of server that Raiment supports: the embedded one, and an
ordinary one as an operator has it (Debian's, started here; or the one that
``RAIMENT_TEST_DATABASE_URL`` names, whose role must be allowed to create databases). A test gets a
database of its own, migrated, and gone afterwards.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from unittest.mock import patch

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

from raiment.adapters.postgres import cluster
from raiment.adapters.postgres.account import choose_account
from raiment.adapters.postgres.embedded import EmbeddedPostgres
from raiment.adapters.postgres.migrate import upgrade

# Waits for the end of its input, which is the end of the process that started it.
_REAPER = """
cat > /dev/null
pid=$(head -n 1 "$1/postmaster.pid") && kill -INT "$pid"
while [ -e "$1/postmaster.pid" ] && kill -0 "$pid"; do sleep 0.1; done
rm -rf "$0"
"""


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server on which tests make databases."""

    admin_url: str
    """A role that may create databases; connects to a database that always exists."""
    role_url: str
    """The role as which Raiment connects, and which owns the databases."""

    @contextmanager
    def database(self, *, migrated: bool = True) -> Iterator[str]:
        """Lend the URL of a new database, empty or with the schema."""
        name = f"raiment_test_{secrets.token_hex(6)}"
        self._create(name, self._template if migrated else "template1")
        try:
            yield self._url_of(name)
        finally:
            self._administer(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))

    @cached_property
    def _template(self) -> str:
        """A migrated database, copied for each test: much faster than migrating each."""
        name = f"raiment_template_{secrets.token_hex(6)}"
        self._create(name, "template1")
        # In a thread of its own, since the loop of an async test may be running in this one.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, upgrade(self._url_of(name))).result()
        return name

    def drop_template(self) -> None:
        """Remove the copied-from database, for a server that outlives the suite."""
        if "_template" in self.__dict__:
            self._administer(sql.SQL("drop database {}").format(sql.Identifier(self._template)))

    def _create(self, name: str, template: str) -> None:
        role = make_url(self.role_url).username
        assert role is not None
        # Ten times as fast as the default where nothing waits for the disk.
        statement = sql.SQL("create database {} template {} owner {} strategy file_copy")
        self._administer(statement.format(*map(sql.Identifier, (name, template, role))))

    def _administer(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            connection.execute(statement)

    def _url_of(self, database: str) -> str:
        return make_url(self.role_url).set(database=database).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def embedded_server() -> Iterator[Server]:
    """The server that Raiment brings along; only power cuts are not survived here, for speed."""
    with _folder("postgres") as folder:
        postgres = EmbeddedPostgres(folder)
        # For this one start: the tests of the embedded server itself start theirs as users do.
        with patch.dict(cluster.FIXED, fsync="off"):
            postgres.start()
        yield Server(postgres.url_of("postgres", "postgres"), postgres.url)
        postgres.stop()


@pytest.fixture(scope="session")
def ordinary_server() -> Iterator[Server]:
    """A server as operators have it: another version, TCP, a password, no superuser."""
    given = os.environ.get("RAIMENT_TEST_DATABASE_URL")
    if given:
        server = Server(given, given)
        yield server
        server.drop_template()
        return
    with _folder("cluster") as folder:
        yield from _debian_server(folder)


@pytest.fixture
def embedded_url(embedded_server: Server) -> Iterator[str]:
    """A migrated database of the test's own, where one kind of server is enough."""
    with embedded_server.database() as url:
        yield url


@pytest.fixture(params=["embedded", "ordinary"])
def any_server(request: pytest.FixtureRequest) -> Server:
    """Each kind of server in turn."""
    server: Server = request.getfixturevalue(f"{request.param}_server")
    return server


@pytest.fixture
def database_url(any_server: Server) -> Iterator[str]:
    """A migrated database of the test's own, on each kind of server in turn."""
    with any_server.database() as url:
        yield url


@contextmanager
def _folder(cluster: str) -> Iterator[Path]:
    """Lend a private folder; the server in *cluster* ends with this process, however it ends."""
    folder = Path(tempfile.mkdtemp(prefix="raiment-"))
    reaper = ["sh", "-c", _REAPER, str(folder), str(folder / cluster)]
    with subprocess.Popen(
        reaper, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    ):
        yield folder


def _debian_server(folder: Path) -> Iterator[Server]:
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name)
    )
    if not found:
        pytest.fail(
            "no PostgreSQL server: run scripts/debian-packages.sh test, "
            "or set RAIMENT_TEST_DATABASE_URL"
        )
    account = choose_account(folder)
    password = secrets.token_hex(16)
    secret = folder / "password"
    secret.write_text(password)
    shutil.chown(secret, folder.stat().st_uid, folder.stat().st_gid)
    cluster = folder / "cluster"
    port = _free_port()
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
    for program, *arguments in (
        (
            "initdb",
            f"--pwfile={secret}",
            "-U",
            "postgres",
            "-A",
            "scram-sha-256",
            "-E",
            "UTF8",
            "--locale=C",
            "-N",
        ),
        ("pg_ctl", "start", "-w", "-l", folder / "log", "-o", options),
    ):
        command = account.command("wait", found[-1] / program, "-D", cluster, *arguments)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")
    address = f"127.0.0.1:{port}"
    admin_url = f"postgresql://postgres:{password}@{address}/postgres"
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute(sql.SQL("create role raiment login password {}").format(password))
    yield Server(admin_url, f"postgresql://raiment:{password}@{address}/postgres")
    subprocess.run(
        account.command("wait", found[-1] / "pg_ctl", "stop", "-m", "fast", "-D", cluster),
        check=True,
        stdout=subprocess.DEVNULL,
        cwd="/",
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

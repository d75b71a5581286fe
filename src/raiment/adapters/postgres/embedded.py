"""
PostgreSQL without an installation: the programs of a wheel, run on a private folder.

The server listens on one Unix socket inside its data folder and on no network. Three locks keep
other users of the machine out: the data folder (0700), the cluster in it (0700, which PostgreSQL
itself insists on) and the socket (0700). Whoever can pass them owns the files anyway, so
connections are trusted and there is no password that could leak through a process list, a log or a
URL.

Any number of processes may use the server at once. Each holds a shared lock on the data folder
while it does; the first starts the server, the last stops it. The kernel drops the lock of a killed
process; the server then runs on, and the next process takes it over.
"""

from __future__ import annotations

import fcntl
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from raiment.adapters.postgres.account import choose_account, hand_over
from raiment.adapters.postgres.cluster import PORT, ROLE, Cluster, cluster_folder, log_file
from raiment.adapters.postgres.postmaster import (
    SOCKET,
    find_postmaster,
    forget_crashed,
    gone_within,
    lives,
)
from raiment.adapters.postgres.programs import programs_for
from raiment.errors import ConfigurationError, Unavailable

_VARIABLE = "RAIMENT_DATA_DIR"
_SOCKET_PATH_BYTES = 107  # unix(7): sun_path holds 108 with the closing zero
_START_SECONDS = 60.0  # crash recovery replays the write-ahead log
_FAST_STOP_SECONDS = 30.0
_IMMEDIATE_STOP_SECONDS = 10.0
_ORPHANS_SECONDS = 10.0  # how long a killed server's processes may take to notice
_LOCK_SECONDS = 120.0  # a start or a stop by another process
_POLL_SECONDS = 0.005


class EmbeddedPostgres:
    """
    The embedded server on *data_dir*, as one process uses it.

    ``start`` and ``stop`` block (they wait for other processes); call them from a thread where that
    matters. *allow_namespace* False goes the way of containers that forbid user namespaces (it
    matters to root only).
    """

    def __init__(self, data_dir: Path, *, allow_namespace: bool = True) -> None:
        self.data_dir = data_dir.absolute()
        self._cluster = cluster_folder(self.data_dir)
        self._allow_namespace = allow_namespace
        self._in_use: int | None = None

    @property
    def url(self) -> str:
        """Where to connect: for Raiment, and for ``psql "<url>"``."""
        return self.url_of(ROLE, ROLE)

    def url_of(self, role: str, database: str) -> str:
        """Return the libpq URL of *database* for *role* (``postgres`` is the superuser)."""
        host = quote(str(self._cluster), safe="")
        return f"postgresql://{quote(role)}@/{quote(database)}?host={host}&port={PORT}"

    def start(self) -> str:
        """
        Make the server run, if it does not, and return ``url``.

        The first time this makes the cluster (about a second). Calling it again is harmless, and
        brings back a server that was killed. Raise ConfigurationError where the data folder cannot
        be used, Unavailable where the server does not come up.
        """
        _check_path(self.data_dir)
        try:
            _claim(self.data_dir)
            if self._in_use is None:
                self._in_use = _lock(self.data_dir, "users", fcntl.LOCK_SH)
            self._bring_up()
        except PermissionError as error:
            self._let_go()
            raise ConfigurationError(
                _VARIABLE, f"{self.data_dir} cannot be used by this user"
            ) from error
        except BaseException:
            self._let_go()
            raise
        return self.url

    def stop(self) -> None:
        """
        Stop using the server; stop it, cleanly, if no other process uses it.

        Open transactions are rolled back. Raise Unavailable where the server does not end.
        """
        if self._in_use is None:
            return
        try:
            # Granted only if nobody holds it shared; whoever comes now waits until we are done.
            fcntl.flock(self._in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._end_server()
        except BlockingIOError:
            return
        finally:
            self._let_go()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _bring_up(self) -> None:
        with _held(self.data_dir, "start") as lock:
            running = find_postmaster(self._cluster)
            if running is not None and (running.ready or self._becomes_ready(running.pid)):
                return
            account = choose_account(self.data_dir, allow_namespace=self._allow_namespace)
            cluster = Cluster(self.data_dir, account, programs_for(account, self.data_dir))
            cluster.make(lock)
            cluster.take_over()
            self._clear_crashed()
            if not self._becomes_ready(cluster.launch()):
                raise Unavailable(
                    "database",
                    f"the embedded PostgreSQL did not start; see {log_file(self.data_dir)}",
                )

    def _clear_crashed(self) -> None:
        if not gone_within(self._cluster, _ORPHANS_SECONDS):
            raise Unavailable("database", "processes of a PostgreSQL that was killed still run")
        forget_crashed(self._cluster)

    def _becomes_ready(self, pid: int) -> bool:
        """Wait for the server that starts as *pid*, or for the one that it found before it."""
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end:
            running = find_postmaster(self._cluster)
            if running is not None and running.ready:
                return True
            if running is None and not lives(pid):
                return False
            time.sleep(_POLL_SECONDS)
        return False

    def _end_server(self) -> None:
        running = find_postmaster(self._cluster)
        if running is None:
            return
        running.signal(signal.SIGINT)  # "fast": sessions are ended, everything is written
        if gone_within(self._cluster, _FAST_STOP_SECONDS):
            return
        running.signal(signal.SIGQUIT)  # "immediate": as after a crash, nothing committed is lost
        if not gone_within(self._cluster, _IMMEDIATE_STOP_SECONDS):
            raise Unavailable(
                "database", f"the embedded PostgreSQL (pid {running.pid}) does not end"
            )

    def _let_go(self) -> None:
        if self._in_use is not None:
            os.close(self._in_use)
            self._in_use = None


def _check_path(data_dir: Path) -> None:
    socket = os.fsencode(cluster_folder(data_dir) / SOCKET)
    if len(socket) > _SOCKET_PATH_BYTES:
        room = _SOCKET_PATH_BYTES - len(socket) + len(os.fsencode(data_dir))
        raise ConfigurationError(
            _VARIABLE, f"is longer than {room} bytes, too long for the database's socket inside it"
        )
    if any(c in str(data_dir) for c in ",\n\r\0"):
        raise ConfigurationError(
            _VARIABLE, "must hold neither commas nor line breaks, which libpq would misread"
        )


def _claim(data_dir: Path) -> None:
    """Make the data folder, or see that it is ours and private; an empty one is made private."""
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise ConfigurationError(_VARIABLE, f"{data_dir} is not a folder") from error
    found = data_dir.stat()
    if os.geteuid() not in {0, found.st_uid}:
        raise ConfigurationError(_VARIABLE, f"{data_dir} belongs to another user")
    if found.st_mode & 0o077 == 0:
        return
    if any(data_dir.iterdir()):
        raise ConfigurationError(
            _VARIABLE,
            f"{data_dir} is open to other users and not empty; name a new folder, or chmod 700 it "
            "if it is Raiment's",
        )
    data_dir.chmod(0o700)


@contextmanager
def _held(data_dir: Path, purpose: str) -> Iterator[int]:
    descriptor = _lock(data_dir, purpose, fcntl.LOCK_EX)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _lock(data_dir: Path, purpose: str, kind: int) -> int:
    """Return the descriptor that holds the lock; closing it, or dying, gives it back."""
    file = data_dir / f"postgres.{purpose}.lock"
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    hand_over(file, data_dir)
    end = time.monotonic() + _LOCK_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                os.close(descriptor)
                raise Unavailable(
                    "database", f"another process has been at its {purpose} for too long"
                ) from None
            time.sleep(_POLL_SECONDS)
        else:
            return descriptor

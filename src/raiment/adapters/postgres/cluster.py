"""One PostgreSQL cluster: made whole or not at all, served as Raiment relies on it."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from raiment.adapters.postgres.account import Account, hand_over
from raiment.adapters.postgres.postmaster import SOCKET
from raiment.adapters.postgres.programs import MAJOR, Programs
from raiment.errors import ConfigurationError, Unavailable

ROLE = "raiment"
"""Owns the database of the same name, and may do nothing else."""
SUPERUSER = "postgres"
PORT = SOCKET.rpartition(".")[2]
"""Only a part of the socket's name; nothing listens on a network."""

_LOG_BYTES = 4 * 1024 * 1024
_ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LC_ALL": "C",
}  # no secret of ours, no PG* variable of the user's

_INITDB = (
    f"--username={SUPERUSER}",
    "--auth-local=trust",
    "--auth-host=reject",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--data-checksums",
    "--no-instructions",
    # These an operator may change, in the cluster's postgresql.conf.
    "--set=shared_buffers=64MB",
    "--set=max_connections=100",
    "--set=max_wal_size=256MB",
    "--set=huge_pages=off",
)
# What Raiment relies on. On the command line, which wins over every file.
FIXED = {
    "listen_addresses": "",
    "unix_socket_directories": ".",
    "unix_socket_permissions": "0700",
    "port": PORT,
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Nothing that came in a statement reaches the log: no statement, parameter, detail or error
    # text.
    "logging_collector": "off",
    "log_destination": "stderr",
    "log_statement": "none",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_min_duration_statement": "-1",
    "log_min_duration_sample": "-1",
    "log_transaction_sample_rate": "0",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
    "debug_print_parse": "off",
    "debug_print_plan": "off",
    "debug_print_rewritten": "off",
}


@dataclass(frozen=True, slots=True)
class Cluster:
    """The cluster of a data folder. Its existence under *folder* means that it is complete."""

    data_dir: Path
    account: Account
    programs: Programs

    @property
    def folder(self) -> Path:
        """PostgreSQL's own folder, with the socket in it."""
        return cluster_folder(self.data_dir)

    def make(self, lock: int) -> None:
        """
        Make the cluster, with Raiment's role and database, unless it exists.

        It is built under another name and then renamed, so a half-made one is never taken for a
        cluster, nor a cluster for a half-made one. The caller holds the lock of descriptor *lock*;
        the programs keep it until they end, also when this process is killed.
        """
        if self.folder.exists():
            self._check_version()
            return
        draft = self.folder.with_suffix(".unfinished")
        if draft.exists():
            shutil.rmtree(draft)
        draft.mkdir(mode=0o700)
        hand_over(draft, self.data_dir)
        self._run(lock, "", "initdb", f"--pgdata={draft}", *_INITDB)
        statements = f"create role {ROLE} login;\ncreate database {ROLE} owner {ROLE};\n"
        self._run(
            lock,
            statements,
            "postgres",
            "--single",
            "-D",
            draft,
            "-c",
            "exit_on_error=on",
            SUPERUSER,
        )
        draft.rename(self.folder)
        _sync_folder(self.data_dir)

    def take_over(self) -> None:
        """Give a cluster that root made to the data folder's owner, where they differ."""
        if self.folder.stat().st_uid != self.data_dir.stat().st_uid:
            hand_over(self.folder, self.data_dir)

    def launch(self) -> int:
        """Start the server, detached, and return its pid; it is not ready yet."""
        options = [part for name, value in FIXED.items() for part in ("-c", f"{name}={value}")]
        folder = self.folder.resolve()  # as postmaster.py looks for it
        command = self.account.command("detach", self.programs["postgres"], "-D", folder, *options)
        with _open_log(self.data_dir) as log:
            done = subprocess.run(  # noqa: S603 - our own script
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                env=_ENVIRONMENT,
                cwd="/",
                check=False,
            )
        if done.returncode != 0:
            raise _broken(self.data_dir, "postgres")
        return int(done.stdout)

    def _run(self, lock: int, statements: str, program: str, *arguments: str | Path) -> None:
        with _open_log(self.data_dir) as log:
            done = subprocess.run(  # noqa: S603 - our own script
                self.account.command("wait", self.programs[program], *arguments),
                input=statements.encode(),
                stdout=log,
                stderr=log,
                env=_ENVIRONMENT,
                cwd="/",
                pass_fds=(lock,),
                check=False,
            )
        if done.returncode != 0:
            raise _broken(self.data_dir, program)

    def _check_version(self) -> None:
        found = (self.folder / "PG_VERSION").read_text(encoding="ascii").strip()
        if found != str(MAJOR):
            raise ConfigurationError(
                "RAIMENT_DATA_DIR",
                f"holds a database of PostgreSQL {found}, this Raiment brings {MAJOR}; write a "
                "backup with the Raiment that made it, and restore that into a new data folder",
            )


def cluster_folder(data_dir: Path) -> Path:
    """Return where the cluster of *data_dir* lies."""
    return data_dir / "postgres"


def log_file(data_dir: Path) -> Path:
    """Return PostgreSQL's own log: starts, stops and crashes, nothing that came in a statement."""
    return data_dir / "postgres.log"


def _broken(data_dir: Path, program: str) -> Unavailable:
    return Unavailable(
        "database", f"{program} of the embedded PostgreSQL failed; see {log_file(data_dir)}"
    )


def _open_log(data_dir: Path) -> BinaryIO:
    """Open the log for more; put a long one aside. Others may own the folder: no links."""
    path = log_file(data_dir)
    if path.exists() and path.stat().st_size > _LOG_BYTES:
        path.replace(path.with_suffix(".log.1"))
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW
    log = os.fdopen(os.open(path, flags, 0o600), "ab")
    hand_over(path, data_dir)
    return log


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

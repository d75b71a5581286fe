"""A running PostgreSQL from outside: its pid file, the processes in its folder."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

SOCKET = ".s.PGSQL.5432"

_PID_LINE = 0
_STATUS_LINE = 7  # src/include/utils/pidfile.h: LOCK_FILE_LINE_PM_STATUS, counted from 1 there
_POLL_SECONDS = 0.005


@dataclass(frozen=True, slots=True)
class Postmaster:
    """The server process of one cluster, as its ``postmaster.pid`` describes it."""

    cluster: Path
    pid: int
    ready: bool
    """Whether it takes connections."""

    def signal(self, number: signal.Signals) -> None:
        """Send *number*, unless the process is gone by now."""
        if works_in(self.pid, self.cluster):
            os.kill(self.pid, number)


def find_postmaster(cluster: Path) -> Postmaster | None:
    """
    Return the server that runs on *cluster*, None where none does.

    A pid file alone proves nothing: after a crash the number may belong to another program (in a
    container it nearly always does). The process must also work in the cluster's folder, where
    PostgreSQL sits.
    """
    try:
        lines = (cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return None
    if not lines or not lines[_PID_LINE].strip().isdigit():
        return None
    pid = int(lines[_PID_LINE])
    if not works_in(pid, cluster):
        return None
    status = lines[_STATUS_LINE].strip() if len(lines) > _STATUS_LINE else ""
    return Postmaster(cluster, pid, ready=status == "ready")


def works_in(pid: int, folder: Path) -> bool:
    """Whether *pid* is a PostgreSQL that lives (no zombie) and works in *folder*."""
    process = _look_at(pid)
    if process is None or process.name != "postgres" or process.ended:
        return False
    try:
        return Path("/proc", str(pid), "cwd").samefile(folder)
    except PermissionError:
        # Root in a container may not see that of other accounts; all may see the arguments.
        return _serves(pid, folder) or _serves(process.parent, folder)
    except OSError:
        return False


def _serves(pid: int, folder: Path) -> bool:
    """Whether *pid* was started on *folder*, as we start servers: with its path as ``-D``."""
    try:
        arguments = Path("/proc", str(pid), "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return os.fsencode(folder.resolve()) in arguments and b"-D" in arguments


def processes_in(folder: Path) -> list[int]:
    """Return PostgreSQL's processes in *folder*, orphans of a killed server included."""
    numbers = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [pid for pid in numbers if works_in(pid, folder)]


def gone_within(cluster: Path, seconds: float) -> bool:
    """Wait until no process of a server is left in *cluster*; tell whether it was in time."""
    end = time.monotonic() + seconds
    while processes_in(cluster):
        if time.monotonic() > end:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def lives(pid: int) -> bool:
    """Whether process *pid* runs; one that ended and waits for its parent to notice does not."""
    process = _look_at(pid)
    return process is not None and not process.ended


@dataclass(frozen=True, slots=True)
class _Process:
    name: str
    ended: bool
    parent: int


def _look_at(pid: int) -> _Process | None:
    """Read ``/proc/PID/stat`` (proc(5)): number, (name), state, parent, …; names may hold anything."""
    try:
        text = Path("/proc", str(pid), "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    before, _, after = text.rpartition(")")
    state, parent = after.split()[:2]
    return _Process(before.partition("(")[2], state in "ZX", int(parent))


def forget_crashed(cluster: Path) -> None:
    """
    Remove the pid files of a killed server whose number belongs to another program by now.

    All other leftovers PostgreSQL clears away itself; with these it would refuse to start for ever.
    To be called when ``processes_in`` finds none.
    """
    for name in ("postmaster.pid", f"{SOCKET}.lock"):
        first = _first_line(cluster / name)
        if first.isdigit() and Path("/proc", first).exists():
            (cluster / name).unlink()


def _first_line(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").partition("\n")[0].strip()
    except FileNotFoundError:
        return ""

"""
Start a PostgreSQL program as an account that PostgreSQL accepts.

Run as a script of its own (``python -I -S launch.py ACCOUNT HOW PROGRAM …``), never imported by the
server's process: it changes who the process is, which a threaded process must not do to itself. It
uses the standard library alone.

ACCOUNT is ``self`` (no change), ``namespace`` (a new user namespace in which root is ``nobody``:
same files, no privileges, and not uid 0, which PostgreSQL refuses) or ``UID:GID`` (only root may).

HOW is ``wait`` (become the program), ``detach`` (start it in a session of its own, so that neither
Ctrl-C nor the end of this terminal reaches it, and print its pid) or ``reach`` (start nothing;
PROGRAM … are paths to be reached).
"""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

CANNOT_BECOME = 70
"""Exit status: the kernel does not let us be that account."""
CANNOT_REACH = 71
"""Exit status: a path cannot be entered, or the program not be run, by that account."""

_CLONE_NEWUSER = 0x10000000
_NOBODY = 65534


def become(account: str) -> None:
    """Change this process into *account*; raise OSError when that is not permitted."""
    if account == "self":
        return
    if os.geteuid() == 0:
        os.setgroups([])
    if account == "namespace":
        _enter_namespace()
        return
    uid, gid = (int(part) for part in account.split(":"))
    os.setgid(gid)
    os.setuid(uid)


def _enter_namespace() -> None:
    """Map the present user and group, and nobody else, to ``nobody`` (user_namespaces(7))."""
    uid, gid = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    own = Path("/proc/self")
    (own / "setgroups").write_text("deny", encoding="ascii")
    (own / "uid_map").write_text(f"{_NOBODY} {uid} 1", encoding="ascii")
    (own / "gid_map").write_text(f"{_NOBODY} {gid} 1", encoding="ascii")


def _reachable(path: str) -> bool:
    """Whether a folder can be entered or a program run, without what ``exec`` takes away."""
    return os.access(path, os.X_OK)


def _detach() -> None:
    """Leave the parent's session; the parent ends at once, so the program is nobody's child."""
    child = os.fork()
    if child:
        os.write(1, str(child).encode())
        os._exit(0)
    os.setsid()
    os.dup2(2, 1)


def main(arguments: list[str]) -> int:
    """Carry out the command line described above; return only when nothing was started."""
    account, how, *program = arguments
    try:
        become(account)
    except OSError:
        return CANNOT_BECOME
    os.umask(0o077)
    if how == "reach":
        return 0 if all(_reachable(path) for path in program) else CANNOT_REACH
    if not _reachable(program[0]):
        return CANNOT_REACH
    if how == "detach":
        _detach()
    return os.execv(program[0], program)  # noqa: S606 - no shell, on purpose


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

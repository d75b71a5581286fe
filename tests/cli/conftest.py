"""Commands run as processes, on an installation of the test's own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    status: int
    out: str
    err: str


@dataclass(frozen=True)
class Shell:
    """Runs ``raiment`` in *folder*, with *environment* added to the suite's own."""

    folder: Path
    environment: dict[str, str]

    def run(self, *arguments: str | Path, given: bytes = b"", **more: str) -> Ran:
        """Run a command to its end."""
        done = subprocess.run(
            [sys.executable, "-m", "raiment.cli", *map(str, arguments)],
            input=given,
            capture_output=True,
            check=False,
            env=os.environ | self.environment | more,
            cwd=self.folder,
        )
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture
def shell(embedded_url: str, tmp_path: Path) -> Shell:
    """An installation on a database of the test's own."""
    environment = {
        "DATABASE_URL": embedded_url,
        "RAIMENT_DATA_DIR": str(tmp_path / "data"),
        "RAIMENT_SECRET": "5e" * 32,
    }
    return Shell(tmp_path, environment)


@pytest.fixture
def bare(tmp_path: Path) -> Callable[..., Ran]:
    """Run a command that needs no database, with a data folder that does not exist."""
    return Shell(tmp_path, {"RAIMENT_DATA_DIR": str(tmp_path / "data")}).run

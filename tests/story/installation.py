"""A whole installation as its user starts it: ``raiment serve`` on a fresh folder and free ports."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

PATIENCE_SECONDS = 120


@dataclass
class Installation:
    """One data folder, its addresses, and the server process while it runs."""

    folder: Path
    environment: dict[str, str]
    server: subprocess.Popen[bytes] | None = None
    printed: str = ""
    starts: int = field(default=0)

    @property
    def web(self) -> str:
        """Address of the pages and the API."""
        return f"http://{self.environment['RAIMENT_LISTEN']}"

    @property
    def gateway(self) -> str:
        """Address of the gateway."""
        return f"http://{self.environment['RAIMENT_GATEWAY_LISTEN']}"

    @property
    def platform(self) -> str:
        """Address of the demonstration platform."""
        return f"http://{self.environment['RAIMENT_DEMO_LISTEN']}"

    def start(self) -> None:
        """Start the server and wait until it says that it runs."""
        self.starts += 1
        output = self.folder / f"out-{self.starts}"
        with output.open("wb") as out, (self.folder / "log").open("ab") as log:
            self.server = subprocess.Popen(
                [sys.executable, "-m", "raiment.cli", "serve"],
                env=self.environment, stdout=out, stderr=log, start_new_session=True,
            )  # fmt: skip
        end = time.monotonic() + PATIENCE_SECONDS
        while "is running" not in (printed := output.read_text()):
            assert self.server.poll() is None, (self.folder / "log").read_text()[-2000:]
            assert time.monotonic() < end, "the server did not start"
            time.sleep(0.05)
        time.sleep(0.1)
        self.printed = self.printed or printed

    def stop(self) -> None:
        """Stop the server as Ctrl-C does."""
        if self.server is not None:
            self.server.send_signal(signal.SIGINT)
            self.server.wait(PATIENCE_SECONDS)
            self.server = None

    def pid_of(self, door: str) -> int:
        """Return the process of a door (``web``, ``gateway``, ``worker``, ``demo``)."""
        assert self.server is not None
        children = Path(f"/proc/{self.server.pid}/task/{self.server.pid}/children").read_text()
        for child in map(int, children.split()):
            with suppress(OSError):
                if f"raiment.{door}".encode() in Path(f"/proc/{child}/cmdline").read_bytes():
                    return child
        raise LookupError(door)

    def kill(self, door: str) -> None:
        """Kill a door, or the ``supervisor``, or the ``database``, without warning."""
        assert self.server is not None
        if door == "supervisor":
            self.server.kill()
            self.server.wait()
            self.start()
        elif door == "database":
            postmaster = self.folder / "data" / "postgres" / "postmaster.pid"
            os.kill(int(postmaster.read_text().split()[0]), signal.SIGKILL)
        else:
            end = time.monotonic() + PATIENCE_SECONDS
            while time.monotonic() < end:
                with suppress(LookupError, ProcessLookupError):
                    os.kill(self.pid_of(door), signal.SIGKILL)
                    return
                time.sleep(0.05)
            raise AssertionError(f"{door} never came back")

    @property
    def api_key(self) -> str:
        """The API key printed at the first start."""
        return re.findall(r"rmt_\S+", self.printed)[0]

    @property
    def admin_link(self) -> str:
        """The one-time link printed at the first start."""
        return re.findall(r"http\S+/console/link/\S+", self.printed)[0]


def free_address() -> str:
    """Return a loopback address on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


def environment_for(folder: Path, **more: str) -> dict[str, str]:
    """Return the environment of an installation in *folder*."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RAIMENT_")}
    kept.pop("DATABASE_URL", None)
    return kept | {
        "RAIMENT_DATA_DIR": str(folder / "data"),
        "RAIMENT_LISTEN": free_address(),
        "RAIMENT_GATEWAY_LISTEN": free_address(),
        "RAIMENT_DEMO_LISTEN": free_address(),
        "RAIMENT_DEMO": "true",
        **more,
    }


@contextmanager
def installation(**more: str) -> Iterator[Installation]:
    """Lend a running installation; *more* are settings."""
    folder = Path(tempfile.mkdtemp(prefix="raiment-story-"))
    made = Installation(folder, environment_for(folder, **more))
    made.start()
    try:
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)

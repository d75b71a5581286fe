"""``raiment serve`` keeps every door open, and leaves nothing behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import psutil
import pytest

PATIENCE = 120


@dataclass
class Serve:
    """One data folder and one set of addresses, served again and again."""

    environment: dict[str, str]
    log: Path
    running: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(self, *arguments: str) -> tuple[subprocess.Popen[str], str]:
        """Start ``raiment serve`` and return it with what it printed until it was ready."""
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "raiment.cli", "serve", *arguments],
                env=os.environ | self.environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self.running.append(process)
        said = ""
        assert process.stdout is not None
        for line in process.stdout:
            said += line
            if "Ctrl-C" in line:
                return process, said
        raise AssertionError(self.log.read_text())

    def stop(self, process: subprocess.Popen[str], number: signal.Signals) -> None:
        """Stop it, and see that it went cleanly and took everything with it."""
        family = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(number)
        assert process.wait(PATIENCE) == 0
        assert gone(family)
        assert not self.postmaster.exists()

    @property
    def postmaster(self) -> Path:
        """The file that exists while the embedded database runs."""
        return Path(self.environment["RAIMENT_DATA_DIR"]) / "postgres" / "postmaster.pid"

    def url(self, door: str, path: str) -> str:
        """Return the address of *path* at a door."""
        return f"http://{self.environment[door]}{path}"


def status(url: str, key: str = "") -> int:
    """Return the status of GET *url*, 0 where nobody listens."""
    try:
        with urlopen(Request(url, headers={"authorization": f"Bearer {key}"}), timeout=10) as got:  # noqa: S310 - loopback
            return int(got.status)
    except HTTPError as error:
        with error:
            return error.code
    except (URLError, OSError):
        return 0


def gone(family: list[psutil.Process]) -> bool:
    """Whether all of *family* end in time."""
    _, alive = psutil.wait_procs(family, timeout=PATIENCE)
    return not alive


def until(true: Callable[[], bool]) -> None:
    """Wait until *true* is."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """A folder that was never served."""
    folder = tmp_path_factory.mktemp("serve")
    listen = ("RAIMENT_LISTEN", "RAIMENT_GATEWAY_LISTEN", "RAIMENT_DEMO_LISTEN")
    environment = {name: f"127.0.0.1:{free_port()}" for name in listen}
    environment |= {"RAIMENT_DATA_DIR": str(folder / "data"), "RAIMENT_DEMO": "true"}
    environment["DATABASE_URL"] = ""
    serve = Serve(environment, folder / "log")
    yield serve
    for process in serve.running:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def doors(process: subprocess.Popen[str]) -> dict[str, psutil.Process]:
    """Return the processes of the server by the name of their door."""
    named = {}
    for child in psutil.Process(process.pid).children():
        with suppress(psutil.Error):  # it may just have died
            found = re.search(r"-m raiment\.(\w+)$", " ".join(child.cmdline()))
            if found:
                named[found[1]] = child
    return named


@pytest.mark.faults
def test_one_command_serves_everything_and_revives_what_dies(served: Serve) -> None:
    """Every address printed answers, the key works, and each killed process is there again."""
    process, said = served.start()
    for address in re.findall(r"http://\S+", said):
        assert status(address) in {200, 404}, address
    assert status(served.url("RAIMENT_LISTEN", "/readyz")) == 200
    key = re.search(r"rmt_\S+", said)
    link = re.search(r"account admin +(\S+)", said)
    assert key is not None
    assert link is not None
    assert status(link[1]) == 200
    unknown = served.url("RAIMENT_LISTEN", "/v1/content/none")
    assert status(unknown, key[0]) == 404
    assert status(unknown, "rmt_wrong") == 401

    until(lambda: set(doors(process)) == {"web", "gateway", "worker", "demo"})
    before = doors(process)
    killed = {child.pid for child in before.values()}
    for child in before.values():
        child.kill()
    until(lambda: len({d.pid for d in doors(process).values()} - killed) == len(before))
    for name in ("RAIMENT_LISTEN", "RAIMENT_GATEWAY_LISTEN", "RAIMENT_DEMO_LISTEN"):
        until(lambda name=name: status(served.url(name, "/readyz")) == 200)
    assert set(doors(process)) == set(before)
    served.stop(process, signal.SIGINT)


@pytest.mark.faults
def test_a_killed_supervisor_takes_everything_with_it(served: Serve) -> None:
    """No orphan, no database left running; the next start finds the data and shows no secret."""
    first, said = served.start()
    family = psutil.Process(first.pid).children(recursive=True)
    assert family
    assert "rmt_" not in said
    assert "account admin" not in said

    first.kill()
    first.wait()
    assert gone(family)
    until(lambda: not served.postmaster.exists())

    second, said = served.start()
    assert "rmt_" not in said
    served.stop(second, signal.SIGTERM)
    assert "rmt_" not in served.log.read_text()


@pytest.mark.faults
@pytest.mark.parametrize("seconds", [0.2, 1.0, 2.0, 4.0])
def test_a_stop_in_the_middle_of_a_start_leaves_nothing(served: Serve, seconds: float) -> None:
    """However far the start has come: no process and no database stay behind."""
    with served.log.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "raiment.cli", "serve"],
            env=os.environ | served.environment,
            stdout=subprocess.DEVNULL,
            stderr=log,
        )
    time.sleep(seconds)
    family = psutil.Process(process.pid).children(recursive=True)
    process.terminate()
    assert process.wait(PATIENCE) in {0, -signal.SIGTERM}
    assert gone(family)
    assert not served.postmaster.exists()


def test_an_address_that_is_taken_is_named_at_once(served: Serve, tmp_path: Path) -> None:
    """Nothing is started, nothing is made."""
    host, _, port = served.environment["RAIMENT_GATEWAY_LISTEN"].partition(":")
    with socket.create_server((host, int(port))):
        done = subprocess.run(
            [sys.executable, "-m", "raiment.cli", "serve"],
            env=os.environ | served.environment | {"RAIMENT_DATA_DIR": str(tmp_path / "data")},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == os.EX_CONFIG
    assert done.stderr.startswith("raiment: RAIMENT_GATEWAY_LISTEN: cannot listen on")
    assert not (tmp_path / "data").exists()

"""The processes of one server: which there are, and how each is kept running."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import socket
import sys
import time
from asyncio.subprocess import Process
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from aiohttp import ClientError, ClientSession, ClientTimeout

from raiment.adapters.observe.logs import logger
from raiment.adapters.observe.process import MISCONFIGURED
from raiment.errors import ConfigurationError, Unavailable
from raiment.settings import Address, Settings

_WEB_ROLES: Final = {"api", "public", "console"}
_FIRST_PAUSE_SECONDS: Final = 0.25
_LONGEST_PAUSE_SECONDS: Final = 30.0
_STABLE_SECONDS: Final = 60.0
"""A process that ran so long is started again at once."""
_STOP_SECONDS: Final = 15.0
_READY_SECONDS: Final = 120.0
_POLL_SECONDS: Final = 0.05
_OK: Final = 200

_PR_SET_PDEATHSIG: Final = 1
_libc = ctypes.CDLL(None)


@dataclass(frozen=True, slots=True)
class Door:
    """One process of the server."""

    name: str
    module: str
    address: Address | None
    """Where it listens, if it does."""
    variable: str
    """The setting that says so."""


def doors_of(settings: Settings) -> tuple[Door, ...]:
    """Return the doors that the settings ask for."""
    doors = [
        Door("web", "raiment.web", settings.web, "RAIMENT_LISTEN"),
        Door("gateway", "raiment.gateway", settings.gateway, "RAIMENT_GATEWAY_LISTEN"),
        Door("worker", "raiment.worker", None, ""),
        Door("demo", "raiment.demo", settings.demo, "RAIMENT_DEMO_LISTEN"),
    ]
    wanted = {"web"} if _WEB_ROLES & set(settings.roles) else set()
    wanted |= {"gateway", "worker"} & set(settings.roles)
    if settings.demo is not None:
        wanted.add("demo")
    return tuple(door for door in doors if door.name in wanted)


def refuse_taken(doors: Sequence[Door]) -> None:
    """Raise ConfigurationError where another program listens on an address that a door needs."""
    for door in doors:
        if door.address is None:
            continue
        family = socket.AF_INET6 if ":" in door.address.host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((door.address.host, door.address.port))
            except OSError as error:
                reason = f"cannot listen on {door.address.host}:{door.address.port}"
                raise ConfigurationError(door.variable, f"{reason} ({error.strerror})") from error


async def keep_open(door: Door, roles: Sequence[str]) -> None:
    """
    Run the door's process, and again whenever it ends; end it when cancelled.

    The pause before a new start doubles while starts fail. Raise ConfigurationError where the process says
    that it cannot run with these settings.
    """
    pause = _FIRST_PAUSE_SECONDS
    while True:
        started = time.monotonic()
        process = await _start(door, roles)
        try:
            status = await process.wait()
        finally:
            await _end(process)
        if status == MISCONFIGURED:
            raise ConfigurationError(door.name, "cannot run with these settings")
        if time.monotonic() - started > _STABLE_SECONDS:
            pause = _FIRST_PAUSE_SECONDS
        logger.warning("process_ended", role=door.name, pid=process.pid, status=status)
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)


async def wait_ready(doors: Sequence[Door]) -> None:
    """Return once every door that listens answers its ``/readyz``; Unavailable where one does not."""
    async with ClientSession(timeout=ClientTimeout(total=2)) as session:
        for door in doors:
            if door.address is not None:
                await _answers(door.name, f"{door.address.url}/readyz", session)


async def _answers(name: str, url: str, session: ClientSession) -> None:
    end = time.monotonic() + _READY_SECONDS
    while time.monotonic() < end:
        try:
            async with session.get(url) as response:
                if response.status == _OK:
                    return
        except (ClientError, TimeoutError, OSError):
            pass
        await asyncio.sleep(_POLL_SECONDS)
    raise Unavailable(name, "did not become ready")


async def _start(door: Door, roles: Sequence[str]) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        door.module,
        env=os.environ | {"RAIMENT_ROLES": ",".join(roles)},
        stdin=asyncio.subprocess.DEVNULL,
        # Of its own, so that Ctrl-C reaches the supervisor alone, which stops all in order.
        process_group=0,
        preexec_fn=partial(_die_with, os.getpid()),
    )


def _die_with(supervisor: int) -> None:
    """In the new process: have the kernel end it, cleanly, when the supervisor is killed."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != supervisor:
        os._exit(0)


async def _end(process: Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(_STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        logger.warning("process_killed", pid=process.pid)
        process.kill()
        await process.wait()

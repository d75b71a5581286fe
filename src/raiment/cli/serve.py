"""``raiment serve``: every door of this server, from one terminal."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Annotated

import typer

from raiment.adapters.observe.process import cancelled_by_signals
from raiment.cli.doors import doors_of, keep_open, refuse_taken, wait_ready
from raiment.cli.welcome import tell
from raiment.environment import settings_from_environment
from raiment.settings import Settings, parse_roles

app = typer.Typer()


@app.command()
def serve(
    roles: Annotated[
        str | None,
        typer.Option(help="Comma-separated; overrides RAIMENT_ROLES. All by default."),
    ] = None,
) -> None:
    """Serve Raiment until Ctrl-C or SIGTERM, starting again whichever part of it dies."""
    settings = settings_from_environment()
    if roles is not None:
        settings = replace(settings, roles=parse_roles(roles))
    asyncio.run(cancelled_by_signals(lambda: _serve(settings)))


async def _serve(settings: Settings) -> None:
    doors = doors_of(settings)
    refuse_taken(doors)
    # Those that somebody calls come first; the worker, whom nobody waits for, as soon as they are ready.
    called = [door for door in doors if door.address is not None]
    processes = [asyncio.create_task(keep_open(door, settings.roles)) for door in called]
    # The forks are made, so that the processes load while we do. The house is closed after they ended:
    # whoever has it open last stops the embedded database.
    await asyncio.sleep(0)
    from raiment.cli.first_start import open_begun  # noqa: PLC0415 - takes a second

    async with _ended(processes), open_begun(settings) as welcome, _ended(processes):
        await _first_of(asyncio.create_task(wait_ready(called)), *processes)
        processes += [
            asyncio.create_task(keep_open(door, settings.roles))
            for door in doors
            if door not in called
        ]
        tell(settings, {door.name for door in doors}, welcome)
        await _first_of(*processes)


@asynccontextmanager
async def _ended(tasks: Sequence[asyncio.Task[None]]) -> AsyncIterator[None]:
    """Cancel *tasks* at the end, and wait until they have ended."""
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _first_of(*tasks: asyncio.Task[None]) -> None:
    """Return when the first of *tasks* does; raise what it raises."""
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()

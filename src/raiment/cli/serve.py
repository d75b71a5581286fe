"""``raiment serve``: every door of this server, from one terminal."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Annotated

import typer

from raiment import __version__
from raiment.adapters.http.links import account_link
from raiment.adapters.observe.process import cancelled_by_signals
from raiment.adapters.platforms.webhook import webhook_secret, webhook_signer
from raiment.bootstrap import open_house
from raiment.cli.doors import Door, doors_of, keep_open, refuse_taken, wait_ready
from raiment.cli.first_start import FIRST_SCOPES, Welcome, admit_demo, begin
from raiment.environment import settings_from_environment
from raiment.settings import Settings, parse_roles


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
    processes = [asyncio.create_task(keep_open(door, settings.roles)) for door in doors]
    # The house is opened while the processes load, and closed after they ended: whoever has it open last
    # stops the embedded database.
    async with _ended(processes), open_house(settings, pixel_workers=1) as house, _ended(processes):
        webhook_signer(webhook_secret(settings.platform, house.keys))
        welcome = await begin(house)
        if settings.demo is not None:
            await admit_demo(house)
        await _first_of(asyncio.create_task(wait_ready(doors)), *processes)
        _tell(settings, doors, welcome)
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


def _tell(settings: Settings, doors: Sequence[Door], welcome: Welcome | None) -> None:
    print(f"Raiment {__version__} is running. Ctrl-C stops it.\n")
    for what, where in _addresses(settings, {door.name for door in doors}):
        print(f"  {what:<15}{where}")
    if welcome is not None:
        link = account_link(settings.public_url, welcome.link_token)
        print("\nThis is the first start. The following is shown only now:\n")
        print(f"  {'account admin':<15}{link}")
        print(f"  {'':<15}set its password there, once, within 24 hours")
        print(f"  {'API key':<15}{welcome.api_key}")
        print(f"  {'':<15}scopes {', '.join(FIRST_SCOPES)}")
    print(flush=True)


def _addresses(settings: Settings, doors: set[str]) -> list[tuple[str, str]]:
    lines: list[tuple[str, str]] = []
    if "console" in settings.roles:
        lines.append(("console", f"{settings.public_url}/console"))
    if "public" in settings.roles:
        lines.append(("report page", f"{settings.public_url}/report"))
    if "gateway" in doors:
        lines.append(("gateway", f"{settings.gateway.url}/v1   (base_url of an OpenAI client)"))
    if "api" in settings.roles:
        lines.append(("API docs", f"{settings.public_url}/docs"))
    if settings.demo is not None:
        lines.append(("demo platform", settings.demo.url))
    return lines

"""``raiment demo``: the January story against a running server."""

from __future__ import annotations

import asyncio
import secrets
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from aiohttp import ClientSession, ClientTimeout, CookieJar
from rich.console import Console

from raiment.adapters.http.links import account_link
from raiment.adapters.postgres.account_keeping import create_account
from raiment.adapters.postgres.ids import base32
from raiment.bootstrap import House, open_house
from raiment.cli.key import create_key
from raiment.cli.story.person import FormPerson
from raiment.cli.story.pictures import photograph
from raiment.cli.story.play import Cast, Ending, play
from raiment.cli.story.reviewer import FormReviewer
from raiment.cli.story.stage import Stage
from raiment.environment import settings_from_environment
from raiment.errors import ConfigurationError, Unavailable

app = typer.Typer()

_SCOPES = ("gateway", "content", "trace", "case")


@app.command()
def demo(
    export: Annotated[
        Path | None, typer.Option(help="Where to write the log's export (default: a new folder).")
    ] = None,
) -> None:
    """Play the story against the server that runs with these settings (``make run``)."""
    file = export or Path(tempfile.mkdtemp(prefix="raiment-demo-")) / "log.jsonl"
    voice = Console()
    ending = asyncio.run(_demo(file, voice))
    voice.print(
        f"\nThe case of the story is closed: {ending.case_id}\n"
        f"One is left for you in the console: {ending.waiting_case_id}",
        highlight=False,
        soft_wrap=True,
    )


async def _demo(export: Path, voice: Console) -> Ending:
    settings = settings_from_environment()
    if settings.demo is None:
        raise ConfigurationError("RAIMENT_DEMO", "the story needs the demonstration platform")
    async with open_house(settings) as house:
        account = f"demo-{base32(6)}"
        api_key, token = await _admit(house, account)
    # Numeric loopback addresses get no cookies from aiohttp unless told so.
    jar = CookieJar(unsafe=True)
    timeout = ClientTimeout(total=timedelta(seconds=30).total_seconds())
    async with ClientSession(cookie_jar=jar, timeout=timeout) as session:
        stage = Stage(
            web=settings.web.url,
            gateway=settings.gateway.url,
            platform=settings.demo.url,
            api_key=api_key,
            session=session,
            voice=voice,
        )
        await _refuse_silence(stage)
        photos = [photograph(secrets.randbits(32)) for _ in range(2)]
        link = account_link(settings.web.url, token)
        cast = Cast(FormPerson(), FormReviewer(), account, link, *photos)
        return await play(stage, cast, export)


async def _admit(house: House, account: str) -> tuple[str, str]:
    """Return a fresh API key and the one-time link of the new reviewer *account*."""
    async with house.database.begin() as tx:
        now = house.now()
        key = await create_key(tx, "demo", _SCOPES, now, "rmt_" + secrets.token_urlsafe(32))
        return key, await create_account(tx, account, "reviewer", now)


async def _refuse_silence(stage: Stage) -> None:
    try:
        async with stage.session.get(f"{stage.web}/readyz"):
            return
    except OSError as error:
        raise Unavailable(
            "demo", "no server runs with these settings; start one: make run"
        ) from error

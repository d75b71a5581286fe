"""A whole installation within this process: every door, a worker, a platform."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
from aiohttp import ClientSession
from tests.conftest import _free_port
from tests.faults.cuts import watching
from tests.faults.shop import Shop, served
from tests.faults.story import Clock, Story
from tests.faults.whole import State

from raiment.adapters.http.edge import App
from raiment.adapters.http.links import account_link
from raiment.adapters.http.scopes import SCOPES
from raiment.adapters.pixels.signals import read_signals
from raiment.adapters.platforms.webhook import open_platform, webhook_secret, webhook_signer
from raiment.adapters.postgres.account_keeping import create_account
from raiment.bootstrap import House, open_house, open_upstream
from raiment.cli.key import create_key
from raiment.demo.gallery import Gallery
from raiment.demo.safeguard import Safeguard
from raiment.demo.site import Site
from raiment.gateway.app import make_app as make_gateway
from raiment.gateway.doors import Gateway
from raiment.matching.signals import Signals
from raiment.settings import read_settings
from raiment.web.app import make_app as make_web
from raiment.worker.work import register_tasks

Enter = Callable[[AbstractAsyncContextManager[Any]], Awaitable[Any]]
ORIGIN = "http://127.0.0.1:8484"


@dataclass(frozen=True)
class _Eyes:
    """Looks at pictures as the gateway's process does."""

    house: House

    async def signals(self, data: bytes, field: str) -> Sequence[Signals]:
        return await read_signals(self.house.pixels, data, field=field)


@asynccontextmanager
async def open_story(url: str, folder: Path) -> AsyncIterator[Story]:
    """Open an installation on the migrated, empty database at *url* for the story to be played on."""
    port, clock, state = _free_port(), Clock(), State(url)
    settings = read_settings({
        "DATABASE_URL": url,
        "RAIMENT_DATA_DIR": str(folder / "data"),
        "RAIMENT_SECRET": "5e" * 32,
        "RAIMENT_PLATFORM_WEBHOOK_URL": f"http://127.0.0.1:{port}/webhooks",
        "RAIMENT_PLATFORM_MEDIA_ORIGIN": f"http://127.0.0.1:{port}",
    })  # fmt: skip
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        stack.callback(state.close)
        house = replace(await enter(open_house(settings, pixel_workers=1)), now=clock)
        key, link = await _admit(house)
        shop = Shop(_site(house, await enter(ClientSession()), folder / "shop"))
        await enter(served(shop, port))
        await _employ_worker(house, enter)
        yield Story(
            house=house,
            clock=clock,
            web=await enter(_client(make_web(house), key)),
            gateway=await enter(_client(await _gateway(house, enter), key)),
            shop=shop,
            state=state,
            cuts=stack.enter_context(watching(state.remember)),
            link=link,
        )


async def _admit(house: House) -> tuple[str, str]:
    """Return an API key for everything, and the one-time link of the first account."""
    async with house.database.begin() as tx:
        key = await create_key(tx, "platform", SCOPES, house.now())
        token = await create_account(tx, "ann", "admin", house.now())
    return key, account_link("", token)


def _site(house: House, session: ClientSession, folder: Path) -> Site:
    secret = webhook_secret(house.settings.platform, house.keys)
    safeguard = Safeguard(ORIGIN, "https://site.example", session)
    return Site(Gallery(folder), safeguard, secret, webhook_signer(secret), f"{ORIGIN}/report")


async def _employ_worker(house: House, enter: Enter) -> None:
    platform = await enter(open_platform(house.settings.platform, house.keys))
    register_tasks(house.database.jobs.app, house, platform)


async def _gateway(house: House, enter: Enter) -> App:
    upstream = await enter(open_upstream(house))
    stands = (house.database, house.keys, house.now, _Eyes(house), house.screen, upstream)
    return make_gateway(Gateway(*stands), secure=False)


def _client(app: App, key: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    headers = {"authorization": f"Bearer {key}"}
    return httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers, timeout=60)

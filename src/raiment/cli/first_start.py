"""What ``raiment serve`` opens: the installation, and what a database without accounts gets to begin with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from raiment.adapters.platforms import demo
from raiment.adapters.platforms.webhook import webhook_secret, webhook_signer
from raiment.adapters.postgres.account_keeping import create_account
from raiment.bootstrap import House, open_house
from raiment.cli.key import create_key
from raiment.cli.welcome import ADMIN, FIRST_SCOPES, Welcome
from raiment.errors import Conflict
from raiment.settings import Settings


@asynccontextmanager
async def open_begun(settings: Settings) -> AsyncIterator[Welcome | None]:
    """
    Open the house, and close it; lend what the first start made, None at a later one.

    Raise ConfigurationError where a setting of any door cannot work.
    """
    async with open_house(settings, pixel_workers=1) as house:
        webhook_signer(webhook_secret(settings.platform, house.keys))
        welcome = await _begin(house)
        if settings.demo is not None:
            await _admit_demo(house)
        yield welcome


async def _begin(house: House) -> Welcome | None:
    try:
        async with house.database.begin() as tx:
            if await tx.accounts.count():
                return None
            now = house.now()
            token = await create_account(tx, ADMIN, "admin", now)
            return Welcome(token, await create_key(tx, "first key", FIRST_SCOPES, now))
    except Conflict:
        # Another server began at the same moment, and shows them.
        return None


async def _admit_demo(house: House) -> None:
    """Let the demonstration platform call the API, unless it ever was let: it may have been revoked."""
    async with house.database.begin() as tx:
        if all(row.name != demo.NAME for row in await tx.accounts.keys()):
            secret = demo.demo_key(house.keys)
            await create_key(tx, demo.NAME, demo.SCOPES, house.now(), secret)

"""What a database without accounts gets, so that somebody can begin."""

from __future__ import annotations

from dataclasses import dataclass

from raiment.adapters.platforms import demo
from raiment.bootstrap import House
from raiment.cli.account import create_account
from raiment.cli.key import create_key
from raiment.errors import Conflict

ADMIN = "admin"
FIRST_SCOPES = ("gateway", "content", "trace")


@dataclass(frozen=True, slots=True)
class Welcome:
    """Shown once; kept nowhere."""

    link_token: str
    api_key: str


async def begin(house: House) -> Welcome | None:
    """Make the first account and the first API key; None where there is an account already."""
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


async def admit_demo(house: House) -> None:
    """Let the demonstration platform call the API, where it never was let."""
    async with house.database.begin() as tx:
        if any(row.name == demo.NAME for row in await tx.accounts.keys()):
            return
        secret = demo.demo_key(house.keys)
        await create_key(tx, demo.NAME, demo.SCOPES, house.now(), secret)

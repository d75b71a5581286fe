"""``raiment key``: which programs may call the API and the gateway."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import typer

from raiment.adapters.http.scopes import KEY_PREFIX, SCOPES
from raiment.adapters.postgres.ids import new_id
from raiment.adapters.postgres.transaction import Transaction
from raiment.bootstrap import open_house
from raiment.environment import settings_from_environment
from raiment.errors import InvalidInput
from raiment.evidence.record import Record

app = typer.Typer(
    name="key", help="API keys: programs that may call Raiment.", no_args_is_help=True
)

_LONGEST_NAME = 100


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="For you to recognise it.")],
    scope: Annotated[
        list[str], typer.Option(help=f"What it may do, repeatable: {', '.join(SCOPES)}.")
    ],
) -> None:
    """Make an API key and print it: it is shown only now."""
    print(asyncio.run(_add(name, scope)))


@app.command(name="list")
def list_keys() -> None:
    """List the keys: id, name, scopes, state."""
    asyncio.run(_list())


@app.command()
def revoke(key_id: Annotated[str, typer.Argument(help="As listed: key_...")]) -> None:
    """Revoke a key, at once and on all servers."""
    asyncio.run(_revoke(key_id))


async def create_key(
    tx: Transaction, name: str, scopes: Sequence[str], now: datetime, secret: str | None = None
) -> str:
    """Keep a new API key and return it; *secret* names the key instead of a fresh random one."""
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown:
        raise InvalidInput("scope", f"must be one of: {', '.join(SCOPES)}")
    if not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
        raise InvalidInput("name", f"must be 1 to {_LONGEST_NAME} printable characters")
    key_id, made = new_id("key"), secret or KEY_PREFIX + secrets.token_urlsafe(32)
    await tx.accounts.add_key(key_id, name, made, sorted(set(scopes)), now)
    tx.append(Record("key.created", key_id, now, {}, {"scopes": sorted(set(scopes))}))
    return made


async def _add(name: str, scopes: Sequence[str]) -> str:
    async with (
        open_house(settings_from_environment()) as house,
        house.database.begin() as tx,
    ):
        return await create_key(tx, name, scopes, house.now())


async def _list() -> None:
    async with (
        open_house(settings_from_environment()) as house,
        house.database.read() as tx,
    ):
        for row in await tx.accounts.keys():
            state = "revoked" if row.revoked_at else "live"
            print(row.id, row.name, ",".join(row.scopes), state, sep="\t")


async def _revoke(key_id: str) -> None:
    async with (
        open_house(settings_from_environment()) as house,
        house.database.begin() as tx,
    ):
        now = house.now()
        await tx.accounts.revoke_key(key_id, now)
        tx.append(Record("key.revoked", key_id, now, {}, {}))

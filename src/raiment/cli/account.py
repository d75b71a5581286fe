"""``raiment account``: who may sign in to the console."""

from __future__ import annotations

import asyncio
import secrets
from datetime import datetime
from typing import Annotated, Literal

import typer

from raiment.adapters.http.links import ACCOUNT_LINK_HOLDS, account_link
from raiment.adapters.postgres.ids import new_id
from raiment.adapters.postgres.transaction import Transaction
from raiment.bootstrap import open_house
from raiment.environment import settings_from_environment
from raiment.errors import InvalidInput, NotFound
from raiment.evidence.record import Record

Role = Literal["reviewer", "lead", "admin"]

app = typer.Typer(
    name="account", help="People who may sign in to the console.", no_args_is_help=True
)

_LONGEST_NAME = 100
_Name = Annotated[str, typer.Argument(help="With what the person signs in.")]


@app.command()
def add(
    name: _Name, role: Annotated[Role, typer.Option(help="What the person may do.")] = "reviewer"
) -> None:
    """Make an account, and print the one-time link with which its owner sets a password."""
    print(asyncio.run(_add(name, role)))


@app.command()
def link(name: _Name) -> None:
    """Print a new one-time link, for a password that was lost. It ends the old password's sessions."""
    print(asyncio.run(_link(name)))


@app.command(name="list")
def list_accounts() -> None:
    """List the accounts: name, role, state."""
    asyncio.run(_list())


@app.command()
def disable(name: _Name) -> None:
    """End an account and its sessions; what its owner decided stays attributed to it."""
    asyncio.run(_disable(name))


async def create_account(tx: Transaction, name: str, role: Role, now: datetime) -> str:
    """Keep a new account and return the token of its one-time link. Conflict where the name is taken."""
    if not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
        raise InvalidInput("name", f"must be 1 to {_LONGEST_NAME} printable characters")
    account_id = new_id("acct")
    await tx.accounts.add(account_id, name, role, now)
    tx.append(Record("account.created", account_id, now, {}, {"role": role}))
    return await _new_link(tx, account_id, now)


async def _new_link(tx: Transaction, account_id: str, now: datetime) -> str:
    token = secrets.token_urlsafe(32)
    await tx.accounts.add_link(account_id, token, now + ACCOUNT_LINK_HOLDS)
    return token


async def _add(name: str, role: Role) -> str:
    settings = settings_from_environment()
    async with open_house(settings) as house, house.database.begin() as tx:
        return account_link(settings.public_url, await create_account(tx, name, role, house.now()))


async def _link(name: str) -> str:
    settings = settings_from_environment()
    async with open_house(settings) as house, house.database.begin() as tx:
        account = await tx.accounts.by_name(name)
        if account is None:
            raise NotFound("account")
        now = house.now()
        tx.append(Record("account.link_made", account.id, now, {}, {}))
        return account_link(settings.public_url, await _new_link(tx, account.id, now))


async def _list() -> None:
    async with (
        open_house(settings_from_environment()) as house,
        house.database.read() as tx,
    ):
        for row in await tx.accounts.all():
            ready = "ready" if row.ready else "no password yet"
            print(row.name, row.role, "disabled" if row.disabled_at else ready, sep="\t")


async def _disable(name: str) -> None:
    async with (
        open_house(settings_from_environment()) as house,
        house.database.begin() as tx,
    ):
        now = house.now()
        account_id = await tx.accounts.disable(name, now)
        tx.append(Record("account.disabled", account_id, now, {}, {}))

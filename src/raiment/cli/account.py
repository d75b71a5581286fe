"""``raiment account``: who may sign in to the console."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from raiment.adapters.http.links import account_link
from raiment.adapters.postgres.account_keeping import (
    Role,
    create_account,
    disable_account,
    make_account_link,
)
from raiment.bootstrap import open_house
from raiment.environment import settings_from_environment

app = typer.Typer(
    name="account", help="People who may sign in to the console.", no_args_is_help=True
)

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


async def _add(name: str, role: Role) -> str:
    settings = settings_from_environment()
    async with open_house(settings) as house, house.database.begin() as tx:
        return account_link(settings.public_url, await create_account(tx, name, role, house.now()))


async def _link(name: str) -> str:
    settings = settings_from_environment()
    async with open_house(settings) as house, house.database.begin() as tx:
        return account_link(settings.public_url, await make_account_link(tx, name, house.now()))


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
        await disable_account(tx, name, house.now())

"""Making and ending accounts of the console, with what the log tells of it: one way for every door."""

from __future__ import annotations

import secrets
import unicodedata
from datetime import datetime
from typing import Final, Literal

from raiment.adapters.http.links import ACCOUNT_LINK_HOLDS
from raiment.adapters.postgres.ids import new_id
from raiment.adapters.postgres.transaction import Transaction
from raiment.errors import Conflict, InvalidInput, NotFound
from raiment.evidence.record import Record

Role = Literal["reviewer", "lead", "admin"]

_LONGEST_NAME: Final = 100
_TOKEN_BYTES: Final = 32


async def create_account(
    tx: Transaction, name: str, role: Role, now: datetime, by: str | None = None
) -> str:
    """
    Keep a new account and return the token of its one-time link; *by* is the account that asks.

    Raise InvalidInput for an unusable name, Conflict where one that reads the same is taken: names that
    differ in capitals, width or blanks only are taken for one another by people.
    """
    if not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
        raise InvalidInput("name", f"must be 1 to {_LONGEST_NAME} printable characters")
    await tx.accounts.hold_names_still()
    if any(_read_alike(row.name) == _read_alike(name) for row in await tx.accounts.all()):
        raise Conflict("an account of this name exists")
    account_id = new_id("acct")
    await tx.accounts.add(account_id, name, role, now)
    tx.append(Record("account.created", account_id, now, _ids(by), {"role": role}))
    return await _new_link(tx, account_id, now)


async def make_account_link(
    tx: Transaction, name: str, now: datetime, by: str | None = None
) -> str:
    """Return the token of a new one-time link. NotFound where there is no such account in use."""
    account = await tx.accounts.by_name(name)
    if account is None:
        raise NotFound("account")
    tx.append(Record("account.link_made", account.id, now, _ids(by), {}))
    return await _new_link(tx, account.id, now)


async def disable_account(tx: Transaction, name: str, now: datetime, by: str | None = None) -> None:
    """End an account and its sessions; what it decided stays attributed to it. NotFound where unknown."""
    account_id = await tx.accounts.disable(name, now)
    tx.append(Record("account.disabled", account_id, now, _ids(by), {}))


def _read_alike(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


async def _new_link(tx: Transaction, account_id: str, now: datetime) -> str:
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    await tx.accounts.add_link(account_id, token, now + ACCOUNT_LINK_HOLDS)
    return token


def _ids(by: str | None) -> dict[str, str]:
    return {} if by is None else {"by": by}

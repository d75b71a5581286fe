"""Accounts, one-time links, sessions and API keys. Every secret is kept as its SHA-256 only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import and_, delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from raiment.adapters.postgres.driver import driver_of
from raiment.adapters.postgres.tables import account_links, accounts, api_keys, sessions
from raiment.adapters.postgres.types import AnyRow, Rows
from raiment.errors import Conflict, NotFound

_KEY = "select id, name, scopes from api_keys where secret_sha256 = %s and revoked_at is null"

_NAMES_LOCK = 0x7261696D656E7403


def digest(secret: str) -> bytes:
    """Return what is kept of *secret*: 256 random bits need no slow hash."""
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in person."""

    account_id: str
    name: str
    role: str
    csrf_token: str


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A program that may call us."""

    id: str
    name: str
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class PostgresAccounts:
    """Accounts on one connection."""

    connection: AsyncConnection

    async def count(self) -> int:
        """Return how many accounts there are."""
        query = select(func.count()).select_from(accounts)
        return int(await self.connection.scalar(query) or 0)

    async def hold_names_still(self) -> None:
        """Until the commit, let nobody else add an account: two names may be one to a reader."""
        lock = text("select pg_advisory_xact_lock(:lock)")
        await self.connection.execute(lock, {"lock": _NAMES_LOCK})

    async def add(self, account_id: str, name: str, role: str, at: datetime) -> None:
        """Keep a new account without a password. Conflict where the name is taken."""
        values = {"id": account_id, "name": name, "role": role, "created_at": at}
        result = await self.connection.execute(
            upsert(accounts).values(values).on_conflict_do_nothing(index_elements=["name"])
        )
        if not result.rowcount:
            raise Conflict("an account of this name exists")

    async def by_name(self, name: str) -> AnyRow | None:
        """Return the account's row, None where there is none or it is disabled."""
        query = select(accounts).where(accounts.c.name == name, accounts.c.disabled_at.is_(None))
        return (await self.connection.execute(query)).one_or_none()

    async def all(self) -> Rows:
        """Return every account by name, without password hashes."""
        columns = (accounts.c.id, accounts.c.name, accounts.c.role, accounts.c.disabled_at)
        query = select(*columns, accounts.c.password_hash.is_not(None).label("ready"))
        return (await self.connection.execute(query.order_by(accounts.c.name))).all()

    async def disable(self, name: str, at: datetime) -> str:
        """Disable the account and end its sessions; return its id. NotFound where unknown."""
        account_id: str | None = await self.connection.scalar(
            update(accounts)
            .where(accounts.c.name == name, accounts.c.disabled_at.is_(None))
            .values(disabled_at=at)
            .returning(accounts.c.id)
        )
        if account_id is None:
            raise NotFound("account")
        await self.connection.execute(delete(sessions).where(sessions.c.account_id == account_id))
        return account_id

    async def add_link(self, account_id: str, token: str, expires_at: datetime) -> None:
        """Keep a one-time link."""
        values = {"token_sha256": digest(token), "account_id": account_id, "expires_at": expires_at}
        await self.connection.execute(insert(account_links).values(values))

    async def link(self, token: str, now: datetime) -> AnyRow | None:
        """Return id and name of the account that *token* still lets set a password."""
        query = (
            select(accounts.c.id, accounts.c.name)
            .join(account_links)
            .where(_usable(token, now), accounts.c.disabled_at.is_(None))
        )
        return (await self.connection.execute(query)).one_or_none()

    async def use_link(self, token: str, password_hash: str, now: datetime) -> str:
        """Set the password, spend the link, end old sessions; return the account's id."""
        account_id: str | None = await self.connection.scalar(
            update(account_links)
            .where(_usable(token, now))
            .values(used_at=now)
            .returning(account_links.c.account_id)
        )
        if account_id is None:
            raise NotFound("link")
        await self.set_password_hash(account_id, password_hash)
        await self.connection.execute(delete(sessions).where(sessions.c.account_id == account_id))
        return account_id

    async def set_password_hash(self, account_id: str, password_hash: str) -> None:
        """Replace the password's hash."""
        await self.connection.execute(
            update(accounts).where(accounts.c.id == account_id).values(password_hash=password_hash)
        )

    async def add_session(
        self, account_id: str, token: str, csrf_token: str, now: datetime, expires_at: datetime
    ) -> None:
        """Keep a new session."""
        values = {
            "token_sha256": digest(token),
            "account_id": account_id,
            "csrf_token": csrf_token,
            "created_at": now,
            "expires_at": expires_at,
        }
        await self.connection.execute(insert(sessions).values(values))

    async def session(self, token: str, now: datetime) -> Session | None:
        """Return who holds *token*, None where it expired or the account was disabled."""
        query = (
            select(accounts.c.id, accounts.c.name, accounts.c.role, sessions.c.csrf_token)
            .join(sessions)
            .where(
                sessions.c.token_sha256 == digest(token),
                sessions.c.expires_at > now,
                accounts.c.disabled_at.is_(None),
            )
        )
        row = (await self.connection.execute(query)).one_or_none()
        return None if row is None else Session(row.id, row.name, row.role, row.csrf_token)

    async def end_session(self, token: str) -> None:
        """Forget the session."""
        await self.connection.execute(
            delete(sessions).where(sessions.c.token_sha256 == digest(token))
        )

    async def forget_expired(self, now: datetime) -> None:
        """Delete sessions and links whose time has passed."""
        await self.connection.execute(delete(sessions).where(sessions.c.expires_at <= now))
        await self.connection.execute(
            delete(account_links).where(account_links.c.expires_at <= now)
        )

    async def add_key(
        self, key_id: str, name: str, secret: str, scopes: Sequence[str], at: datetime
    ) -> None:
        """Keep a new API key."""
        values = {
            "id": key_id,
            "name": name,
            "secret_sha256": digest(secret),
            "scopes": list(scopes),
            "created_at": at,
        }
        await self.connection.execute(insert(api_keys).values(values))

    async def key(self, secret: str) -> ApiKey | None:
        """Return the key that *secret* opens, None where it is unknown or revoked."""
        driver = await driver_of(self.connection)
        row = await (await driver.execute(_KEY, [digest(secret)])).fetchone()
        return None if row is None else ApiKey(row[0], row[1], frozenset(row[2]))

    async def keys(self) -> Rows:
        """Return every API key, newest last, without secrets."""
        columns = (api_keys.c.id, api_keys.c.name, api_keys.c.scopes, api_keys.c.revoked_at)
        query = select(*columns, api_keys.c.created_at).order_by(api_keys.c.created_at)
        return (await self.connection.execute(query)).all()

    async def revoke_key(self, key_id: str, at: datetime) -> None:
        """Revoke a key. NotFound where there is no live one."""
        result = await self.connection.execute(
            update(api_keys)
            .where(api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None))
            .values(revoked_at=at)
        )
        if not result.rowcount:
            raise NotFound("API key")


def _usable(token: str, now: datetime) -> Any:
    return and_(
        account_links.c.token_sha256 == digest(token),
        account_links.c.used_at.is_(None),
        account_links.c.expires_at > now,
    )

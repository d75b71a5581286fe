"""What the doors remember of calls: answers to idempotent ones, and counters for rate limits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import case, delete, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from raiment.adapters.postgres.accounts import digest
from raiment.adapters.postgres.tables import idempotency_keys, rate_windows
from raiment.errors import Conflict

IDEMPOTENCY_KEPT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What was answered the first time."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class PostgresRequests:
    """Calls on one connection."""

    connection: AsyncConnection

    async def answered(self, scope: str, key: str, request: bytes) -> KeptAnswer | None:
        """
        Return the answer kept for *key* within *scope*, None for a new key.

        Raise Conflict where the key came with another *request* before.
        """
        query = select(idempotency_keys).where(
            idempotency_keys.c.scope == scope, idempotency_keys.c.key_sha256 == digest(key)
        )
        row = (await self.connection.execute(query)).one_or_none()
        if row is None:
            return None
        if row.request_sha256 != sha256(request).digest():
            raise Conflict("this idempotency key was used for another request")
        return KeptAnswer(row.status, row.body)

    async def keep_answer(
        self, scope: str, key: str, request: bytes, answer: KeptAnswer, at: datetime
    ) -> None:
        """Keep *answer* with the change it tells of; the second of two at once fails whole."""
        values = {
            "scope": scope,
            "key_sha256": digest(key),
            "request_sha256": sha256(request).digest(),
            "status": answer.status,
            "body": answer.body,
            "stored_at": at,
        }
        await self.connection.execute(insert(idempotency_keys).values(values))

    async def count(self, key: str, window: timedelta, now: datetime) -> tuple[int, datetime]:
        """Count one more call under *key*; return the calls in its window and when that ends."""
        table = rate_windows.c
        over = table.expires_at <= now
        fresh = {"key_sha256": digest(key), "hits": 1, "expires_at": now + window}
        statement = upsert(rate_windows).values(fresh)
        statement = statement.on_conflict_do_update(
            index_elements=["key_sha256"],
            set_={
                "hits": case((over, 1), else_=table.hits + 1),
                "expires_at": case((over, now + window), else_=table.expires_at),
            },
        )
        row = (
            await self.connection.execute(statement.returning(table.hits, table.expires_at))
        ).one()
        return row.hits, row.expires_at

    async def forget_expired(self, now: datetime) -> None:
        """Delete counters and kept answers whose time has passed."""
        await self.connection.execute(delete(rate_windows).where(rate_windows.c.expires_at <= now))
        await self.connection.execute(
            delete(idempotency_keys).where(idempotency_keys.c.stored_at <= now - IDEMPOTENCY_KEPT)
        )

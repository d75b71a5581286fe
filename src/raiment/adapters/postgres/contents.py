"""The platform's content, as far as we need to know it: signals and state, never the picture."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from raiment.adapters.postgres.casework import COPIES_LOCK
from raiment.adapters.postgres.similar import signal_columns
from raiment.adapters.postgres.tables import contents
from raiment.adapters.postgres.types import AnyRow
from raiment.evidence.canonical import JSON
from raiment.matching.content import Content


@dataclass(frozen=True, slots=True)
class PostgresContents:
    """Content on one connection."""

    connection: AsyncConnection

    async def hold_banks_still(self) -> None:
        """Until the commit, let nobody search for every copy: this upload would be missed."""
        lock = text("select pg_advisory_xact_lock_shared(:lock)")
        await self.connection.execute(lock, {"lock": COPIES_LOCK})

    async def add(self, content: Content, matches: list[JSON], rule: str | None = None) -> bool:
        """
        Keep *content* with the *rule* that judged it, None where none did.

        False, and nothing changed, where its platform id is known already.
        """
        md5 = content.signals.bytes_md5
        values = {
            "id": content.id,
            "platform_id": content.platform_id,
            "location": content.location,
            "media_url": content.media_url,
            "uploader": content.uploader,
            "state": content.state.value,
            "verdict": content.verdict,
            "rule": rule,
            "matches": matches,
            "registered_at": content.registered_at,
            **signal_columns(content.signals),
            "bytes_md5": None if md5 is None else md5.value,
        }
        result = await self.connection.execute(
            upsert(contents).values(values).on_conflict_do_nothing(index_elements=["platform_id"])
        )
        return bool(result.rowcount)

    async def by_platform_id(self, platform_id: str) -> AnyRow | None:
        """Return the content's row, None where the platform never registered it."""
        query = select(contents).where(contents.c.platform_id == platform_id)
        return (await self.connection.execute(query)).one_or_none()

    async def by_id(self, content_id: str) -> AnyRow | None:
        """Return the content's row by Raiment's id."""
        query = select(contents).where(contents.c.id == content_id)
        return (await self.connection.execute(query)).one_or_none()

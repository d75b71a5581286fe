"""Screening decisions: verdict, findings and rules. Never the words that were judged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from raiment.adapters.postgres.tables import screenings
from raiment.adapters.postgres.types import AnyRow
from raiment.evidence.canonical import JSON


@dataclass(frozen=True, slots=True)
class KeptScreening:
    """One row of ``screenings``."""

    id: str
    surface: str
    stage: str
    api_key_id: str | None
    actor: str | None
    prompt_digest: str | None
    verdict: str
    rule: str | None
    judgement: JSON
    findings: JSON
    rule_set: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PostgresScreenings:
    """Screenings on one connection."""

    connection: AsyncConnection

    async def add(self, kept: KeptScreening) -> None:
        """Keep a decision."""
        values = {name: getattr(kept, name) for name in KeptScreening.__slots__}
        await self.connection.execute(insert(screenings), [values])

    async def by_id(self, screening_id: str) -> AnyRow | None:
        """Return a decision's row, None where there is none."""
        query = select(screenings).where(screenings.c.id == screening_id)
        return (await self.connection.execute(query)).one_or_none()

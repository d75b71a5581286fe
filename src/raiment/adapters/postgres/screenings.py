"""Screening decisions: verdict, findings and rules. Never the words that were judged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg.sql import SQL, Identifier, Placeholder
from psycopg.types.json import Jsonb
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from raiment.adapters.postgres.driver import driver_of
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


_COLUMNS = KeptScreening.__slots__
_JSON = frozenset({"judgement", "findings"})
_ADD = SQL("insert into screenings ({}) values ({})").format(
    SQL(", ").join(map(Identifier, _COLUMNS)), SQL(", ").join(Placeholder() for _ in _COLUMNS)
)


@dataclass(frozen=True, slots=True)
class PostgresScreenings:
    """Screenings on one connection."""

    connection: AsyncConnection

    async def add(self, kept: KeptScreening) -> None:
        """Keep a decision."""
        values = [getattr(kept, name) for name in _COLUMNS]
        driver = await driver_of(self.connection)
        await driver.execute(
            _ADD,
            [Jsonb(v) if name in _JSON else v for name, v in zip(_COLUMNS, values, strict=True)],
        )

    async def by_id(self, screening_id: str) -> AnyRow | None:
        """Return a decision's row, None where there is none."""
        query = select(screenings).where(screenings.c.id == screening_id)
        return (await self.connection.execute(query)).one_or_none()

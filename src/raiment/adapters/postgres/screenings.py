"""Screening decisions: verdict, findings and rules. Never the words that were judged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

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


_ADD = """
    insert into screenings (id, surface, stage, api_key_id, actor, prompt_digest, verdict, rule,
                            judgement, findings, rule_set, at)
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


@dataclass(frozen=True, slots=True)
class PostgresScreenings:
    """Screenings on one connection."""

    connection: AsyncConnection

    async def add(self, kept: KeptScreening) -> None:
        """Keep a decision."""
        driver = await driver_of(self.connection)
        parameters = (
            kept.id, kept.surface, kept.stage, kept.api_key_id, kept.actor, kept.prompt_digest,
            kept.verdict, kept.rule, Jsonb(kept.judgement), Jsonb(kept.findings), kept.rule_set, kept.at,
        )  # fmt: skip
        await driver.execute(_ADD, parameters)

    async def by_id(self, screening_id: str) -> AnyRow | None:
        """Return a decision's row, None where there is none."""
        query = select(screenings).where(screenings.c.id == screening_id)
        return (await self.connection.execute(query)).one_or_none()

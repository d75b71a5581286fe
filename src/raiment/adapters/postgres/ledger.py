"""The ledger of releases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from raiment.adapters.postgres.similar import likeness, signal_columns, similar
from raiment.adapters.postgres.tables import releases
from raiment.matching.ledger import Release, Trace
from raiment.matching.signal import PDQ_RADIUS
from raiment.matching.signals import Signals


@dataclass(frozen=True, slots=True)
class PostgresLedger:
    """``matching.ledger.Ledger`` on one connection."""

    connection: AsyncConnection

    async def add(self, release: Release) -> None:
        """Remember *release*."""
        values = {
            "id": release.id,
            "screening_id": release.screening_id,
            "actor": release.actor,
            "surface": release.surface,
            "released_at": release.released_at,
            **signal_columns(release.signals),
        }
        await self.connection.execute(insert(releases), [values])

    async def trace(self, signals: Signals) -> Sequence[Trace]:
        """Return the releases that show the same picture as *signals*, surest first."""
        rows = await self.connection.execute(similar(releases, signals, PDQ_RADIUS))
        found = ((row, likeness(row)) for row in rows)
        return [
            Trace(
                release_id=row.id,
                screening_id=row.screening_id,
                actor=row.actor,
                surface=row.surface,
                released_at=row.released_at,
                found_by=like.found_by,
                distance=like.distance,
                view=like.view,
            )
            for row, like in found
        ]

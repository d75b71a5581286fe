"""The ledger of releases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from raiment.adapters.postgres.driver import driver_of
from raiment.adapters.postgres.similar import PictureIndex, find_similar, signal_columns
from raiment.adapters.postgres.tables import releases
from raiment.matching.ledger import Release, Trace
from raiment.matching.signals import Signals

_ADD = """
    insert into releases (id, screening_id, actor, surface, released_at, bytes_sha256, pixels_blake3,
                          pdq, pdq_views, quality, mime, width, height, parts)
    values (%(id)s, %(screening_id)s, %(actor)s, %(surface)s, %(released_at)s, %(bytes_sha256)s,
            %(pixels_blake3)s, cast('x' || %(pdq)s as bit(256)), %(pdq_views)s, %(quality)s, %(mime)s,
            %(width)s, %(height)s, %(parts)s)
"""


@dataclass(frozen=True, slots=True)
class PostgresLedger:
    """``matching.ledger.Ledger`` on one connection."""

    connection: AsyncConnection
    index: PictureIndex | None = None
    """None: every release is compared."""

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
        await (await driver_of(self.connection)).execute(_ADD, values)

    async def trace(self, signals: Signals) -> Sequence[Trace]:
        """Return the releases that show the same picture as *signals*, surest first."""
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
            for row, like in await find_similar(self.connection, releases, [signals], self.index)
        ]

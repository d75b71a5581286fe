"""Chains of edits: what was asked to make a release, and how often requests on a root were blocked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import msgspec
from psycopg.types.json import Jsonb
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from raiment.adapters.postgres.driver import driver_of
from raiment.adapters.postgres.similar import PictureIndex, Similar, find_similar
from raiment.adapters.postgres.tables import chain_denials, release_chains, releases
from raiment.errors import Unavailable
from raiment.matching.signals import Signals
from raiment.screening.chain import Chain

CHAINS_KEPT = timedelta(days=30)
_ADD = "insert into release_chains (release_id, state, at) values (%s, %s, %s)"


@dataclass(frozen=True, slots=True)
class PostgresChains:
    """Chains on one connection."""

    connection: AsyncConnection
    index: PictureIndex | None = None
    """None: every release is compared."""

    async def leading_to(self, readings: Sequence[Signals], root: str) -> Chain:
        """
        Return the chain of the newest release that shows the picture with *readings*.

        *root* is what the picture is called where it is, or may be, a first one.
        """
        found = await find_similar(self.connection, releases, readings, self.index)
        exact = [one for one in found if one.likeness.found_by != "pdq"]
        if not found:
            return Chain((root,))
        chain = await self._of(max(exact or found, key=_age))
        return chain if exact else replace(chain, roots=(*chain.roots, root))

    async def _of(self, release: Similar) -> Chain:
        query = select(release_chains.c.state).where(release_chains.c.release_id == release.row.id)
        state = (await self.connection.execute(query)).scalar_one_or_none()
        if state is None:
            return Chain((release.row.screening_id,))
        try:
            return msgspec.convert(state, Chain)
        except msgspec.ValidationError as error:
            raise Unavailable("chains", "a kept chain cannot be read") from error

    async def add(self, release_id: str, chain: Chain, at: datetime) -> None:
        """Remember what led to the release."""
        driver = await driver_of(self.connection)
        await driver.execute(_ADD, (release_id, Jsonb(msgspec.to_builtins(chain)), at))

    async def denials(self, roots: Sequence[str]) -> int:
        """Return how many requests on that of *roots* with the most were blocked."""
        if not roots:
            return 0
        most = func.coalesce(func.max(chain_denials.c.denials), 0)
        query = select(most).where(chain_denials.c.root.in_(roots))
        return int((await self.connection.execute(query)).scalar_one())

    async def count_denial(self, roots: Sequence[str], at: datetime) -> None:
        """Count one more blocked request on each of *roots*."""
        table = chain_denials.c
        # Sorted: two transactions on the same roots wait for each other, and never in a circle.
        for root in sorted(roots):
            statement = insert(chain_denials).values(root=root, denials=1, at=at)
            more = {"denials": table.denials + 1, "at": at}
            await self.connection.execute(
                statement.on_conflict_do_update(index_elements=["root"], set_=more)
            )

    async def forget_past(self, now: datetime) -> None:
        """Delete what is older than ``CHAINS_KEPT``."""
        for table in (release_chains, chain_denials):
            past = delete(table).where(table.c.at <= now - CHAINS_KEPT)
            await self.connection.execute(past)


def _age(found: Similar) -> tuple[datetime, int]:
    return found.row.released_at, found.row.number

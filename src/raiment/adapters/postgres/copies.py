"""What was found to show an image, in the words of casework; and where its parts are looked for."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Table, text
from sqlalchemy.ext.asyncio import AsyncConnection

from raiment.adapters.postgres.similar import NearRows, PictureIndex, Similar, find_parts, scanned
from raiment.adapters.postgres.tables import contents, releases
from raiment.casework.case import FoundBy
from raiment.casework.storage import Copy, Origin
from raiment.matching.signal import Pdq

_HORIZON = text("select pg_snapshot_xmin(pg_current_snapshot())::text")
_THERE = {"visible", "held", "hidden"}
"""Content that people see, or may see again."""


def copies_of(found: Iterable[Similar], content_ids: Collection[str]) -> list[Copy]:
    """Return the content that was *found*, less *content_ids* and what needs nothing any more."""
    copies = []
    for row, like in found:
        if row.id not in content_ids and row.state in _THERE:
            by = FoundBy(like.found_by)
            seen = (like.distance, like.view) if by is FoundBy.PDQ else (None, None)
            copies.append(Copy(row.id, row.platform_id, by, *seen))
    return copies


def origins_of(found: Iterable[Similar]) -> list[Origin]:
    """Return the releases that were *found*."""
    return [Origin(row.id, FoundBy(like.found_by), like.distance, like.view) for row, like in found]


@dataclass(frozen=True, slots=True)
class PartsNear:
    """Which rows may show a part of a picture: looked for beforehand, with nobody kept waiting."""

    contents: NearRows
    releases: NearRows


async def parts_near(
    connection: AsyncConnection, index: PictureIndex | None, cuts: Sequence[Pdq]
) -> PartsNear:
    """
    Return which rows may show one of *cuts*, some of those that this transaction cannot see included.

    Searching runs off the event loop.
    """
    # Before anything is read: what is complete now is complete in whatever is read later.
    horizon = int((await connection.execute(_HORIZON)).scalar_one())

    async def near(table: Table) -> NearRows:
        found = None if index is None else await asyncio.to_thread(index.near, table.name, cuts)
        if found is None:
            found = replace(await scanned(connection, table, cuts), horizon=horizon)
        return found

    return PartsNear(await near(contents), await near(releases))


@dataclass(frozen=True, slots=True)
class PostgresCroppedCopies:
    """``casework.attach_crops.CroppedCopies`` on one connection."""

    connection: AsyncConnection
    cuts: Sequence[Pdq]
    near: PartsNear

    async def copies(self) -> Sequence[Copy]:
        """Return the registered content that shows a part, less what needs nothing any more."""
        return copies_of(
            await find_parts(self.connection, contents, self.cuts, self.near.contents), ()
        )

    async def origins(self) -> Sequence[Origin]:
        """Return the releases that show a part."""
        return origins_of(
            await find_parts(self.connection, releases, self.cuts, self.near.releases)
        )

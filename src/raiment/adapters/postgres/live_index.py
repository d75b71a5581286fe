"""
The index of one process over the banks' PDQ entries, kept in step with the database.

``bank_changes`` numbers the changes of entries. A position is taken under a lock that is held to
the commit, so positions become visible in order and without a gap: who has read up to one has
missed nothing before it. (Numbers of a sequence are given out before the commit and may appear
out of order.) The follower wakes at a notification, looks every so often anyway, and so catches up after a
lost connection by reading on from where it was.

A lookup asks the database for whatever changed since the index's position, in the caller's
transaction (``bank_lookup``), so it is exact however far the index lags. Where the feed is older
than ``STALE_SECONDS``, or nothing is loaded yet, the index gives no answer and every entry is compared.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Final

from psycopg import AsyncConnection
from sqlalchemy.engine import URL

from raiment.adapters.postgres.bank_lookup import Candidates
from raiment.adapters.postgres.following import LOOK_SECONDS, Follower
from raiment.adapters.postgres.loading import Filling, load
from raiment.adapters.postgres.scan import BANKED_ON_PAGES
from raiment.matching.index import PdqIndex
from raiment.matching.signal import PDQ_BITS, Pdq

STALE_SECONDS: Final = 1.0
_MOST_CHANGES: Final = 5_000

_HEAD = """
    select position, (select coalesce(max(radius), 0) from hash_banks) from bank_feed
"""
_CHANGES = """
    select change.position, entry.number, entry.pdq::text, entry.state <> 'withdrawn',
        entry.signal_type = 'pdq_crop'
    from bank_changes change left join bank_entries entry on entry.number = change.entry_number
    where change.position > %s order by change.position limit %s
"""


class _Gap(Exception):
    """Changes between our position and the oldest one kept are gone: load anew."""


class LiveIndex(Follower):
    """``bank_lookup.BankIndex`` of this process. ``following`` keeps it in step."""

    _part = "bank_index"

    def __init__(self, url: str | URL) -> None:
        super().__init__(url)
        self._whole, self._crops = PdqIndex(), PdqIndex()
        self._position: int | None = None
        self._radius = 0

    def candidates(self, hashes: Sequence[Pdq], insets: Sequence[Pdq] = ()) -> Candidates | None:
        """Return the entries near; None where nothing is loaded, or the feed is stale."""
        # INVARIANT: the position is read before the search. What changes in between is newer than
        # the position, and the database itself is asked about that.
        position = self.position
        if position is None:
            return None
        near = (
            *self._whole.near_each(hashes, self._radius),
            *self._crops.near_each((*hashes, *insets), self._radius),
        )
        numbers = sorted({one.number for neighbours in near for one in neighbours})
        return Candidates(numbers, position)

    @property
    def position(self) -> int | None:
        """Up to which change the index is known to be complete; None where that is not recent."""
        return self._position if self._is_in_step(STALE_SECONDS) else None

    def __len__(self) -> int:
        return len(self._whole) + len(self._crops)

    def _forget(self) -> None:
        # Let go at once: loading anew would otherwise hold all of it twice.
        self._whole, self._crops = PdqIndex(), PdqIndex()
        self._position = None

    async def _keep_in_step(self, connection: AsyncConnection[Any]) -> None:
        # Before anything is read: what commits from now on is told.
        await connection.execute("listen bank_changes")
        while True:
            try:
                if self._position is None:
                    await self._load(connection)
                await self._catch_up(connection)
            except _Gap:
                self._forget()
                continue
            self._merge_aside(self._whole, self._crops)
            async for _ in connection.notifies(timeout=LOOK_SECONDS, stop_after=1):
                pass

    async def _load(self, connection: AsyncConnection[Any]) -> None:
        """Load every entry, as of one instant, into fresh indexes, and then put them in place."""
        whole, crops = PdqIndex(), PdqIndex()
        async with connection.transaction():
            head = await (await connection.execute(_HEAD)).fetchone()
            assert head is not None
            position, radius = head
            filling = Filling("bank_entries", BANKED_ON_PAGES, whole, crops)
            await load([filling], connection, self._conninfo)
        self._whole, self._crops = whole, crops
        self._radius, self._position = radius, position

    async def _catch_up(self, connection: AsyncConnection[Any]) -> None:
        """Read changes until there are no more. Raise _Gap where some were not kept for us."""
        while True:
            assert self._position is not None
            began = time.monotonic()
            async with connection.transaction():
                head = await (await connection.execute(_HEAD)).fetchone()
                assert head is not None
                asked = self._position, _MOST_CHANGES
                changes = await (await connection.execute(_CHANGES, asked)).fetchall()
            following = changes[0][0] - 1 if changes else head[0]
            if following != self._position:
                raise _Gap
            # The radius first: entries of a new bank may need a wider search than before.
            self._radius = max(self._radius, head[1])
            self._apply(changes)
            if len(changes) < _MOST_CHANGES:
                self._in_step(began)
                return

    def _apply(self, changes: Sequence[tuple[int, int | None, str | None, bool, bool]]) -> None:
        if not changes:
            return
        for index, of_crops in ((self._whole, False), (self._crops, True)):
            added: dict[int, Pdq] = {}
            removed: dict[int, Pdq] = {}
            for _, number, bits, live, crop in changes:
                if number is not None and bits is not None and crop is of_crops:
                    pdq = Pdq(int(bits, 2).to_bytes(PDQ_BITS // 8))
                    (added if live else removed)[number] = pdq
            index.remove(removed.items())
            index.add(added.items())
        self._position = changes[-1][0]

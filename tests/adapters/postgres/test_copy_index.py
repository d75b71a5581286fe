"""The index over contents and releases says what a scan of every picture says, at every moment."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from unittest.mock import patch

import pytest
from sqlalchemy import text

from raiment.adapters.postgres import copy_index, following, loading
from raiment.adapters.postgres.copies import parts_near
from raiment.adapters.postgres.copy_index import CopyIndex
from raiment.adapters.postgres.database import Database, open_database
from raiment.adapters.postgres.ids import new_id
from raiment.adapters.postgres.similar import PictureIndex, find_parts, find_similar, scanned
from raiment.adapters.postgres.tables import contents, releases
from raiment.adapters.postgres.transaction import Transaction
from raiment.matching.content import Content, ContentState
from raiment.matching.ledger import Release
from raiment.matching.signal import Pdq, PdqViews, Sha256
from raiment.matching.signals import Signals

WAIT_SECONDS = 60
"""Only so that a test ends; no test asks how long anything took."""
SCREENING = "scr_0"
ONE_SNAPSHOT = text("set transaction isolation level repeatable read")
"""So that scan and index are asked of the same instant."""


@dataclass
class Pictures:
    """Pictures of a few families: those of one family are near each other."""

    source: random.Random
    families: list[Pdq]

    def one(self) -> Signals:
        """Return a picture whose hash, or that of a part, or neither, is near a family."""
        views = [self._near() if self._often() else self._any() for _ in range(8)]
        quality = 100 if self._often() else 30
        parts = tuple(self._near() for _ in range(self.source.randrange(3)))
        digest = Sha256(self.source.randbytes(32))
        whole = PdqViews(quality, tuple(views))
        return Signals(digest, digest, whole, "image/png", 64, 64, parts=parts)

    def _often(self) -> bool:
        return self.source.random() < 0.8

    def _any(self) -> Pdq:
        return Pdq(self.source.randbytes(32))

    def _near(self) -> Pdq:
        number = int.from_bytes(self.source.choice(self.families).value)
        for bit in self.source.sample(range(256), self.source.randrange(25)):
            number ^= 1 << bit
        return Pdq(number.to_bytes(32))


def pictures(seed: int) -> Pictures:
    """Return the same pictures in every run."""
    source = random.Random(seed)  # noqa: S311 - nothing here is secret
    return Pictures(source, [Pdq(source.randbytes(32)) for _ in range(4)])


@asynccontextmanager
async def followed(url: str) -> AsyncIterator[tuple[Database, CopyIndex]]:
    """Lend a database whose searches use an index of this process, loaded."""
    index = CopyIndex(url)
    database = replace(open_database(url), pictures=index)
    async with database.begin() as tx:
        await tx.connection.execute(
            text(
                "insert into screenings (id, surface, stage, verdict, judgement, findings, rule_set, at)"
                " values (:id, 'gateway', 'output', 'allow', '{}', '[]', 'none', now())"
            ),
            {"id": SCREENING},
        )
    async with index.following():
        await level(database, index)
        yield database, index
    await database.close()


async def level(database: Database, index: CopyIndex) -> None:
    """Wait until the index has taken in all that is committed."""
    async with asyncio.timeout(WAIT_SECONDS):
        while True:
            async with database.read() as tx:
                newest = await tx.connection.scalar(
                    text(
                        "select greatest((select max(arrived) from contents),"
                        " (select max(arrived) from releases))::text"
                    )
                )
            if index.horizon is not None and index.horizon > int(newest or 0):
                return
            await asyncio.sleep(0.01)


async def looked(index: CopyIndex) -> None:
    """Wait until the index has looked again at what is committed now."""
    for _ in range(2):
        last = index._in_step_at
        async with asyncio.timeout(WAIT_SECONDS):
            while index._in_step_at == last:  # noqa: ASYNC110 - likewise
                await asyncio.sleep(0.01)


async def put(tx: Transaction, signals: Signals, *, release: bool) -> None:
    """Keep a picture."""
    now = (await tx.connection.execute(text("select now()"))).scalar_one()
    if release:
        await tx.ledger.add(Release(new_id("rel"), SCREENING, None, "gateway", signals, now))
        return
    one = new_id("cnt")
    state = ContentState.VISIBLE
    content = Content(one, one, None, None, None, state, "allow", signals, now)
    assert await tx.contents.add(content, [])


async def agree(tx: Transaction, index: PictureIndex, subjects: list[Signals]) -> int:
    """Check that index and scan say the same within *tx*; return how much they found."""
    found = 0
    for table in (contents, releases):
        scan = await find_similar(tx.connection, table, subjects, None)
        assert await find_similar(tx.connection, table, subjects, index) == scan
        cuts = [pdq for one in subjects for pdq in one.pdq.hashes]
        near = await scanned(tx.connection, table, cuts)
        named = index.near(table.name, cuts)
        if named is not None:
            parts = await find_parts(tx.connection, table, cuts, near)
            assert await find_parts(tx.connection, table, cuts, named) == parts
            found += len(parts)
        found += len(scan)
    return found


@pytest.fixture(autouse=True)
def busily() -> Iterator[None]:
    """Let indexes look and be merged all the time."""
    with (
        patch.object(following, "_MERGE_BEYOND", 3),
        patch.object(copy_index, "LOOK_SECONDS", 0.02),
    ):
        yield


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_happens_in_which_order_it_says_what_a_scan_says(
    embedded_url: str, seed: int
) -> None:
    """Writers at once, of which some give up and some take their time; asked within and without."""
    made = pictures(seed)
    found = 0
    async with followed(embedded_url) as (database, index):

        async def write(count: int, pause: float, *, give_up: bool) -> None:
            nonlocal found
            async with database.begin() as tx:
                await tx.connection.execute(ONE_SNAPSHOT)
                for _ in range(count):
                    await put(tx, made.one(), release=made.source.random() < 0.5)
                    await asyncio.sleep(pause)
                found += await agree(tx, index, [made.one(), made.one()])
                if give_up:
                    await tx.connection.rollback()

        async def ask() -> None:
            nonlocal found
            async with database.read() as tx:
                await tx.connection.execute(ONE_SNAPSHOT)
                found += await agree(tx, index, [made.one()])

        for _ in range(5):
            writers = [
                write(
                    made.source.randrange(1, 5),
                    made.source.choice([0, 0.01, 0.1]),
                    give_up=made.source.random() < 0.3,
                )
                for _ in range(4)
            ]
            await asyncio.gather(*writers, ask(), ask())
            await ask()
        await level(database, index)
        await ask()
    assert found > 100


async def test_one_that_commits_late_is_not_passed_over(embedded_url: str) -> None:
    """Its number and its transaction are older than those of rows that were taken in long ago."""
    made = pictures(11)
    late, early = made.one(), made.one()
    async with followed(embedded_url) as (database, index):
        async with database.begin() as slow:
            await put(slow, late, release=False)
            async with database.begin() as tx:
                await put(tx, early, release=False)
            await looked(index)
            async with database.read() as tx:
                [found] = await find_similar(tx.connection, contents, [early], index)
                assert found.likeness.found_by == "bytes"
                assert await find_similar(tx.connection, contents, [late], index) == []
        async with database.read() as tx:
            assert len(await find_similar(tx.connection, contents, [late], index)) == 1
        await level(database, index)
        assert len(index) == sum(_hashes(one) for one in (early, late))


def _hashes(signals: Signals) -> int:
    """Return how many hashes of the picture an index holds."""
    return signals.pdq.matchable + len(set(signals.parts))


async def test_what_is_loaded_page_by_page_is_what_came_one_by_one(embedded_url: str) -> None:
    """Pictures with parts, without, and without structure enough; rows written twice."""
    made = pictures(8)
    plain = [made.one() for _ in range(60)]
    parted = [
        replace(one, parts=(made.one().pdq.plain,) * (place % 3)) for place, one in enumerate(plain)
    ]
    blurred = [
        replace(one, pdq=PdqViews(place, one.pdq.hashes)) for place, one in enumerate(parted)
    ]
    async with followed(embedded_url) as (database, index):
        for each in (parted[:40], blurred):
            async with database.begin() as tx:
                for place, one in enumerate(each):
                    await put(tx, one, release=place % 2 == 0)
        async with database.begin() as tx:
            await tx.connection.execute(
                text("update contents set verdict = 'hold' where number % 3 = 0")
            )
        await level(database, index)
        late = CopyIndex(embedded_url)
        with patch.object(loading, "_PAGES", 1):
            async with late.following():
                await level(database, late)
                async with database.read() as tx:
                    assert await agree(tx, late, [*plain[::9]])
        assert len(late) == len(index) == sum(_hashes(one) for one in (*parted[:40], *blurred))


async def test_a_lost_connection_loses_no_picture(database_url: str) -> None:
    """Meanwhile the answers are right; afterwards the index has what it missed."""
    made = pictures(9)
    cut = text(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()"
        " and usename = current_user and pid <> pg_backend_pid()"
    )
    kept = 0
    async with followed(database_url) as (database, index):
        for _ in range(3):
            async with database.read() as tx:
                await tx.connection.execute(cut)
            one = made.one()
            async with database.begin() as tx:
                await put(tx, one, release=False)
            kept += _hashes(one)
            async with database.read() as tx:
                assert await agree(tx, index, [one])
            await level(database, index)
            assert len(index) == kept


async def test_where_nothing_was_heard_for_long_every_picture_is_compared(
    embedded_url: str,
) -> None:
    """An index that does not follow says nothing, rather than "no copy"."""
    one = pictures(3).one()
    async with followed(embedded_url) as (database, index):
        async with database.begin() as tx:
            await put(tx, one, release=False)
        await level(database, index)
    assert index.near("contents", []) is not None
    with patch.object(copy_index, "STALE_SECONDS", 0.0):
        assert index.near("contents", []) is None
        async with database.read() as tx:
            assert len(await find_similar(tx.connection, contents, [one], index)) == 1
    await database.close()


async def test_a_database_put_back_is_read_anew(embedded_url: str) -> None:
    """Its transactions are older than those the index knows, and so are its pictures."""
    made = pictures(6)
    one, two = made.one(), made.one()
    async with followed(embedded_url) as (database, index):
        async with database.begin() as tx:
            await put(tx, one, release=False)
            await put(tx, two, release=True)
            await tx.connection.execute(text("update contents set arrived = '0'"))
        index._horizon = 2**60
        async with asyncio.timeout(WAIT_SECONDS):
            while len(index) != _hashes(one) + _hashes(two):  # noqa: ASYNC110 - nothing tells
                await asyncio.sleep(0.01)
        async with database.read() as tx:
            assert await agree(tx, index, [one, two])


@pytest.mark.parametrize("indexed", [True, False])
async def test_parts_are_looked_for_before_anybody_has_to_wait(
    embedded_url: str, indexed: bool
) -> None:
    """What was committed between that search and the next look is found too."""
    made = pictures(5)
    before, between = (replace(made.one(), parts=(made.one().pdq.plain,)) for _ in "12")
    cuts = [*before.parts, *between.parts]
    async with followed(embedded_url) as (database, index):
        async with database.begin() as tx:
            await put(tx, before, release=True)
        await level(database, index)
        async with database.read() as tx:
            near = await parts_near(tx.connection, index if indexed else None, cuts)
            async with database.begin() as other:
                await put(other, between, release=True)
        async with database.begin() as tx:
            found = await find_parts(tx.connection, releases, cuts, near.releases)
            assert sorted(one.likeness.distance for one in found)[:2] == [0, 0]
            assert len(found) == 2
            assert await find_parts(tx.connection, contents, cuts, near.contents) == []

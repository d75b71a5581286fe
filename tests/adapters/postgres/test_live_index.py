"""The index of a process says what a scan of every entry says, at every moment."""

from __future__ import annotations

import asyncio
import random
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from sqlalchemy import text

from raiment.adapters.postgres.bank_lookup import BankIndex
from raiment.adapters.postgres.banks import PostgresBanks
from raiment.adapters.postgres.database import Database, open_database
from raiment.adapters.postgres.ids import new_id
from raiment.adapters.postgres.live_index import LiveIndex
from raiment.adapters.postgres.transaction import Transaction
from raiment.matching.bank import BankKind
from raiment.matching.bank_entry import NewEntry
from raiment.matching.signal import Pdq, PdqViews, Sha256
from raiment.matching.signals import Signals
from raiment.matching.view import View

WAIT_SECONDS = 60
"""Only so that a test ends; no test asks how long anything took."""

CHILD = """
import asyncio, sys
from raiment.adapters.postgres.database import open_database
from raiment.adapters.postgres.live_index import LiveIndex
from raiment.matching.signal import Pdq

async def main(url):
    index, database = LiveIndex(url), open_database(url)
    async with index.following():
        database = type(database)(database.engine, database.jobs, index)
        while index.position is None:
            await asyncio.sleep(0.01)
        print("ready", flush=True)
        while line := (await asyncio.to_thread(sys.stdin.readline)).strip():
            async with database.read() as tx:
                found = await tx.banks.matches_of(Pdq(bytes.fromhex(line)))
            print(" ".join(["found", *(one.match.entry_id for one in found)]), flush=True)
    await database.close()

asyncio.run(main(sys.argv[1]))
"""


@asynccontextmanager
async def followed(url: str) -> AsyncIterator[tuple[Database, LiveIndex]]:
    """Lend a database whose lookups use an index of this process, loaded."""
    index = LiveIndex(url)
    database = replace(open_database(url), index=index)
    async with index.following():
        await level(database, index)
        yield database, index
    await database.close()


async def level(database: Database, index: LiveIndex) -> None:
    """Wait until the index has taken in every change."""
    async with asyncio.timeout(WAIT_SECONDS):
        while True:
            async with database.read() as tx:
                newest = await tx.connection.scalar(text("select position from bank_feed"))
            if index.position == newest:
                return
            await asyncio.sleep(0.01)


def seeded(seed: int) -> random.Random:
    """Return a source of the same hashes in every run."""
    return random.Random(seed)  # noqa: S311 - nothing here is secret


async def make_bank(database: Database, name: str, radius: int = 31) -> str:
    """Make a bank of allegations."""
    async with database.begin() as tx:
        row, _ = await tx.bank_keeping.create(name, BankKind.OUTSIDE, radius)
    return str(row.id)


async def put(tx: Transaction, bank_id: str, *hashes: Pdq) -> list[str]:
    """Bank hashes."""
    bank = await tx.bank_keeping.bank(bank_id)
    entries = [NewEntry("pdq", pdq.hex) for pdq in hashes]
    at = (await tx.connection.execute(text("select now()"))).scalar_one()
    return [one.id for one in await tx.bank_keeping.add(bank, entries, "a list", at)]


async def put_crop(tx: Transaction, entry_id: str, pdq: Pdq) -> None:
    """Bank the hash of a crop of the picture of an entry."""
    statement = """
        insert into bank_entries
            (id, bank_id, signal_type, value, pdq, state, source, added_at, crop_of)
        select :id, bank_id, 'pdq_crop', :hex, cast('x' || :hex as bit(256)), 'active', source, now(), id
        from bank_entries where id = :of
    """
    given = {"id": new_id("hash"), "hex": pdq.hex, "of": entry_id}
    await tx.connection.execute(text(statement), given)


async def end(tx: Transaction, bank_id: str, entry_id: str) -> None:
    """Withdraw an entry."""
    at = (await tx.connection.execute(text("select now()"))).scalar_one()
    await tx.bank_keeping.withdraw(bank_id, entry_id, at)


def near(pdq: Pdq, bits: int, source: random.Random) -> Pdq:
    """Return a hash so many bits away."""
    number = int.from_bytes(pdq.value)
    for bit in source.sample(range(256), bits):
        number ^= 1 << bit
    return Pdq(number.to_bytes(32))


def picture(pdq: Pdq, source: random.Random) -> Signals:
    """Return the signals of a picture with this hash in one of its views."""
    hashes = [Pdq(source.randbytes(32)) for _ in range(8)]
    hashes[source.randrange(8)] = pdq
    digest = Sha256(source.randbytes(32))
    whole = PdqViews(100, tuple(hashes))
    looks = (*whole.by_view(), (View.INSET, near(pdq, 3, source)))
    return Signals(digest, digest, whole, "image/png", 64, 64, disguises=looks)


async def agree(tx: Transaction, index: BankIndex, asked: Signals) -> int:
    """Check that index and scan say the same within *tx*; return how much they found."""
    scanned = await PostgresBanks(tx.connection).matches(asked)
    assert await PostgresBanks(tx.connection, index).matches(asked) == scanned
    return len(scanned)


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_happens_in_which_order_it_says_what_a_scan_says(
    embedded_url: str, seed: int
) -> None:
    """Entries come and go in banks of several radii; asked before and after each commit."""
    source = seeded(seed)
    known = [Pdq(source.randbytes(32)) for _ in range(20)]
    found = 0
    async with followed(embedded_url) as (database, index):
        banks = [await make_bank(database, f"B{radius}", radius) for radius in (0, 16, 31)]
        kept: list[tuple[str, str]] = []
        for step in range(60):
            async with database.begin() as tx:
                if kept and source.random() < 0.4:
                    bank_id, entry_id = source.choice(kept)
                    change = source.choice([tx.bank_keeping.withdraw, tx.bank_keeping.reinstate])
                    now = (await tx.connection.execute(text("select now()"))).scalar_one()
                    await change(bank_id, entry_id, now)
                else:
                    bank_id = source.choice(banks)
                    new = [near(source.choice(known), source.randrange(40), source) for _ in "123"]
                    entries = await put(tx, bank_id, *new)
                    kept += [(bank_id, entry) for entry in entries]
                    if entries and step % 2:
                        await put_crop(tx, entries[0], near(source.choice(known), 20, source))
                asked = picture(near(source.choice(known), source.randrange(12), source), source)
                found += await agree(tx, index, asked)
                if source.random() < 0.2:
                    await tx.connection.rollback()
                    break_off = True
                else:
                    break_off = False
            if break_off:
                kept = await stored(database)
            if step % 3 == 0:
                await level(database, index)
            async with database.read() as tx:
                found += await agree(tx, index, asked)
        assert index.position is not None
    assert found > 50


async def stored(database: Database) -> list[tuple[str, str]]:
    """Return bank and id of every entry, crops aside."""
    async with database.read() as tx:
        statement = "select bank_id, id from bank_entries where crop_of is null order by id"
        rows = await tx.connection.execute(text(statement))
        return [(row.bank_id, row.id) for row in rows]


async def test_an_inset_is_looked_for_among_crops_only(embedded_url: str) -> None:
    """Whether entries were loaded at the start or came later; and by a scan no less."""
    source = seeded(9)
    plain, cropped, other = (Pdq(source.randbytes(32)) for _ in range(3))

    def asked(pdq: Pdq) -> Signals:
        digest = Sha256(source.randbytes(32))
        whole = PdqViews(100, (Pdq(source.randbytes(32)),) * 8)
        looks = ((View.AS_IS, whole.plain), (View.INSET, pdq))
        return Signals(digest, digest, whole, "image/png", 64, 64, disguises=looks)

    async with followed(embedded_url) as (database, index):
        bank = await make_bank(database, "B")
        async with database.begin() as tx:
            (entry, _) = await put(tx, bank, plain, other)
            await put_crop(tx, entry, cropped)
        await level(database, index)
        late = LiveIndex(embedded_url)
        async with late.following():
            await level(database, late)
            async with database.read() as tx:
                for each in (index, late):
                    assert len(each) == 3
                    assert await agree(tx, each, asked(plain)) == 0
                    assert await agree(tx, each, asked(cropped)) == 1
            assert not late.candidates([], [plain, other]).numbers  # type: ignore[union-attr]


@asynccontextmanager
async def another_process(url: str) -> AsyncIterator[Process]:
    """Start a process with an index of its own, and end it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CHILD, url, stdin=PIPE, stdout=PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    async with asyncio.timeout(WAIT_SECONDS):
        assert await process.stdout.readline() == b"ready\n"
        yield process
        process.stdin.close()
        assert await process.wait() == 0


async def ask(process: Process, pdq: Pdq) -> list[str]:
    """Return the ids of the entries that the other process finds."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(pdq.hex.encode() + b"\n")
    return (await process.stdout.readline()).decode().split()[1:]


async def test_what_one_process_banks_the_others_find_at_once(database_url: str) -> None:
    """The lookup after the commit finds it, and the one after its withdrawal does not."""
    source = seeded(7)
    database = open_database(database_url)
    bank_id = await make_bank(database, "B")
    async with another_process(database_url) as one, another_process(database_url) as two:
        for _ in range(5):
            pdq = Pdq(source.randbytes(32))
            async with database.begin() as tx:
                [entry] = await put(tx, bank_id, pdq)
            asked = near(pdq, 31, source)
            assert [await ask(one, asked), await ask(two, asked)] == [[entry], [entry]]
            async with database.begin() as tx:
                await end(tx, bank_id, entry)
            assert [await ask(one, asked), await ask(two, asked)] == [[], []]
    await database.close()


async def test_a_lost_connection_loses_no_change(database_url: str) -> None:
    """Meanwhile the answers are right; afterwards the index has what it missed."""
    source = seeded(9)
    cut = text(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()"
        " and usename = current_user and pid <> pg_backend_pid()"
        " and query like any (array['%bank_%', 'commit', 'COMMIT', 'listen%'])"
    )
    async with followed(database_url) as (database, index):
        bank_id = await make_bank(database, "B")
        for _ in range(3):
            async with database.read() as tx:
                await tx.connection.execute(cut)
            pdq = Pdq(source.randbytes(32))
            async with database.begin() as tx:
                [entry] = await put(tx, bank_id, pdq)
            async with database.read() as tx:
                assert [one.match.entry_id for one in await tx.banks.matches_of(pdq)] == [entry]
            await level(database, index)
            assert [*index.candidates([pdq]).numbers]  # type: ignore[union-attr]


async def test_without_a_fresh_feed_every_entry_is_compared(embedded_url: str) -> None:
    """An index that does not follow says nothing, rather than "no match"."""
    pdq = Pdq(seeded(3).randbytes(32))
    index = LiveIndex(embedded_url)
    database = replace(open_database(embedded_url), index=index)
    bank_id = await make_bank(database, "B")
    async with database.begin() as tx:
        await put(tx, bank_id, pdq)

    async def found() -> int:
        async with database.read() as tx:
            return len(await tx.banks.matches_of(pdq))

    assert index.candidates([pdq]) is None
    assert await found() == 1
    async with index.following():
        await level(database, index)
        assert index.candidates([pdq]) is not None
        assert await found() == 1
    async with asyncio.timeout(WAIT_SECONDS):
        while index.candidates([pdq]) is not None:  # noqa: ASYNC110 - nothing tells of staleness
            await asyncio.sleep(0.05)
    assert await found() == 1
    await database.close()


async def test_positions_have_neither_gap_nor_disorder(embedded_url: str) -> None:
    """Of many writers at once, and of those that give up, each sees all changes before its own."""
    database = open_database(embedded_url)
    bank_id = await make_bank(database, "B")
    source = seeded(5)

    async def write(hashes: list[Pdq], *, give_up: bool) -> None:
        async with database.begin() as tx:
            await put(tx, bank_id, *hashes)
            mine = await tx.connection.execute(
                text("select count(*), max(position) from bank_changes")
            )
            count, newest = mine.one()
            assert count == newest
            if give_up:
                await tx.connection.rollback()

    batches = [[Pdq(source.randbytes(32)) for _ in "123"] for _ in range(30)]
    await asyncio.gather(
        *(write(batch, give_up=number % 3 == 0) for number, batch in enumerate(batches))
    )

    async with database.read() as tx:
        rows = await tx.connection.execute(text("select position from bank_changes order by 1"))
        assert [row.position for row in rows] == list(range(1, 61))
    await database.close()


async def test_changes_that_were_not_kept_are_made_up_for(embedded_url: str) -> None:
    """An index that was away too long loads anew; so does one behind a database put back."""
    source = seeded(6)
    old, new = Pdq(source.randbytes(32)), Pdq(source.randbytes(32))
    async with followed(embedded_url) as (database, index):
        bank_id = await make_bank(database, "B")
        async with database.begin() as tx:
            await put(tx, bank_id, old)
        await level(database, index)
        async with database.begin() as tx:
            await put(tx, bank_id, new, Pdq(source.randbytes(32)))
            await tx.connection.execute(text("delete from bank_changes"))
        await level(database, index)

        assert len(index) == 3
        assert [*index.candidates([new]).numbers]  # type: ignore[union-attr]


async def test_everything_is_loaded_whatever_its_number(embedded_url: str) -> None:
    """Numbers have gaps; what was withdrawn is left out."""
    source = seeded(8)
    hashes = [Pdq(source.randbytes(32)) for _ in range(9)]
    database = open_database(embedded_url)
    bank_id = await make_bank(database, "B")
    for start in range(3):
        async with database.begin() as tx:
            one = f"alter table bank_entries alter column number restart with {start * 65_536 + 1}"
            await tx.connection.execute(text(one))
            ids = await put(tx, bank_id, *hashes[start * 3 : start * 3 + 3])
            await end(tx, bank_id, ids[0])
    await database.close()

    async with followed(embedded_url) as (_, index):
        assert len(index) == 6
        found = [len(index.candidates([pdq]).numbers) for pdq in hashes]  # type: ignore[union-attr]
        assert found == [0, 1, 1] * 3

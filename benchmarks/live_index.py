"""
What the indexes of a process cost and how fast they follow: the banks' entries, and both directions.

A throw-away embedded database is filled with random hashes. Printed: how long a process takes to load them,
what of it the process and PostgreSQL spend, what is held afterwards and at most, what a lookup costs in wall
time with its statement, how long after the commit a banked hash matches and a withdrawn one no longer does;
then the same question backwards, every copy of a picture among contents, by the index and by the scan it
stands in for. Run where Raiment is installed::

    python benchmarks/live_index.py [--entries 1000000] [--contents 1000000]

Ten million entries (``--entries 10000000 --contents 0``) need 20 GB of disk, 4 GB of memory, and some minutes
to fill; PostgreSQL is given room for that which an installation does not have.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import psutil
import psycopg
from sqlalchemy import text

from raiment.adapters.postgres.cluster import ROLE, SUPERUSER, cluster_folder
from raiment.adapters.postgres.copy_index import CopyIndex
from raiment.adapters.postgres.database import Database, open_database
from raiment.adapters.postgres.embedded import EmbeddedPostgres
from raiment.adapters.postgres.live_index import LiveIndex
from raiment.adapters.postgres.migrate import upgrade
from raiment.adapters.postgres.postmaster import find_postmaster
from raiment.adapters.postgres.similar import PictureIndex, find_similar
from raiment.adapters.postgres.tables import contents
from raiment.adapters.postgres.transaction import Transaction
from raiment.matching.bank import BankKind
from raiment.matching.bank_entry import NewEntry
from raiment.matching.signal import PDQ_RADIUS, Pdq, PdqViews, Sha256
from raiment.matching.signals import Signals
from raiment.matching.view import DIHEDRAL, INVERTED, View

ROUNDS = 100
SCANS = 3
QUERIES = 41
"""What a photograph to which nothing was done is looked for by."""
PART = 500_000
POLL_SECONDS = 0.002

ROOM = ("maintenance_work_mem = '1GB'", "max_wal_size = '16GB'", "checkpoint_timeout = '1h'")
"""With which tables are filled: indexes made in memory, and no page written twice."""
FILL_ENTRIES = """
    insert into bank_entries (id, bank_id, signal_type, value, pdq, state, source, added_at)
    select 'hash_' || i, :bank, 'pdq', hex, cast('x' || hex as bit(256)), 'active', 'bench', now()
    from generate_series(cast(:first as bigint), cast(:last as bigint)) i,
        lateral encode(sha256(int8send(i)), 'hex') hex
"""
ASIDE = """
    select format('drop index %I', indexname) as dropped, indexdef as made from pg_indexes
    where tablename = :table and not exists (select from pg_constraint where conname = indexname)
    union all
    select format('alter table %I drop constraint %I', cast(:table as text), conname),
        format('alter table %I add constraint %I %s', cast(:table as text), conname, pg_get_constraintdef(oid))
    from pg_constraint where conrelid = cast(:table as regclass) and contype in ('f', 'u')
"""
"""What can be made again after filling: random values in a large index cost a page each."""
FILL_CONTENTS = """
    insert into contents (id, platform_id, state, verdict, matches, registered_at, bytes_sha256, pixels_blake3,
                          pdq, pdq_views, quality, mime, width, height)
    select 'cnt_' || i, 'post-' || i, 'visible', 'allow', '[]', now(), digest, digest,
        cast('x' || encode(digest, 'hex') as bit(256)), decode(repeat(encode(digest, 'hex'), 8), 'hex'),
        100, 'image/png', 64, 64
    from generate_series(cast(:first as bigint), cast(:last as bigint)) i,
        lateral sha256(int8send(i)) digest
"""


def main() -> None:
    """Fill, and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--entries", type=int, default=1_000_000)
    arguments.add_argument("--contents", type=int, default=1_000_000)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder_path = Path(folder)
        folder_path.chmod(0o755)
        with EmbeddedPostgres(folder_path / "data") as postgres:
            make_room(postgres)
            asyncio.run(measure(postgres, given.entries, given.contents))


def make_room(postgres: EmbeddedPostgres) -> None:
    """Let the server fill tables quickly."""
    with psycopg.connect(postgres.url_of(SUPERUSER, ROLE), autocommit=True) as connection:
        for setting in ROOM:
            connection.execute(f"alter system set {setting}")
        connection.execute("select pg_reload_conf()")


async def measure(postgres: EmbeddedPostgres, entries: int, shown: int) -> None:
    """Print both halves, or the one that something is asked for."""
    await upgrade(postgres.url)
    database = open_database(postgres.url)
    try:
        if entries:
            await banks(database, postgres, entries)
        if shown:
            await backwards(database, postgres, shown)
    finally:
        await database.close()


async def banks(database: Database, postgres: EmbeddedPostgres, entries: int) -> None:
    """Print what following the banks costs."""
    async with database.begin() as tx:
        bank, _ = await tx.bank_keeping.create("BENCH", BankKind.OUTSIDE, PDQ_RADIUS)
    await fill(database, FILL_ENTRIES, "bank_entries", entries, bank=bank.id)
    print(f"{entries} banked hashes")
    index = LiveIndex(postgres.url)
    async with loaded(index, postgres, lambda: index.position is not None):
        following = Database(database.engine, database.jobs, index)
        draw = np.random.default_rng(0)
        asked = [stranger(draw) for _ in range(ROUNDS)]
        async with following.read() as tx:
            each = [await timed(lambda one=one: tx.banks.matches(one)) for one in asked]
        print(f"  a lookup by {QUERIES} hashes, wall: {spread(each)}")
        live, ended = [], []
        for one in asked[: ROUNDS // 5]:
            pdq = one.pdq.plain
            async with database.begin() as tx:
                kept = await tx.bank_keeping.add(bank, [NewEntry("pdq", pdq.hex)], "bench", now())
            live.append(await until(following, one, present=True))
            async with database.begin() as tx:
                await tx.bank_keeping.withdraw(bank.id, kept[0].id, now())
            ended.append(await until(following, one, present=False))
        print(f"  banked, then matched, after the commit: {spread(live)}")
        print(f"  withdrawn, then no match, after the commit: {spread(ended)}")


async def backwards(database: Database, postgres: EmbeddedPostgres, shown: int) -> None:
    """Print what looking for every copy of a picture costs."""
    await fill(database, FILL_CONTENTS, "contents", shown)
    print(f"{shown} contents")
    index = CopyIndex(postgres.url)
    ready = lambda: index.horizon is not None  # noqa: E731
    async with loaded(index, postgres, ready), database.read() as tx:
        await settled(tx, index)
        draw = np.random.default_rng(1)
        asked = [stranger(draw) for _ in range(ROUNDS)]
        near = [await timed(lambda one=one: copies(tx, one, index)) for one in asked]
        scan = [await timed(lambda one=one: copies(tx, one, None)) for one in asked[:SCANS]]
        print(f"  every copy of a picture, by the index, wall: {spread(near)}")
        print(f"  by the scan: {spread(scan)}")
        print(f"  scan / index, medians: {statistics.median(scan) / statistics.median(near):.0f}")


async def copies(tx: Transaction, one: Signals, index: PictureIndex | None) -> None:
    """Ask what shows the picture."""
    await find_similar(tx.connection, contents, [one], index)


async def settled(tx: Transaction, index: CopyIndex) -> None:
    """Wait until every row lies before the index's horizon."""
    newest = int(
        (await tx.connection.execute(text("select max(arrived)::text from contents"))).scalar_one()
    )
    while index.horizon is None or index.horizon <= newest:  # noqa: ASYNC110 - nothing tells
        await asyncio.sleep(POLL_SECONDS)


async def fill(database: Database, statement: str, table: str, count: int, **fixed: object) -> None:
    """Insert rows without telling those who follow, as a restored database would have them."""
    began = time.perf_counter()
    async with database.engine.begin() as connection:
        await connection.execute(text(f"alter table {table} disable trigger user"))
        aside = (await connection.execute(text(ASIDE), {"table": table})).all()
        for one in aside:
            await connection.execute(text(one.dropped))
        for first in range(1, count + 1, PART):
            last = min(first + PART - 1, count)
            await connection.execute(text(statement), {"first": first, "last": last, **fixed})
        for one in aside:
            await connection.execute(text(one.made))
        await connection.execute(text(f"alter table {table} enable trigger user"))
    async with database.engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text(f"vacuum analyze {table}"))
    print(f"filled {table} in {time.perf_counter() - began:.0f} s", flush=True)


@asynccontextmanager
async def loaded(
    index: LiveIndex | CopyIndex, postgres: EmbeddedPostgres, ready: Callable[[], bool]
) -> AsyncIterator[None]:
    """Follow, and print what loading took and what is held."""
    process = psutil.Process()
    before, began, spent = process.memory_info().rss, time.perf_counter(), time.process_time()
    served, peak = server_seconds(postgres), before
    async with index.following():
        while not ready():
            await asyncio.sleep(POLL_SECONDS)
            peak = max(peak, process.memory_info().rss)
        wall, cpu = time.perf_counter() - began, time.process_time() - spent
        server = server_seconds(postgres) - served
        held, most = (
            (size - before) / max(1, len(index)) for size in (process.memory_info().rss, peak)
        )
        print(
            f"  loaded {len(index)}: {wall:.1f} s wall, {cpu:.1f} s CPU of this process,"
            f" {server:.1f} s of PostgreSQL, {held:.0f} bytes each, {most:.0f} at most",
            flush=True,
        )
        yield


def server_seconds(postgres: EmbeddedPostgres) -> float:
    """Return the processors' time of the server so far, of connections that have ended too."""
    running = find_postmaster(cluster_folder(postgres.data_dir))
    assert running is not None
    parent = psutil.Process(running.pid)
    ended = parent.cpu_times().children_user + parent.cpu_times().children_system
    living = [each.cpu_times() for each in (parent, *parent.children())]
    return ended + sum(each.user + each.system for each in living)


async def until(database: Database, one: Signals, *, present: bool) -> float:
    """Return milliseconds until a lookup, each in a transaction of its own, tells the change."""
    began = time.perf_counter()
    while True:
        async with database.read() as tx:
            if bool(await tx.banks.matches(one)) is present:
                return 1000 * (time.perf_counter() - began)
        await asyncio.sleep(POLL_SECONDS)


async def timed(ask: Callable[[], Awaitable[object]]) -> float:
    """Return milliseconds of wall time."""
    began = time.perf_counter()
    await ask()
    return 1000 * (time.perf_counter() - began)


def spread(times: list[float]) -> str:
    """Return median and largest."""
    return f"median {statistics.median(times):.1f} ms, largest {max(times):.1f} ms"


def stranger(draw: np.random.Generator) -> Signals:
    """Return the signals of a picture nobody has, with as many hashes to look up as a photograph."""
    hashes = tuple(Pdq(draw.bytes(Pdq.SIZE)) for _ in range(QUERIES))
    views = (*DIHEDRAL, *INVERTED, *(View.INSET for _ in hashes))
    digest = Sha256(draw.bytes(Sha256.SIZE))
    whole = PdqViews(100, hashes[: len(DIHEDRAL)])
    looks = tuple(zip(views, hashes, strict=False))
    return Signals(digest, digest, whole, "image/png", 64, 64, disguises=looks)


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


if __name__ == "__main__":
    main()

"""A lookup finds what a comparison with every entry finds, with an index and without."""

from __future__ import annotations

import random
from dataclasses import dataclass

import pytest
from sqlalchemy import insert, text

from raiment.adapters.postgres import scan
from raiment.adapters.postgres.bank_keeping import BankKeeping
from raiment.adapters.postgres.bank_lookup import Candidates
from raiment.adapters.postgres.banks import PostgresBanks
from raiment.adapters.postgres.database import open_database
from raiment.adapters.postgres.ids import new_id
from raiment.adapters.postgres.tables import bank_entries, contents, hash_banks
from raiment.adapters.postgres.transaction import Transaction
from raiment.errors import NotFound
from raiment.matching.bank import BankMatch, EntryState
from raiment.matching.disguise import MOST_PARTS
from raiment.matching.signal import Pdq, PdqViews, Sha256
from raiment.matching.signals import Signals
from raiment.matching.view import DIHEDRAL, INVERTED, PANEL, PARTIAL, View

VIEWS = (*DIHEDRAL, *INVERTED, *PANEL, View.TRIMMED, View.INSET)
RADII = (0, 12, 31, 40)


@dataclass(frozen=True)
class Banked:
    """An entry as the test knows it."""

    id: str
    number: int
    pdq: Pdq
    state: str
    radius: int
    crop_of: str | None = None


def near(pdq: Pdq, bits: int, source: random.Random) -> Pdq:
    """Return a hash so many bits away."""
    number = int.from_bytes(pdq.value)
    for bit in source.sample(range(256), bits):
        number ^= 1 << bit
    return Pdq(number.to_bytes(32))


def in_hand(queries: list[tuple[View, Pdq]], source: random.Random) -> Signals:
    """Return the signals of a picture that is looked for by *queries*."""
    digest = Sha256(source.randbytes(32))
    whole = PdqViews(100, tuple(pdq for _, pdq in queries[:8]))
    return Signals(digest, digest, whole, "image/png", 64, 64, disguises=tuple(queries))


async def fill(tx: Transaction, known: list[Pdq], source: random.Random) -> list[Banked]:
    """Bank hashes near *known* ones, with crops that are near others, in every state."""
    banked: list[Banked] = []
    for radius in RADII:
        bank = {"id": f"bank_{radius}", "name": f"B{radius}", "kind": "outside", "radius": radius}
        await tx.connection.execute(insert(hash_banks).values(bank))
        for _ in range(12):
            own = await put(tx, radius, known, source)
            banked.append(own)
            banked += [await put(tx, radius, known, source, own.id) for _ in range(3)]
    return banked


async def put(
    tx: Transaction,
    radius: int,
    known: list[Pdq],
    source: random.Random,
    crop_of: str | None = None,
) -> Banked:
    """Bank one hash."""
    pdq = near(source.choice(known), source.randrange(1, 40), source)
    state = source.choice(["active", "active", "quarantined", "withdrawn"])
    values = {
        "id": new_id("hash"),
        "bank_id": f"bank_{radius}",
        "signal_type": "pdq" if crop_of is None else "pdq_crop",
        "value": pdq.hex,
        "pdq": pdq.hex,
        "state": state,
        "source": "a test",
        "added_at": text("now()"),
        "crop_of": crop_of,
    }
    statement = insert(bank_entries).values(values).returning(bank_entries.c.number)
    number = (await tx.connection.execute(statement)).scalar_one()
    return Banked(str(values["id"]), number, pdq, state, radius, crop_of)


def expected(
    asked: Signals, banked: list[Banked]
) -> dict[str, tuple[tuple[bool, int], set[tuple[View, bool]]]]:
    """Compare everything with everything: entry -> how near, and as what it may be told."""
    by_id = {one.id: one for one in banked}
    best: dict[str, tuple[tuple[bool, int], set[tuple[View, bool]]]] = {}
    for one in banked:
        own = by_id[one.crop_of or one.id]
        if "withdrawn" in {one.state, own.state}:
            continue
        for view, pdq in asked.disguises:
            distance = pdq.distance(one.pdq)
            crop = one.crop_of is not None
            rank = (view in PARTIAL or crop, distance)
            if distance > one.radius or (view is View.INSET and not crop):
                continue
            if own.id not in best or rank < best[own.id][0]:
                best[own.id] = (rank, {(view, crop)})
            elif rank == best[own.id][0]:
                best[own.id][1].add((view, crop))
    return best


def check(found: list[BankMatch], wanted: dict[str, tuple[tuple[bool, int], set]]) -> None:
    """Hold what was found against what a comparison says."""
    assert {one.match.entry_id for one in found} == wanted.keys()
    for one in found:
        rank, told = wanted[one.match.entry_id]
        assert (not one.match.of_whole, one.match.distance) == rank
        assert (one.match.view, one.match.of_crop) in told
    distances = [one.match.distance for one in found]
    assert distances == sorted(distances)


class Everything:
    """An index that names more than it must."""

    def __init__(self, numbers: list[int]) -> None:
        self._numbers = numbers

    def candidates(self, _hashes: object, _insets: object) -> Candidates:
        """Return every entry there was, and some that never were."""
        return Candidates([*self._numbers, 10**9], 10**6)


@pytest.fixture(params=[4096, 7])
def block(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Read in one block, and in several."""
    monkeypatch.setattr(scan, "_BLOCK", request.param)
    return int(request.param)


async def test_every_entry_is_told_once_by_its_surest_likeness(
    embedded_url: str, block: int
) -> None:
    """The whole before a part, the nearest before the farther, within the radius of its bank."""
    source = random.Random(block)  # noqa: S311 - nothing here is secret
    known = [Pdq(source.randbytes(32)) for _ in range(12)]
    database, found = open_database(embedded_url), 0
    async with database.begin() as tx:
        banked = await fill(tx, known, source)
        index = Everything([one.number for one in banked])
        for _ in range(15):
            queries = [
                (view, near(source.choice(known), source.randrange(25), source)) for view in VIEWS
            ]
            asked = in_hand(queries, source)
            wanted = expected(asked, banked)
            check([*await PostgresBanks(tx.connection).matches(asked)], wanted)
            check([*await PostgresBanks(tx.connection, index).matches(asked)], wanted)
            found += len(wanted)
        await tx.connection.rollback()
    await database.close()
    assert found > 100


async def test_a_crop_is_never_an_entry_of_its_own(embedded_url: str) -> None:
    """It is neither listed nor withdrawn by itself; it ends with the entry of its picture."""
    source = random.Random(1)  # noqa: S311 - nothing here is secret
    pdq, at = Pdq(source.randbytes(32)), text("now()")
    database = open_database(embedded_url)
    async with database.begin() as tx:
        keeping, banks = BankKeeping(tx.connection), PostgresBanks(tx.connection)
        values = {"id": "bank_31", "name": "B", "kind": "outside", "radius": 31}
        await tx.connection.execute(insert(hash_banks).values(values))
        entry = {"bank_id": "bank_31", "state": "active", "source": "a test", "added_at": at}
        own = {"id": "own", "signal_type": "pdq", "value": "0" * 64, "pdq": "0" * 64}
        crop = {"id": "crop", "signal_type": "pdq_crop", "value": pdq.hex, "pdq": pdq.hex}
        await tx.connection.execute(insert(bank_entries).values(own | entry))
        await tx.connection.execute(insert(bank_entries).values(crop | entry | {"crop_of": "own"}))
        now = (await tx.connection.execute(text("select now()"))).scalar_one()

        assert [row.id for row in await keeping.entries("bank_31")] == ["own"]
        (found,) = await banks.matches_of(pdq)
        assert (found.match.entry_id, found.match.of_crop) == ("own", True)
        with pytest.raises(NotFound):
            await keeping.withdraw("bank_31", "crop", now)
        row, _ = await keeping.withdraw("bank_31", "own", now)
        assert row.state == EntryState.WITHDRAWN
        assert await banks.matches_of(pdq) == []
    await database.close()


async def test_as_many_parts_as_a_picture_can_have_are_kept(embedded_url: str) -> None:
    """The column holds them, and no more."""
    database = open_database(embedded_url)
    async with database.begin() as tx:
        limit = await tx.connection.scalar(
            text(
                "select substring(pg_get_constraintdef(oid) from '<= (\\d+)')::int"
                " from pg_constraint where conname = :name"
            ),
            {"name": f"{contents.name}_parts_check"},
        )
    await database.close()
    assert limit == MOST_PARTS * Pdq.SIZE

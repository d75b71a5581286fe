"""
Looking in every hash bank at once, exactly, in the caller's transaction.

An index names the entries that may match; without one, every entry's hash is read and compared
(``scan``). One statement then fetches those, the ones that changed since the index was in step (the
transaction's own among them), and the ones with the same digest. What it fetches is compared once
more and judged by the database's own state, so an index can make a lookup fast, never wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, NamedTuple, Protocol, cast

import numpy as np
from psycopg import AsyncConnection as Driver
from psycopg.rows import namedtuple_row

from raiment.adapters.postgres.scan import BANKED, numbers_near
from raiment.matching.bank import BankCategory, BankKind, BankMatch, EntryState
from raiment.matching.index import Hits, compare
from raiment.matching.match import Match
from raiment.matching.signal import Blake3, Md5, Pdq, Sha256, Signal
from raiment.matching.signals import Signals
from raiment.matching.view import View

_CROP: Final = "pdq_crop"
_PDQ_TYPES: Final = frozenset({"pdq", _CROP})
_DIGESTS: Final[Mapping[str, type[Sha256 | Blake3 | Md5]]] = MappingProxyType(
    {"bytes_sha256": Sha256, "pixels_blake3": Blake3, "bytes_md5": Md5}
)


@dataclass(frozen=True, slots=True)
class Candidates:
    """Which entries may match, as of a position in the order of changes."""

    numbers: Sequence[int]
    position: int | None
    """None: as the transaction itself sees them."""


class BankIndex(Protocol):
    """Every PDQ entry of the banks, near to hand."""

    def candidates(self, hashes: Sequence[Pdq], insets: Sequence[Pdq] = ()) -> Candidates | None:
        """
        Return every entry within the largest radius of a bank; None where the index may be behind.

        *insets* are looked for among crops only.
        """


class _Found(NamedTuple):
    number: int
    signal_type: str
    value: str
    entry_id: str
    bank_id: str
    case_id: str | None
    state: str
    source: str
    kind: str
    radius: int
    category: str | None


@dataclass(frozen=True, slots=True)
class _Sought:
    """What is looked for."""

    looks: Sequence[tuple[View, Pdq]]
    bytes_sha256: Sha256 | None = None
    pixels_blake3: Blake3 | None = None
    bytes_md5: Md5 | None = None

    @property
    def hashes(self) -> list[Pdq]:
        """The hashes, in the order of the views."""
        return [pdq for _, pdq in self.looks]

    def by_kind(self) -> tuple[list[Pdq], list[Pdq]]:
        """Return the hashes to look for everywhere, and those to look for among crops."""
        insets = [pdq for view, pdq in self.looks if view is View.INSET]
        return [pdq for view, pdq in self.looks if view is not View.INSET], insets

    def digests(self) -> dict[str, str | None]:
        """Return the parameters of ``_FETCH`` that name digests."""
        named = {
            "bytes_sha256": self.bytes_sha256,
            "pixels_blake3": self.pixels_blake3,
            "bytes_md5": self.bytes_md5,
        }
        return {name: None if digest is None else digest.hex for name, digest in named.items()}


_RADIUS: Final = "select coalesce(max(radius), 0) from hash_banks"

_FETCH: Final = """
    with same as (
        select number from bank_entries where (signal_type, value) in (
            ('bytes_sha256', %(bytes_sha256)s), ('pixels_blake3', %(pixels_blake3)s),
            ('bytes_md5', %(bytes_md5)s))
    )
    select entry.number, entry.signal_type, entry.value, own.id as entry_id, own.bank_id, own.case_id,
        own.state, own.source, bank.kind, bank.radius, bank.category
    from bank_entries entry
    join bank_entries own on own.id = coalesce(entry.crop_of, entry.id)
    join hash_banks bank on bank.id = own.bank_id
    where entry.number = any (array(
        select unnest(%(numbers)s::bigint[])
        union all select entry_number from bank_changes where position > %(position)s
        union all select number from same
    ))
    and (entry.pdq is not null or entry.number in (select number from same))
    and entry.state in ('active', 'quarantined')
    and own.state in ('active', 'quarantined')
    and (own.expires_at is null or own.expires_at > now())
    order by entry.number
"""
"""A crop stands for the entry of its picture, and ends with it."""


async def find_matches(
    driver: Driver[Any], signals: Signals, index: BankIndex | None
) -> list[BankMatch]:
    """Return what ``matching.bank.BankLookup.matches`` promises."""
    digests = signals.bytes_sha256, signals.pixels_blake3, signals.bytes_md5
    return await _find(driver, _Sought(signals.hashes_to_look_up(), *digests), index)


async def find_signal(
    driver: Driver[Any], signal: Signal, index: BankIndex | None
) -> list[BankMatch]:
    """Return the entries that match *signal*, of which no picture is in hand."""
    match signal:
        case Pdq():
            sought = _Sought(((View.AS_IS, signal),))
        case Sha256():
            sought = _Sought((), bytes_sha256=signal)
        case Blake3():
            sought = _Sought((), pixels_blake3=signal)
        case Md5():
            sought = _Sought((), bytes_md5=signal)
    return await _find(driver, sought, index)


async def _find(driver: Driver[Any], sought: _Sought, index: BankIndex | None) -> list[BankMatch]:
    known = None if index is None else index.candidates(*sought.by_kind())
    if known is None:
        known = Candidates(await _scanned(driver, sought.hashes), None)
    parameters = {"numbers": list(known.numbers), "position": known.position, **sought.digests()}
    async with driver.cursor(row_factory=namedtuple_row) as cursor:
        await cursor.execute(_FETCH, parameters)
        rows = cast("list[_Found]", await cursor.fetchall())
    found: dict[str, BankMatch] = {}
    for one in sorted(_matches(rows, sought), key=_whole_first):
        found.setdefault(one.match.entry_id, one)
    return sorted(found.values(), key=_surest_first)


async def _scanned(driver: Driver[Any], hashes: Sequence[Pdq]) -> list[int]:
    row = await (await driver.execute(_RADIUS)).fetchone()
    assert row is not None
    return await numbers_near(driver, BANKED, hashes, row[0])


def _whole_first(found: BankMatch) -> tuple[bool, int]:
    return not found.match.of_whole, found.match.distance


def _surest_first(found: BankMatch) -> tuple[bool, int, str]:
    match = found.match
    return isinstance(match.signal, Pdq), match.distance, match.entry_id


def _matches(rows: Sequence[_Found], sought: _Sought) -> Iterator[BankMatch]:
    near = _compared([row for row in rows if row.signal_type in _PDQ_TYPES], sought.hashes)
    for row in rows:
        if row.signal_type not in _PDQ_TYPES:
            kind = _DIGESTS[row.signal_type]
            yield _match(row, kind(bytes.fromhex(row.value)), 0, View.AS_IS)
        elif row.number in near:
            signal = Pdq(bytes.fromhex(row.value))
            for distance, place in near[row.number]:
                view = sought.looks[place][0]
                if distance <= row.radius and (view is not View.INSET or row.signal_type == _CROP):
                    yield _match(row, signal, distance, view)


def _compared(rows: Sequence[_Found], hashes: Sequence[Pdq]) -> Hits:
    if not rows:
        return {}
    numbers = np.array([row.number for row in rows], np.uint64)
    joined = bytes.fromhex("".join(row.value for row in rows))
    banked = np.frombuffer(joined, np.uint8).reshape(len(rows), Pdq.SIZE)
    return compare(hashes, numbers, banked, max(row.radius for row in rows))


def _match(row: _Found, signal: Signal, distance: int, view: View) -> BankMatch:
    threshold = row.radius if isinstance(signal, Pdq) else 0
    crop = row.signal_type == _CROP
    match = Match(signal, row.bank_id, row.entry_id, distance, view, threshold, crop)
    category = None if row.category is None else BankCategory(row.category)
    kind, state = BankKind(row.kind), EntryState(row.state)
    return BankMatch(match, kind, row.case_id, state, row.source, category)

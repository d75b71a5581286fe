"""
Looking in every hash bank at once: one statement, exact, in the caller's transaction.

Without an index every entry's hash is compared. With one, only those are that it names, those that
changed since (the transaction's own among them), and those with the same digest. What is found is
judged by the database's own state either way, so an index can make a lookup fast, never wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Protocol, cast

from psycopg import AsyncConnection as Driver
from psycopg.rows import namedtuple_row

from raiment.matching.bank import BankKind, BankMatch, EntryState
from raiment.matching.match import Match
from raiment.matching.signal import Md5, Pdq, Sha256, Signal
from raiment.matching.signals import Signals
from raiment.matching.view import View


@dataclass(frozen=True, slots=True)
class Candidates:
    """What an index says: which entries may match, as of a position in the order of changes."""

    numbers: Sequence[int]
    position: int


class BankIndex(Protocol):
    """Every PDQ entry of the banks, near to hand."""

    def candidates(self, hashes: Sequence[Pdq]) -> Candidates | None:
        """Return every entry within the largest radius of a bank; None where it may be behind."""


class _Found(NamedTuple):
    id: str
    bank_id: str
    signal_type: str
    value: str
    case_id: str | None
    state: str
    source: str
    kind: str
    radius: int
    distance: int | None
    position: int | None


_NEAREST: Final = """
    select entry.id, entry.bank_id, entry.signal_type, entry.value, entry.case_id, entry.state, entry.source,
           bank.kind, bank.radius, nearest.distance, nearest.position
    from {entries} entry
    join hash_banks bank on bank.id = entry.bank_id
    left join lateral (
        select bit_count(entry.pdq # cast('x' || view.hex as bit(256))) as distance, view.position
        from unnest(%(views)s::text[]) with ordinality as view (hex, position)
        order by 1, 2 limit 1
    ) nearest on true
    where entry.state in ('active', 'quarantined')
      and (entry.expires_at is null or entry.expires_at > now())
      and (entry.signal_type = 'bytes_sha256' and entry.value = %(bytes_sha256)s
        or entry.signal_type = 'pixels_sha256' and entry.value = %(pixels_sha256)s
        or entry.signal_type = 'bytes_md5' and entry.value = %(bytes_md5)s
        or nearest.distance <= bank.radius)
    order by nearest.distance nulls first, entry.id
"""
"""The nearest of the views of the picture in hand, for each entry."""

_SCAN: Final = _NEAREST.format(entries="bank_entries")
_CHOSEN: Final = _NEAREST.format(
    entries="""(
        select * from bank_entries where number in (
            select unnest(%(numbers)s::bigint[])
            union all
            select entry_number from bank_changes where position > %(index_position)s)
        union
        select * from bank_entries where (signal_type, value) in (
            ('bytes_sha256', %(bytes_sha256)s), ('pixels_sha256', %(pixels_sha256)s),
            ('bytes_md5', %(bytes_md5)s))
    )"""
)


async def find_matches(
    driver: Driver[Any], signals: Signals, index: BankIndex | None
) -> list[BankMatch]:
    """Return what ``matching.bank.BankLookup.matches`` promises."""
    looks = signals.hashes_to_look_up()
    parameters: dict[str, object] = {
        "views": [pdq.hex for _, pdq in looks],
        "bytes_sha256": signals.bytes_sha256.hex,
        "pixels_sha256": signals.pixels_sha256.hex,
        "bytes_md5": None if signals.bytes_md5 is None else signals.bytes_md5.hex,
    }
    views = [view for view, _ in looks]
    return [_match(row, views) for row in await _rows(driver, parameters, looks, index)]


async def find_signal(
    driver: Driver[Any], signal: Signal, index: BankIndex | None
) -> list[BankMatch]:
    """Return the entries that match *signal*, of which no picture is in hand; a SHA-256 is of bytes."""
    looks = ((View.AS_IS, signal),) if isinstance(signal, Pdq) else ()
    parameters: dict[str, object] = {
        "views": [pdq.hex for _, pdq in looks],
        "bytes_sha256": signal.hex if isinstance(signal, Sha256) else None,
        "pixels_sha256": None,
        "bytes_md5": signal.hex if isinstance(signal, Md5) else None,
    }
    return [_match(row, [View.AS_IS]) for row in await _rows(driver, parameters, looks, index)]


async def _rows(
    driver: Driver[Any],
    parameters: dict[str, object],
    looks: Sequence[tuple[View, Pdq]],
    index: BankIndex | None,
) -> list[_Found]:
    known = None if index is None else index.candidates([pdq for _, pdq in looks])
    statement = _SCAN
    if known is not None:
        statement = _CHOSEN
        parameters |= {"numbers": list(known.numbers), "index_position": known.position}
    async with driver.cursor(row_factory=namedtuple_row) as cursor:
        await cursor.execute(statement, parameters)
        return cast("list[_Found]", await cursor.fetchall())


def _match(row: _Found, views: Sequence[View]) -> BankMatch:
    signal: Signal
    distance, view, threshold = 0, View.AS_IS, 0
    if row.signal_type == "pdq":
        assert row.distance is not None
        assert row.position is not None
        signal = Pdq(bytes.fromhex(row.value))
        distance, view, threshold = row.distance, views[row.position - 1], row.radius
    elif row.signal_type == "bytes_md5":
        signal = Md5(bytes.fromhex(row.value))
    else:
        signal = Sha256(bytes.fromhex(row.value))
    match = Match(signal, row.bank_id, row.id, distance, view, threshold)
    return BankMatch(match, BankKind(row.kind), row.case_id, EntryState(row.state), row.source)

"""
Find pictures by their signals: equal digests, or a PDQ hash within a radius in some view.

A picture is near where its own hash, or that of a picture seen inside it, is near one of the hashes by
which the other is looked for. What may be near is found by a scan (``scan``), or named by an index
(``copy_index``); what is fetched is compared once more either way. No result is ever missed or cut off.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from sqlalchemy import BigInteger, ColumnElement, Table, Text, any_, cast, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from raiment.adapters.postgres.driver import driver_of
from raiment.adapters.postgres.scan import SHOWN, numbers_near
from raiment.adapters.postgres.types import AnyRow, Rows, Xid8
from raiment.matching.index import compare
from raiment.matching.signal import (
    PDQ_LEAST_QUALITY,
    PDQ_RADIUS,
    Blake3,
    Md5,
    Pdq,
    PdqViews,
    Sha256,
)
from raiment.matching.signals import Signals
from raiment.matching.view import PARTIAL, View, within


@dataclass(frozen=True, slots=True)
class Likeness:
    """How a row resembles the picture in hand: by the surest signal that matches."""

    found_by: str
    distance: int
    view: View
    """One of `view.PANEL` also where the row shows the picture in hand inside another."""


class Similar(NamedTuple):
    """A row that shows the same picture."""

    row: AnyRow
    likeness: Likeness


@dataclass(frozen=True, slots=True)
class NearRows:
    """Which rows of a table may be near."""

    numbers: Sequence[int]
    horizon: int | None
    """Rows that this transaction, or a later one, wrote may be near as well; None: no others are."""


class PictureIndex(Protocol):
    """The pictures of contents and releases, near to hand."""

    def near(self, table: str, hashes: Sequence[Pdq]) -> NearRows | None:
        """Return the rows of *table* near one of *hashes*; None where every row is to be compared."""


def signal_columns(signals: Signals) -> dict[str, object]:
    """Return *signals* as the columns that every table of pictures has."""
    return {
        "bytes_sha256": _value(signals.bytes_sha256),
        "pixels_blake3": _value(signals.pixels_blake3),
        "pdq": signals.pdq.plain.hex if signals.pdq.hashes else None,
        "pdq_views": b"".join(view.value for view in signals.pdq.hashes),
        "quality": signals.pdq.quality,
        "mime": signals.mime,
        "width": signals.width,
        "height": signals.height,
        "parts": b"".join(part.value for part in signals.parts),
    }


def signals_of(row: AnyRow) -> Signals:
    """Return the signals that ``signal_columns`` stored, and of content the MD5."""
    md5 = row._mapping.get("bytes_md5")  # noqa: SLF001 - SQLAlchemy's public name for it
    return Signals(
        bytes_sha256=None if row.bytes_sha256 is None else Sha256(row.bytes_sha256),
        pixels_blake3=None if row.pixels_blake3 is None else Blake3(row.pixels_blake3),
        bytes_md5=None if md5 is None else Md5(md5),
        pdq=PdqViews(row.quality, tuple(_hashes(row.pdq_views))),
        mime=row.mime,
        width=row.width,
        height=row.height,
        parts=tuple(_hashes(row.parts)),
    )


def _value(digest: Sha256 | Blake3 | None) -> bytes | None:
    return None if digest is None else digest.value


def _hashes(joined: bytes) -> Iterator[Pdq]:
    return (Pdq(joined[i : i + Pdq.SIZE]) for i in range(0, len(joined), Pdq.SIZE))


async def find_similar(
    connection: AsyncConnection,
    table: Table,
    subjects: Sequence[Signals],
    index: PictureIndex | None,
) -> list[Similar]:
    """Return the rows of *table* that show the same picture as one of *subjects*, each once, surest first."""
    looks = [signals.hashes_to_look_up() for signals in subjects]
    hashes = list(dict.fromkeys(pdq for sought in looks for _, pdq in sought))
    near = None if index is None else index.near(table.name, hashes)
    if near is None:
        near = await scanned(connection, table, hashes)
    same = or_(*(_holds(table.c[column], subjects) for column in _DIGESTS if column in table.c))
    rows = (await connection.execute(select(table).where(or_(same, _named(table, near))))).all()
    found: dict[str, Similar] = {}
    for signals, sought in zip(subjects, looks, strict=True):
        for one in _found(rows, signals, _likenesses(rows, sought)):
            found[one.row.id] = min(found.get(one.row.id, one), one, key=_surest_first)
    return sorted(found.values(), key=_surest_first)


async def find_parts(
    connection: AsyncConnection, table: Table, cuts: Sequence[Pdq], near: NearRows
) -> list[Similar]:
    """Return the rows of *table* that show one of *cuts*, parts of a picture in hand, the nearest first."""
    rows = (await connection.execute(select(table).where(_named(table, near)))).all()
    looks = [(View.CROP, pdq) for pdq in cuts]
    likenesses = await asyncio.to_thread(_likenesses, rows, looks)
    found = (Similar(row, likenesses[row.number]) for row in rows if row.number in likenesses)
    return sorted(found, key=_surest_first)


async def scanned(connection: AsyncConnection, table: Table, hashes: Sequence[Pdq]) -> NearRows:
    """Return the rows near *hashes* as this transaction sees them, having compared every one."""
    driver = await driver_of(connection)
    return NearRows(await numbers_near(driver, SHOWN[table.name], hashes, PDQ_RADIUS), None)


def _named(table: Table, near: NearRows) -> ColumnElement[bool]:
    named = table.c.number == any_(cast(list(near.numbers), ARRAY(BigInteger)))
    if near.horizon is None:
        return named
    return or_(named, table.c.arrived >= cast(cast(str(near.horizon), Text), Xid8))


def _found(rows: Rows, signals: Signals, likenesses: Mapping[int, Likeness]) -> Iterator[Similar]:
    digests = signals.digests()
    for row in rows:
        found_by = _found_by(row, digests)
        if found_by is not None:
            yield Similar(row, Likeness(found_by, 0, View.AS_IS))
        elif row.number in likenesses:
            yield Similar(row, likenesses[row.number])


def _found_by(row: AnyRow, digests: Mapping[str, str]) -> str | None:
    """Return what of *digests* the row shares, by the surest; None where nothing."""
    held = row._mapping  # noqa: SLF001 - SQLAlchemy's public name for it
    for name, found_by in _DIGESTS.items():
        # MD5 collisions can be made: it speaks only where there is nothing better to compare.
        better = row.bytes_sha256 is not None and "bytes_sha256" in digests
        weak = name == "bytes_md5" and better
        value = held.get(name)
        if value is not None and not weak and value.hex() == digests.get(name):
            return found_by
    return None


def _holds(column: ColumnElement[bytes], subjects: Sequence[Signals]) -> ColumnElement[bool]:
    held = (signals.digests().get(str(column.key)) for signals in subjects)
    return column.in_([bytes.fromhex(digest) for digest in held if digest is not None])


_DIGESTS = {"bytes_sha256": "bytes", "bytes_md5": "bytes", "pixels_blake3": "pixels"}
"""Column of a digest -> what is the same where two pictures share it, surest first."""
_SURENESS = {"bytes": 0, "pixels": 1, "pdq": 2}


def _surest_first(found: Similar) -> tuple[int, int, str]:
    like = found.likeness
    return _SURENESS[like.found_by], like.distance, found.row.id


def _likenesses(rows: Rows, looks: Sequence[tuple[View, Pdq]]) -> dict[int, Likeness]:
    """Return, by number, how each of *rows* that is near one of *looks* resembles it."""
    shown = [one for row in rows for one in _shown(row)]
    joined = np.frombuffer(b"".join(value for _, _, value in shown), np.uint8)
    places = np.arange(len(shown), dtype=np.uint64)
    hashes = joined.reshape(len(shown), Pdq.SIZE)
    near = compare([pdq for _, pdq in looks], places, hashes, PDQ_RADIUS)
    found: dict[int, Likeness] = {}
    for place, hits in near.items():
        number, part, _ = shown[place]
        for distance, look in hits:
            view = within(looks[look][0]) if part else looks[look][0]
            like = Likeness("pdq", distance, view)
            found[number] = min(found.get(number, like), like, key=_whole_first)
    return found


def _whole_first(like: Likeness) -> tuple[bool, int]:
    return like.view in PARTIAL, like.distance


def _shown(row: AnyRow) -> Iterator[tuple[int, bool, bytes]]:
    """Yield the row's number, whether it is of a part, and a hash: its own, and its parts'."""
    if row.quality >= PDQ_LEAST_QUALITY:
        yield row.number, False, bytes.fromhex(row.pdq)
    for part in _hashes(row.parts):
        yield row.number, True, part.value

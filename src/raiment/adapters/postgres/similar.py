"""
Find pictures by their signals: equal digests, or a PDQ hash within a radius in any dihedral view.

The scan is exact: no result is ever missed or cut off. It reads every row's hash in the database,
so all processes see the same at once; its cost grows with the table (docs/benchmarks.md).
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Table, Text, and_, cast, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, BIT
from sqlalchemy.sql.expression import ColumnElement
from sqlalchemy.sql.selectable import LateralFromClause

from raiment.adapters.postgres.types import AnyRow, Query, Rows
from raiment.matching.signal import PDQ_BITS, PDQ_LEAST_QUALITY, Pdq, PdqViews, Sha256
from raiment.matching.signals import Signals
from raiment.matching.view import DIHEDRAL, View


@dataclass(frozen=True, slots=True)
class Likeness:
    """How a row resembles the picture in hand: by the surest signal that matches."""

    found_by: str
    distance: int
    view: View


def signal_columns(signals: Signals) -> dict[str, object]:
    """Return *signals* as the columns that every table of pictures has."""
    return {
        "bytes_sha256": signals.bytes_sha256.value,
        "pixels_sha256": signals.pixels_sha256.value,
        "pdq": signals.pdq.plain.hex,
        "pdq_views": b"".join(view.value for view in signals.pdq.hashes),
        "quality": signals.pdq.quality,
        "mime": signals.mime,
        "width": signals.width,
        "height": signals.height,
    }


def signals_of(row: AnyRow) -> Signals:
    """Return the signals that ``signal_columns`` stored."""
    size = Pdq.SIZE
    views = (Pdq(row.pdq_views[i : i + size]) for i in range(0, len(row.pdq_views), size))
    return Signals(
        bytes_sha256=Sha256(row.bytes_sha256),
        pixels_sha256=Sha256(row.pixels_sha256),
        pdq=PdqViews(row.quality, tuple(views)),
        mime=row.mime,
        width=row.width,
        height=row.height,
    )


def nearest_view(pdq: ColumnElement[str], views: PdqViews) -> LateralFromClause:
    """Return, for each row, the smallest distance from *pdq* to a view, and the view's position."""
    hexes = [view.hex for view in views.hashes] if views.matchable else []
    unnested = func.unnest(cast(hexes, ARRAY(Text)))
    given = unnested.table_valued("hex", with_ordinality="position").render_derived()
    bits = cast(literal("x").concat(given.c.hex), BIT(PDQ_BITS))
    distance = func.bit_count(pdq.op("#")(bits)).label("distance")
    query = select(distance, given.c.position.label("position"))
    return query.order_by(distance, given.c.position).limit(1).lateral("nearest")


def similar(table: Table, signals: Signals, radius: int) -> Query:
    """Return the rows of *table* that show the same picture as *signals*, surest first."""
    nearest = nearest_view(table.c.pdq, signals.pdq)
    same_bytes = table.c.bytes_sha256 == signals.bytes_sha256.value
    same_pixels = table.c.pixels_sha256 == signals.pixels_sha256.value
    near = and_(table.c.quality >= PDQ_LEAST_QUALITY, nearest.c.distance <= radius)
    columns = (same_bytes.label("same_bytes"), same_pixels.label("same_pixels"))
    return (
        select(table, nearest.c.distance, nearest.c.position, *columns)
        .select_from(table.outerjoin(nearest, literal(True)))
        .where(or_(same_bytes, same_pixels, near))
        .order_by(same_bytes.desc(), same_pixels.desc(), nearest.c.distance, table.c.id)
    )


def likeness(row: AnyRow) -> Likeness:
    """Return how a row of ``similar`` was found."""
    if row.same_bytes:
        return Likeness("bytes", 0, View.AS_IS)
    if row.same_pixels:
        return Likeness("pixels", 0, View.AS_IS)
    return Likeness("pdq", row.distance, DIHEDRAL[row.position - 1])


def first_of_each(rows: Rows) -> list[AnyRow]:
    """Return *rows* without later ones of the same id."""
    return list({row.id: row for row in reversed(rows)}.values())[::-1]

"""Column types that PostgreSQL has and SQLAlchemy lacks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from sqlalchemy import BindParameter, ColumnElement, Dialect, Row, Select, cast, literal
from sqlalchemy.dialects.postgresql import BIT
from sqlalchemy.types import String, UserDefinedType

AnyRow: TypeAlias = Row[*tuple[Any, ...]]
"""A row whose columns are read by name."""
Rows: TypeAlias = Sequence[AnyRow]
Query: TypeAlias = Select[*tuple[Any, ...]]


class PdqBits(UserDefinedType[str]):
    """A PDQ hash as ``bit(256)``; in Python its 64 lower-case hex digits."""

    cache_ok = True

    def get_col_spec(self, **_kw: object) -> str:
        """Return the DDL type."""
        return "bit(256)"

    def bind_expression(self, bindvalue: BindParameter[str]) -> ColumnElement[str]:
        """Send hex digits; the server's ``x…`` bit-string input form reads them."""
        return cast(literal("x", String).concat(cast(bindvalue, String)), BIT(256))

    def result_processor(
        self, dialect: Dialect, coltype: object
    ) -> Callable[[str | None], str | None]:
        """Turn ``0101…`` back into hex."""
        del dialect, coltype
        return lambda bits: None if bits is None else f"{int(bits, 2):064x}"


class Xid8(UserDefinedType[str]):
    """The number of a transaction, in the order in which they were given out; never reused."""

    cache_ok = True

    def get_col_spec(self, **_kw: object) -> str:
        """Return the DDL type."""
        return "xid8"

"""
Exact search without an index: every stored hash comes here in blocks, and is compared here.

In SQL each pair of hashes costs about 0.1 µs, and a picture is looked for by up to 169 hashes: a bank of
a million would take a quarter of a minute. Read once and compared by the kernel, it takes a second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from psycopg import AsyncConnection as Driver

from raiment.matching.index import compare
from raiment.matching.signal import PDQ_LEAST_QUALITY, Pdq

_BLOCK: Final = 3_840
"""Rows read together; one holds at most 17 hashes, and fewer than 65,536 are compared unindexed."""

_LAST: Final = 2**63 - 1
"""No ``bigint`` is larger."""

_ROW: Final = np.dtype([("number", ">u8"), ("pdq", "u1", Pdq.SIZE)])
"""How a statement writes a hash: the binary form of ``bigint``, and the 32 bytes."""


_BANKED: Final = """
    select max(number), string_agg(int8send(number) || substr(bit_send(pdq), 5), ''::bytea)
    from (
        select number, pdq from bank_entries
        where number > %(after)s and number <= %(until)s
            and pdq is not null and state <> 'withdrawn' and {which}
        order by number limit %(block)s
    ) block
"""


def banked(which: str) -> str:
    """Return the statement that reads the hashes of the banks' PDQ entries for which *which* holds."""
    return _BANKED.format(which=which)


BANKED: Final = banked("true")
_PICTURES: Final = """
    with block as (select number, quality, pdq, parts from {table} where {which})
    select
        (select max(number) from block),
        (select string_agg(int8send(number) || hash, ''::bytea) from (
            select number, substr(bit_send(pdq), 5) as hash from block where quality >= {least}
            union all
            select number, substr(parts, place, {size})
            from block, generate_series(1, octet_length(parts), {size}) place
        ) hashes)
"""
"""Of each picture its own hash, where it has structure enough, and those of its parts."""


def pictures(which: str) -> Mapping[str, str]:
    """Return, by table, the statement that reads the hashes of its pictures for which *which* holds."""
    return MappingProxyType(
        {
            table: _PICTURES.format(
                table=table, which=which, least=PDQ_LEAST_QUALITY, size=Pdq.SIZE
            )
            for table in ("contents", "releases")
        }
    )


SHOWN: Final = pictures(
    "number > %(after)s and number <= %(until)s order by number limit %(block)s"
)
"""Table -> the statement that reads the hashes of its pictures, block by block."""


def span(after: int, rows: int, *, until: int = _LAST) -> Mapping[str, int]:
    """Return the parameters that read the first *rows* with a number beyond *after*, up to *until*."""
    return {"after": after, "until": until, "block": rows}


async def read_block(
    driver: Driver[Any], statement: str, parameters: Mapping[str, object]
) -> tuple[int | None, bytes | None]:
    """Return the last number that *statement* read, and what it read; None for both where nothing."""
    async with driver.cursor(binary=True) as cursor:
        # Not prepared: a plan for any two bounds takes them to hold few rows, and would sort them.
        await cursor.execute(statement, parameters, prepare=False)
        row = await cursor.fetchone()
    assert row is not None
    last, block = row
    return last, block


async def numbers_near(
    driver: Driver[Any], statement: str, hashes: Sequence[Pdq], radius: int
) -> list[int]:
    """
    Return the numbers of the rows that hold a hash within *radius* bits of one of *hashes*.

    Comparing runs off the event loop. A row that is committed meanwhile may be among them or not.
    """
    found: list[int] = []
    after: int | None = 0 if hashes else None
    while after is not None:
        after, block = await read_block(driver, statement, span(after, _BLOCK))
        if block is not None:
            found += await asyncio.to_thread(_near, block, hashes, radius)
    return found


def _near(block: bytes, hashes: Sequence[Pdq], radius: int) -> list[int]:
    return list(compare(hashes, *columns(block), radius))


def columns(block: bytes | bytearray) -> tuple[NDArray[np.uint64], NDArray[np.uint8]]:
    """Return the numbers and the hashes, of shape (count, 32), that a statement read."""
    rows = np.frombuffer(block, _ROW)
    return rows["number"].astype(np.uint64), np.ascontiguousarray(rows["pdq"])

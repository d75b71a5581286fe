"""
Exact search without an index: every stored hash comes here in blocks, and is compared here.

In SQL each pair of hashes costs about 0.1 µs, and a picture is looked for by up to 169 hashes: a bank of
a million would take a quarter of a minute. Read once and compared by the kernel, it takes a second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from psycopg import AsyncConnection as Driver

from raiment.matching.index import compare
from raiment.matching.signal import PDQ_BITS, PDQ_LEAST_QUALITY, Pdq

_BLOCK: Final = 3_840
"""Rows read together; one holds at most 17 hashes, and fewer than 65,536 are compared unindexed."""

_NUMBER: Final = np.dtype(">i8")
_HASH: Final = np.dtype([("bits", ">u4"), ("pdq", "u1", Pdq.SIZE)])
"""How statements write numbers and hashes: the binary forms of ``bigint`` and ``bit(256)``, end to end."""


@dataclass(frozen=True, slots=True)
class Block:
    """What a statement read: hashes, and beside each the number of its row."""

    last: int | None
    """The last number looked at, where a statement reads in the order of numbers; None at the end."""
    numbers: NDArray[np.int64]
    hashes: NDArray[np.uint8]
    """Of shape (count, 32)."""


# Numbers and hashes are written by two aggregates: to join each pair first costs half as much again.
BANKED: Final = """
    select max(number), string_agg(int8send(number), ''::bytea), string_agg(bit_send(pdq), ''::bytea)
    from (
        select number, pdq from bank_entries
        where number > %(after)s and pdq is not null and state <> 'withdrawn'
        order by number limit %(block)s
    ) block
"""
"""The statement that reads the hashes of the banks' PDQ entries, block by block."""
# No condition that an index could serve: by pages is how everything is read soonest.
BANKED_ON_PAGES: Final = """
    select null::bigint,
        string_agg(int8send(case signal_type when 'pdq_crop' then -number else number end), ''::bytea),
        string_agg(bit_send(pdq), ''::bytea)
    from bank_entries
    where ctid >= %(first)s::text::tid and ctid < %(end)s::text::tid
        and pdq is not null and state <> 'withdrawn'
"""
"""The statement that reads those on some pages of the table; the number of a crop is written negative."""
_PICTURES: Final = """
    with block as (select number, quality, pdq, parts from {table} where {which})
    select (select max(number) from block), numbers, hashes from (
        select string_agg(int8send(number), ''::bytea), string_agg(hash, ''::bytea) from (
            select number, bit_send(pdq) from block where quality >= {least} and pdq is not null
            union all
            select number, int4send({bits}) || substr(parts, place, {size})
            from block, generate_series(1, octet_length(parts), {size}) place
        ) one (number, hash)
    ) joined (numbers, hashes)
"""
"""Of each picture its own hash, where it has structure enough, and those of its parts."""


def pictures(which: str) -> Mapping[str, str]:
    """Return, by table, the statement that reads the hashes of its pictures for which *which* holds."""
    fixed = {"which": which, "least": PDQ_LEAST_QUALITY, "size": Pdq.SIZE, "bits": PDQ_BITS}
    return MappingProxyType(
        {table: _PICTURES.format(table=table, **fixed) for table in ("contents", "releases")}
    )


SHOWN: Final = pictures("number > %(after)s order by number limit %(block)s")
"""Table -> the statement that reads the hashes of its pictures, block by block."""
SHOWN_ON_PAGES: Final = pictures("ctid >= %(first)s::text::tid and ctid < %(end)s::text::tid")
"""Table -> the statement that reads those on some of its pages."""


def pages(first: int, end: int) -> Mapping[str, str]:
    """Return the parameters that read the pages from *first* on, before *end*."""
    return {"first": f"({first},0)", "end": f"({end},0)"}


async def read_block(
    driver: Driver[Any], statement: str, parameters: Mapping[str, object]
) -> Block:
    """Return what *statement* reads."""
    async with driver.cursor(binary=True) as cursor:
        # Not prepared: a plan for any two bounds takes them to hold few rows, and would sort them.
        await cursor.execute(statement, parameters, prepare=False)
        row = await cursor.fetchone()
    assert row is not None
    last, numbers, hashes = row
    return Block(
        last,
        np.frombuffer(numbers or b"", _NUMBER).astype(np.int64),
        np.ascontiguousarray(np.frombuffer(hashes or b"", _HASH)["pdq"]),
    )


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
        block = await read_block(driver, statement, {"after": after, "block": _BLOCK})
        found += await asyncio.to_thread(_near, block, hashes, radius)
        after = block.last
    return found


def _near(block: Block, hashes: Sequence[Pdq], radius: int) -> list[int]:
    return list(compare(hashes, block.numbers.astype(np.uint64), block.hashes, radius))

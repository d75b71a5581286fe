"""Rate limits of the public doors, counted in the database: all servers count together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from raiment.adapters.postgres.database import Database
from raiment.errors import RateLimited


@dataclass(frozen=True, slots=True)
class Limit:
    """At most *calls* within *window* for one caller at one door."""

    door: str
    calls: int
    window: timedelta


REPORT = Limit("report", 20, timedelta(hours=1))
"""Reports per address. A person in need sends a few; what is over is asked to wait, never dropped."""
FOLLOW = Limit("follow", 30, timedelta(minutes=10))
"""Looks at a case by reference and secret, per address: the secret has 80 bits."""
SIGN_IN = Limit("sign-in", 10, timedelta(minutes=10))
SIGN_IN_NAME = Limit("sign-in-name", 100, timedelta(minutes=10))
"""Tries per address and per account name."""
LOG = Limit("log", 600, timedelta(minutes=1))
"""Reads of the public log, per address."""


async def count_call(limit: Limit, caller: str, now: datetime, database: Database) -> None:
    """Count a call of *caller*; raise RateLimited past the limit."""
    async with database.begin() as tx:
        calls, ends = await tx.requests.count(f"{limit.door}:{caller}", limit.window, now)
    if calls > limit.calls:
        raise RateLimited(max(1, ceil((ends - now).total_seconds())))

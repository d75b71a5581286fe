"""
The driver below SQLAlchemy, for the few statements that every request to a generator runs.

There SQLAlchemy's part of a statement costs several times the statement itself (``benchmarks/gateway.py``).
Statements run in the transaction that SQLAlchemy began, on the same connection.
"""

from __future__ import annotations

from typing import Any

from psycopg import AsyncConnection as Driver
from psycopg import InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

GONE = (OperationalError, InterfaceError)
"""What the driver raises where the server cannot be reached, or went away."""


async def driver_of(connection: AsyncConnection) -> Driver[Any]:
    """Return the driver's connection below *connection*."""
    driver = (await connection.get_raw_connection()).driver_connection
    assert isinstance(driver, Driver)
    return driver

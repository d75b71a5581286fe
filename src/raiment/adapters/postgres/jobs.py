"""
Work for later, deferred in the caller's transaction (procrastinate).

Every job may run twice: a worker that dies is noticed by its missing heartbeat and its jobs are taken
again. Tasks are therefore written so that a second run finds nothing left to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from procrastinate import App, PsycopgConnector
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection

QUEUE = "raiment"


class Jobs:
    """The job queue of one database."""

    def __init__(self, url: URL) -> None:
        conninfo = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self.app = App(connector=PsycopgConnector(conninfo=conninfo))

    async def defer(
        self,
        connection: AsyncConnection,
        task: str,
        arguments: Mapping[str, str | int],
        at: datetime | None,
    ) -> None:
        """Queue *task* on *connection*: it exists once the caller's transaction commits."""
        raw = (await connection.get_raw_connection()).driver_connection
        deferrer = self.app.configure_task(task, queue=QUEUE, schedule_at=at, connection=raw)
        await deferrer.defer_async(**arguments)

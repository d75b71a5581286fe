"""Following the database from one process: a connection of its own, kept up."""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import psycopg
from psycopg import AsyncConnection, IsolationLevel
from sqlalchemy.engine import URL, make_url

from raiment.adapters.observe.logs import logger
from raiment.matching.index import PdqIndex

LOOK_SECONDS: Final = 0.4
"""How often a follower looks, whether or not anything told it to."""
_RETRY_SECONDS: Final = 0.2
_MERGE_BEYOND: Final = 20_000


class Follower(ABC):
    """Keeps what this process holds of the database in step with it, while ``following``."""

    _part: str
    """Its name in log lines."""

    def __init__(self, url: str | URL) -> None:
        named = make_url(url).set(drivername="postgresql")
        self._conninfo = named.render_as_string(hide_password=False)
        self._in_step_at = -float("inf")
        self._merging: asyncio.Task[None] | None = None

    @abstractmethod
    async def _keep_in_step(self, connection: AsyncConnection[Any]) -> None:
        """Load what is not loaded, and take in changes for as long as the connection lives."""

    @abstractmethod
    def _forget(self) -> None:
        """Know nothing any more: what was held may be wrong."""

    @asynccontextmanager
    async def following(self) -> AsyncIterator[None]:
        """Follow the changes in the background while the context lasts."""
        task = asyncio.create_task(self._follow())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            if self._merging is not None:
                await self._merging

    async def _follow(self) -> None:
        told = -float("inf")
        while True:
            try:
                async with await AsyncConnection.connect(
                    self._conninfo, autocommit=True
                ) as connection:
                    # One snapshot for all that is read together.
                    await connection.set_isolation_level(IsolationLevel.REPEATABLE_READ)
                    await self._keep_in_step(connection)
            except psycopg.Error:
                if told <= self._in_step_at:  # once for each loss, not for each try
                    logger.warning("feed_lost", part=self._part)
                    told = time.monotonic()
            except Exception:  # noqa: BLE001 - the follower's edge; meanwhile everything is compared
                self._forget()
                logger.exception("feed_failed", part=self._part)
            await asyncio.sleep(_RETRY_SECONDS)

    def _in_step(self, since: float) -> None:
        """Remember that everything committed before *since* (``time.monotonic``) is taken in."""
        self._in_step_at = since

    def _is_in_step(self, within_seconds: float) -> bool:
        return time.monotonic() - self._in_step_at <= within_seconds

    def _merge_aside(self, *indexes: PdqIndex) -> None:
        """Index what was added lately, on a thread: searches and changes go on meanwhile."""
        busy = self._merging is not None and not self._merging.done()
        grown = [index for index in indexes if index.unmerged > _MERGE_BEYOND]
        if grown and not busy:
            self._merging = asyncio.create_task(_merge(grown))


async def _merge(indexes: list[PdqIndex]) -> None:
    for index in indexes:
        await asyncio.to_thread(index.merge)

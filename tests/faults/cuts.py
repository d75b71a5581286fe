"""
Cuts connections to the database as the death of a process does: the server just sees them vanish.

Works on the driver (psycopg), below everything of Raiment's. A point is a place at which a process may die:
before each statement that writes, before each commit, and after each commit, when all is stored and nobody
hears of it. Each point is cut once, at its first passing; the caller then does what callers do, and passes it.
"""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from unittest.mock import patch
from weakref import WeakKeyDictionary

from psycopg import AsyncConnection, AsyncCursor, OperationalError
from psycopg.pq import TransactionStatus
from psycopg.sql import Composable

_COMMIT = "commit"
_WRITES = re.compile(
    r"\binsert\s+into\b|\bdelete\s+from\b|(?<!for )(?<!key )\bupdate\s|\bprocrastinate_\w+\(",
    re.IGNORECASE,
)

Course = tuple[str, ...]
"""The statements of one transaction up to a point: what tells it from every other."""


class Moment(StrEnum):
    """When the connection is cut."""

    BEFORE = "before"
    """Before a write or a commit: nothing of the transaction may be stored."""
    AFTER = "after"
    """After a commit: all of it is stored, and the caller never hears of it."""


@dataclass
class Cuts:
    """Watches every connection of this process; cuts while *moment* is set."""

    stored: Callable[[], None]
    """Called whenever something was stored for good."""
    moment: Moment | None = None
    points: list[Course] = field(default_factory=list)
    """What has been cut, in order."""
    _where: str = ""
    _courses: WeakKeyDictionary[AsyncConnection[Any], list[str]] = field(
        default_factory=WeakKeyDictionary
    )

    @contextmanager
    def made(self, moment: Moment, where: str = "") -> Iterator[None]:
        """Cut every point that comes, once; or only those whose statement has *where* in it."""
        self.points.clear()
        self.moment, self._where = moment, where
        try:
            yield
        finally:
            self.moment = None

    @contextmanager
    def spared(self) -> Iterator[None]:
        """Let a look at the state pass uncut."""
        moment, self.moment = self.moment, None
        try:
            yield
        finally:
            self.moment = moment

    async def carry_out(
        self, connection: AsyncConnection[Any], text: str, call: Callable[[], Awaitable[Any]]
    ) -> Any:
        """Let *call* do what *text* says on *connection*, cut before or after where it is due."""
        course = self._course(connection, text)
        lasting = text == _COMMIT or connection.autocommit
        if not any(map(_WRITES.search, course if lasting else (text,))):
            return await call()
        if self._is_due(Moment.BEFORE, course):
            _cut(connection)
        done = await call()
        if lasting:
            self.stored()
            if self._is_due(Moment.AFTER, course):
                _cut(connection)
                raise OperationalError("cut: it is stored, and its caller does not know")
        return done

    def _course(self, connection: AsyncConnection[Any], text: str) -> Course:
        begun = connection.info.transaction_status is not TransactionStatus.IDLE
        course = [*(self._courses.get(connection, []) if begun else []), text]
        self._courses[connection] = course
        return tuple(course)

    def _is_due(self, moment: Moment, course: Course) -> bool:
        if self.moment is not moment or course in self.points or self._where not in course[-1]:
            return False
        self.points.append(course)
        return True


@contextmanager
def watching(stored: Callable[[], None]) -> Iterator[Cuts]:
    """Put every asynchronous connection of this process under the knife."""
    cuts = Cuts(stored)
    execute, executemany = AsyncCursor.execute, AsyncCursor.executemany
    commit = AsyncConnection.commit

    async def cut_execute(cursor: AsyncCursor, query: Any, *given: Any, **named: Any) -> Any:
        def call() -> Awaitable[Any]:
            return execute(cursor, query, *given, **named)

        return await cuts.carry_out(cursor.connection, _text(query), call)

    async def cut_executemany(cursor: AsyncCursor, query: Any, *given: Any, **named: Any) -> Any:
        def call() -> Awaitable[Any]:
            return executemany(cursor, query, *given, **named)

        return await cuts.carry_out(cursor.connection, _text(query), call)

    async def cut_commit(connection: AsyncConnection) -> None:
        await cuts.carry_out(connection, _COMMIT, lambda: commit(connection))

    with (
        patch.object(AsyncCursor, "execute", cut_execute),
        patch.object(AsyncCursor, "executemany", cut_executemany),
        patch.object(AsyncConnection, "commit", cut_commit),
    ):
        yield cuts


def _text(query: object) -> str:
    if isinstance(query, Composable):
        return query.as_string(None)
    return query.decode() if isinstance(query, bytes) else str(query)


def _cut(connection: AsyncConnection[Any]) -> None:
    with socket.socket(fileno=os.dup(connection.fileno())) as ours:
        ours.shutdown(socket.SHUT_RDWR)

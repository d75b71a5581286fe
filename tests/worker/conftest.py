"""A platform that answers as the test says, an open house, and reported pictures."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import text
from standardwebhooks import Webhook

from raiment.adapters.postgres.ids import new_id
from raiment.bootstrap import House, open_house
from raiment.casework.action import Action, ActionState
from raiment.casework.receive_report import Credentials, receive_report
from raiment.casework.report import (
    DECLARATIONS,
    Minor,
    Relation,
    ReportDraft,
    Reporter,
)
from raiment.matching.content import Content, ContentState
from raiment.matching.signal import Sha256, hash_views
from raiment.matching.signals import Signals
from raiment.settings import Settings, read_settings
from raiment.worker.work import work

SECRET = "whsec_" + "QUJD" * 11
Reply = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Double:
    """A platform: verifies each call with the library, keeps it, and gives the next reply."""

    replies: list[Reply] = field(default_factory=list)
    """Used up in order; then every call is answered as an honest platform answers."""
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    url: str = ""
    called: asyncio.Event = field(default_factory=asyncio.Event)

    async def wait_for(self, times: int) -> None:
        """Wait until there were so many calls."""
        async with asyncio.timeout(60):
            while len(self.calls) < times:
                self.called.clear()
                await self.called.wait()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Take one webhook."""
        body = await request.read()
        event = Webhook(SECRET).verify(body, dict(request.headers))
        self.calls.append((request.headers["webhook-id"], event))
        self.called.set()
        if self.replies:
            return await self.replies.pop(0)(request)
        outcome = "absent" if event["type"] == "content.verify" else "done"
        return web.json_response({"outcome": outcome})


def says(status: int, body: str = "") -> Reply:
    """Return a reply of *status* and *body*."""

    async def reply(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, text=body, headers={"location": "http://127.0.0.1:1/"})

    return reply


async def hang(_request: web.Request) -> web.StreamResponse:
    """Never answer."""
    await asyncio.sleep(3600)
    raise AssertionError


@pytest.fixture
async def double() -> AsyncIterator[Double]:
    """A platform that is honest unless told otherwise."""
    platform = Double()
    app = web.Application()
    app.router.add_post("/webhooks", platform.answer)
    server = TestServer(app)
    await server.start_server(shutdown_timeout=0)
    platform.url = str(server.make_url("/webhooks"))
    yield platform
    await server.close()


@dataclass
class Installation:
    """An installation and what a test does to it."""

    house: House
    environment: dict[str, str]
    count: int = 0

    @property
    def settings(self) -> Settings:
        """The settings of a worker."""
        return read_settings(self.environment)

    async def publish(self, picture: int) -> str:
        """Register one more post with the drawn picture of this number; return its platform id."""
        self.count += 1
        content = Content(
            id=new_id("cnt"),
            platform_id=f"post-{self.count}",
            location=f"https://site.example/post-{self.count}",
            media_url=None,
            uploader=None,
            state=ContentState.VISIBLE,
            verdict="allow",
            signals=_signals(picture),
            registered_at=self.house.now(),
        )
        async with self.house.database.begin() as tx:
            await tx.contents.hold_banks_still()
            assert await tx.contents.add(content, [])
        return content.platform_id

    async def report(self, platform_id: str) -> str:
        """Report a post; return the id of the case, whose hide actions are queued."""
        self.count += 1
        draft = ReportDraft(
            route="form",
            relation=Relation.SUBJECT,
            locations=(f"https://site.example/{platform_id}",),
            content_ids=(),
            shows=("intimate",),
            declarations=DECLARATIONS,
            why="I never agreed to this.",
            minor=Minor.NO,
            danger=False,
            ai_made="unsure",
            share_hash=False,
            language="en",
            reporter=Reporter("Ada", "ada@example.org", "Ada"),
        )
        credentials = Credentials(f"R-{self.count}", f"secret-{self.count}")
        async with self.house.database.begin() as tx:
            house = self.house
            done = await receive_report(draft, credentials, house.now(), house.regimes, tx.office)
        return done.case_id

    async def actions(self, case_id: str) -> list[Action]:
        """Return every action of the case."""
        async with self.house.database.read() as tx:
            return list(await tx.cases.actions(case_id))

    async def action(self, case_id: str) -> Action:
        """Return the one action of the case."""
        (action,) = await self.actions(case_id)
        return action

    async def answer_to(self, case_id: str) -> str | None:
        """Return what is kept of the answer to the case's one action."""
        async with self.house.database.read() as tx:
            (row,) = (await tx.desk.case_page(case_id)).actions
        return row.last_answer

    async def jobs(self, task: str = "deliver_action") -> list[Any]:
        """Return the queued jobs of *task*, next first."""
        query = text(
            "select args, scheduled_at, status from procrastinate_jobs"
            " where task_name = :task order by scheduled_at, id"
        )
        async with self.house.database.read() as tx:
            return list(await tx.connection.execute(query, {"task": task}))

    async def bring_forward(self) -> None:
        """Let the waiting time of every queued job be over."""
        async with self.house.database.begin() as tx:
            await tx.connection.execute(
                text("update procrastinate_jobs set scheduled_at = now() where status = 'todo'")
            )

    async def drop_jobs(self) -> None:
        """Lose the queue."""
        async with self.house.database.begin() as tx:
            await tx.connection.execute(text("delete from procrastinate_jobs"))

    async def answered(self, case_id: str) -> None:
        """Wait until nothing of the case is pending."""
        await self.until(lambda: self._none_pending(case_id))

    async def until(self, true: Callable[[], Awaitable[bool]]) -> None:
        """Wait until *true* is."""
        async with asyncio.timeout(60):
            while not await true():  # noqa: ASYNC110 - other processes set no event of ours
                await asyncio.sleep(0.05)

    async def _none_pending(self, case_id: str) -> bool:
        return all(a.state is not ActionState.PENDING for a in await self.actions(case_id))

    @asynccontextmanager
    async def worker(self) -> AsyncIterator[None]:
        """Let a worker work meanwhile, in this process."""
        task = asyncio.create_task(work(self.settings))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


def _signals(picture: int) -> Signals:
    random = np.random.default_rng(picture)
    cells = random.integers(0, 255, (16, 16, 3), dtype=np.uint8)
    pixels = np.kron(cells, np.ones((16, 16, 1), dtype=np.uint8))
    digest = Sha256.of(pixels.tobytes())
    return Signals(digest, digest, hash_views(pixels), "image/png", 256, 256)


@pytest.fixture
async def installation(
    embedded_url: str, tmp_path: Path, double: Double
) -> AsyncIterator[Installation]:
    """An installation on a database of its own, connected to the platform double."""
    environment = {
        "DATABASE_URL": embedded_url,
        "RAIMENT_DATA_DIR": str(tmp_path / "data"),
        "RAIMENT_SECRET": "5e" * 32,
        "RAIMENT_PLATFORM_WEBHOOK_URL": double.url,
        "RAIMENT_PLATFORM_WEBHOOK_SECRET": SECRET,
    }
    async with open_house(read_settings(environment), pixel_workers=1) as house:
        yield Installation(house, environment)


@pytest.fixture
def start_worker(
    installation: Installation, tmp_path: Path
) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Start a worker as a process, whose log is ``worker.log``; all are killed at the end."""
    started: list[subprocess.Popen[bytes]] = []
    command = [sys.executable, "-m", "raiment.worker"]
    with (tmp_path / "worker.log").open("wb") as log:

        def start() -> subprocess.Popen[bytes]:
            environment = os.environ | installation.environment
            started.append(subprocess.Popen(command, env=environment, stderr=log))
            return started[-1]

        yield start
        for process in started:
            process.kill()
            process.wait()


@pytest.fixture
def reply() -> Callable[..., Reply]:
    """``says``."""
    return says


@pytest.fixture
def silence() -> Reply:
    """``hang``."""
    return hang

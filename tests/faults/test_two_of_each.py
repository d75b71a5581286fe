"""
Two web servers, two gateways and two workers over one database behave as one.

Two installations of ``raiment serve``, begun at the same moment on an empty database, share nothing else but a
secret. One demonstration platform belongs to the first; both send it what they decide.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import signal
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from sqlalchemy import text
from tests.casework.conftest import drawing
from tests.conftest import Server
from tests.faults.whole import State, check_whole
from tests.story.installation import Installation, environment_for
from tests.web.api.conftest import png

from raiment.adapters.http.scopes import SCOPES
from raiment.adapters.postgres.account_keeping import create_account
from raiment.adapters.postgres.transaction import CROP
from raiment.bootstrap import House, open_house
from raiment.cli.key import create_key
from raiment.cli.story.person import ANSWERS
from raiment.cli.story.stage import Page
from raiment.demo.gallery import Gallery
from raiment.evidence.note import verification_key
from raiment.evidence.pack import VerifiedLog, verify_export
from raiment.settings import read_settings
from raiment.worker.work import CONCURRENCY

pytestmark = pytest.mark.faults

PATIENCE_SECONDS = 90
PASSWORD = "a quiet river in spring"
IN_HAND = 2 * CONCURRENCY
DOORS = ("web", "gateway", "worker")
_CUTTING = text(
    "select count(*) from procrastinate_jobs where task_name = :task and status in ('todo', 'doing')"
)

Answers = tuple[httpx.Response, httpx.Response]


@dataclass(frozen=True)
class Two:
    """Both servers, and a program that calls either with one API key."""

    first: Installation
    second: Installation
    house: House
    """The same installation as both, opened once more by the test to look inside."""
    http: httpx.AsyncClient

    @property
    def webs(self) -> tuple[str, str]:
        """Where both answer people and programs."""
        return self.first.web, self.second.web

    @property
    def gateways(self) -> tuple[str, str]:
        """Where both answer image generators' callers."""
        return self.first.gateway, self.second.gateway

    @property
    def posts(self) -> Path:
        """The platform's own record of its posts, and of the calls it carried out."""
        return self.first.folder / "data" / "demo"

    async def at_both(self, send: Callable[[str], Awaitable[httpx.Response]]) -> Answers:
        """Send the same to both at once."""
        one, other = await asyncio.gather(*(send(web) for web in self.webs))
        return one, other

    async def publish(self, picture: bytes) -> str:
        """Publish *picture* on the platform; return the post's id."""
        answer = await self.http.post(
            f"{self.first.platform}/posts",
            files={"picture": picture},
            headers={"accept": "application/json"},
        )
        assert answer.status_code == 201, answer.text
        return str(answer.json()["post"])

    async def report(self, web: str, post_id: str) -> str:
        """Relay a report of the post to one of the servers; return the id of its case."""
        report = {"content_ids": [post_id], "relation": "subject", "minor": "no"}
        answer = await self.http.post(f"{web}/v1/reports", json=report)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["case_id"])

    async def edit(self, gateway: str, picture: bytes) -> httpx.Response:
        """Ask one of the gateways for an ordinary edit of *picture*."""
        fields = {"model": "demo", "prompt": "make the light warmer"}
        files = {"image": ("photo.png", picture, "image/png")}
        return await self.http.post(f"{gateway}/v1/images/edits", data=fields, files=files)

    async def post_is(self, post_id: str, state: str) -> None:
        """Wait until the platform has the post in *state*."""

        async def reached() -> bool:
            answer = await self.http.get(
                f"{self.first.platform}/posts/{post_id}", headers={"accept": "application/json"}
            )
            return bool(answer.json()["state"] == state)

        await _until(reached)

    async def nothing_waits(self) -> None:
        """Wait until every action is answered, and every reported picture has been cut."""

        async def reached() -> bool:
            async with self.house.database.read() as tx:
                actions = (await tx.desk.clock_totals(self.house.now())).waiting_actions
                return actions == await tx.connection.scalar(_CUTTING, {"task": CROP}) == 0

        await _until(reached)

    def calls(self) -> list[dict[str, Any]]:
        """Return the webhooks that the platform carried out, and how often each came."""
        lines = (self.posts / "posts.jsonl").read_bytes().splitlines()
        return [line["call"] for line in map(msgspec.json.decode, lines) if "call" in line]


@pytest.fixture(scope="module")
def servers(ordinary_server: Server) -> Iterator[tuple[Installation, Installation]]:
    """Both servers, begun at the same moment on an empty database."""
    with ordinary_server.database(migrated=False) as url, ExitStack() as stack:
        shared = {"DATABASE_URL": url, "RAIMENT_SECRET": secrets.token_hex(32)}
        first = stack.enter_context(_server(**shared))
        platform = {
            "RAIMENT_DEMO": "false",
            "RAIMENT_PLATFORM_WEBHOOK_URL": f"{first.platform}/webhooks",
            "RAIMENT_PLATFORM_MEDIA_ORIGIN": first.platform,
        }
        second = stack.enter_context(_server(**shared, **platform))
        with ThreadPoolExecutor(2) as threads:
            list(threads.map(Installation.start, (first, second)))
        yield first, second


@contextmanager
def _server(**settings: str) -> Iterator[Installation]:
    folder = Path(tempfile.mkdtemp(prefix="raiment-two-"))
    made = Installation(folder, environment_for(folder, **settings))
    try:
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
async def two(servers: tuple[Installation, Installation]) -> AsyncIterator[Two]:
    """Both servers, and a key for everything."""
    first, second = servers
    async with open_house(read_settings(first.environment), pixel_workers=1) as house:
        async with house.database.begin() as tx:
            key = await create_key(tx, "platform", SCOPES, house.now())
        headers = {"authorization": f"Bearer {key}"}
        async with httpx.AsyncClient(headers=headers, timeout=60) as http:
            yield Two(first, second, house, http)


@pytest.fixture
async def reviewer(two: Two) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who signed in at the first server."""
    name = f"ann-{secrets.token_hex(3)}"
    async with two.house.database.begin() as tx:
        token = await create_account(tx, name, "reviewer", two.house.now())
    async with httpx.AsyncClient(timeout=60) as http:
        fields = {"password": PASSWORD, "again": PASSWORD}
        answer = await http.post(f"{two.first.web}/console/link/{token}", data=fields)
        assert answer.status_code == 303
        yield http


def test_two_that_begin_at_once_are_begun_once(servers: tuple[Installation, Installation]) -> None:
    """One schema, and one first account with one link, shown by one of the two."""
    shown = [made.printed.count("/console/link/") for made in servers]

    assert sorted(shown) == [0, 1]


async def test_uploads_at_both_are_registered_once(two: Two) -> None:
    """Each of eight items, sent to both servers at once, is one item with one answer."""

    async def register(number: int, web: str) -> httpx.Response:
        fields = {"content_id": f"item-{number}"}
        files = {"file": png(drawing(number))}
        return await two.http.post(f"{web}/v1/content", data=fields, files=files)

    answers = await asyncio.gather(
        *(register(number, web) for number in range(100, 108) for web in two.webs)
    )

    assert Counter(answer.status_code for answer in answers) == {200: 8, 201: 8}
    assert len({answer.json()["id"] for answer in answers}) == 8


async def test_a_form_sent_to_both_is_one_report(two: Two) -> None:
    """The page came from one server; both take it, and give one receipt."""
    page = await two.http.get(f"{two.first.web}/report")
    form = {**Page(page.text).hidden, "locations": "https://site.example/1", **ANSWERS}

    answers = await two.at_both(lambda web: two.http.post(f"{web}/report", data=form))

    marked = [Page(answer.text).marked for answer in answers]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert marked[0]["reference"] == marked[1]["reference"]
    assert marked[0]["secret"] == marked[1]["secret"]
    async with two.house.database.read() as tx:
        assert await tx.desk.report_page(marked[0]["reference"], marked[0]["secret"])


async def test_an_idempotency_key_holds_at_both(two: Two) -> None:
    """One receipt; and the key given with another report is refused at the other server."""

    async def relay(web: str, *locations: str) -> httpx.Response:
        headers = {"idempotency-key": "one"}
        report = {"locations": locations}
        return await two.http.post(f"{web}/v1/reports", json=report, headers=headers)

    one, other = await two.at_both(lambda web: relay(web, "https://site.example/2"))
    another = await relay(two.second.web, "https://site.example/3")

    assert one.json() == other.json()
    assert another.status_code == 409


async def test_reported_at_one_and_decided_at_the_other(
    two: Two, reviewer: httpx.AsyncClient
) -> None:
    """A session of the first server decides at the second; removed once, and known to both."""
    picture = png(drawing(1))
    post_id = await two.publish(picture)
    case_id = await two.report(two.first.web, post_id)
    await two.post_is(post_id, "hidden")

    path = f"{two.second.web}/console/cases/{case_id}"
    hidden = Page((await reviewer.get(path)).text).hidden
    fields = {**hidden, "outcome": "remove", "reason": "looked at it"}
    decided = await reviewer.post(f"{path}/decision", data=fields)
    again = await reviewer.post(f"{two.first.web}/console/cases/{case_id}/decision", data=fields)

    assert (decided.status_code, again.status_code) == (303, 409)
    await two.post_is(post_id, "removed")
    await two.nothing_waits()
    for web in two.webs:
        case = (await two.http.get(f"{web}/v1/cases/{case_id}")).json()
        assert (case["state"], len(case["decisions"])) == ("closed", 1)
    for gateway in two.gateways:
        refused = await two.edit(gateway, picture)
        assert refused.json()["error"]["safeguard"]["rule"] == "known-image"


async def test_a_session_ended_at_one_is_ended_at_the_other(
    two: Two, reviewer: httpx.AsyncClient
) -> None:
    """Signed in at the first, signed out at the second."""
    pages = [await reviewer.get(f"{web}/console") for web in two.webs]
    token = Page(pages[0].text).hidden["csrf"]
    cookies = dict(reviewer.cookies)

    await reviewer.post(f"{two.second.web}/console/sign-out", data={"csrf": token})
    reviewer.cookies.update(cookies)
    back = await reviewer.get(f"{two.first.web}/console")

    assert [page.status_code for page in pages] == [200, 200]
    assert back.headers["location"] == "/console/sign-in"


async def test_a_key_revoked_is_dead_everywhere(two: Two) -> None:
    """At both web servers and both gateways, from one call to the next."""
    async with two.house.database.begin() as tx:
        key = await create_key(tx, "short-lived", SCOPES, two.house.now())
    headers = {"authorization": f"Bearer {key}"}

    async def statuses() -> list[int]:
        cases = [await two.http.get(f"{web}/v1/cases", headers=headers) for web in two.webs]
        asked = {"text": "a red balloon", "modality": "generate"}
        screened = [
            await two.http.post(f"{gateway}/v1/screenings", json=asked, headers=headers)
            for gateway in two.gateways
        ]
        return [answer.status_code for answer in (*cases, *screened)]

    before = await statuses()
    async with two.house.database.begin() as tx:
        [row] = [row for row in await tx.accounts.keys() if row.name == "short-lived"]
        await tx.accounts.revoke_key(row.id, two.house.now())

    assert (before, await statuses()) == ([200] * 4, [401] * 4)


async def test_what_one_gateway_released_both_know(two: Two) -> None:
    """A picture that left by one gateway is traced at the other server."""
    released = await two.edit(two.first.gateway, png(drawing(2)))
    ledger_id = released.json()["data"][0]["safeguard"]["ledger_id"]

    traced = await two.http.post(f"{two.second.web}/v1/traces", files={"file": png(drawing(2))})

    assert ledger_id in {one["release_id"] for one in traced.json()["releases"]}


async def test_limits_are_counted_together(two: Two) -> None:
    """Fifteen guesses at each server are as many as thirty at one: the next is refused by both."""
    guess = {"reference": "0000-0000-0000", "secret": "0000-0000-0000-0000"}

    async def guessed(web: str) -> int:
        return (await two.http.post(f"{web}/case", data=guess)).status_code

    first = await asyncio.gather(*(guessed(web) for web in two.webs * 15))
    next_ones = [await guessed(web) for web in two.webs]

    assert set(first) == {404}
    assert next_ones == [429, 429]


async def test_two_workers_do_each_thing_once(two: Two) -> None:
    """Reports at both servers at once: each post is hidden by one call, which came once."""
    posts = [await two.publish(png(drawing(number))) for number in range(20, 30)]
    earlier = {call["id"] for call in two.calls()}

    await asyncio.gather(
        *(two.report(two.webs[number % 2], post) for number, post in enumerate(posts))
    )
    await two.nothing_waits()

    calls = [call for call in two.calls() if call["id"] not in earlier]
    assert [(call["kind"], call["received"]) for call in calls] == [("hide", 1)] * len(posts)


async def test_both_tell_one_log(two: Two) -> None:
    """One key signs; what the second exports continues what the first exported before."""
    exported, note = await _log(two, two.first.web)
    await two.report(two.second.web, "unknown-post")
    later, _ = await _log(two, two.second.web, earlier=note)

    assert later.earlier == exported.checkpoint
    assert later.checkpoint.size > exported.checkpoint.size


async def test_killed_in_the_middle_the_other_finishes(two: Two) -> None:
    """All of the second server is killed while both deliver; the first has every post hidden."""
    posts = [await two.publish(png(drawing(number))) for number in range(40, 40 + IN_HAND + 2)]
    platform = two.first.pid_of("demo")
    os.kill(platform, signal.SIGSTOP)
    for post_id in posts:
        await two.report(two.second.web, post_id)
    await _until(lambda: _in_hand(two))

    _kill_all(two.second)
    os.kill(platform, signal.SIGCONT)

    for post_id in posts:
        await two.post_is(post_id, "hidden")
    await two.nothing_waits()
    await _log(two, two.first.web)
    with closing(State(two.house.database_url)) as state:
        await check_whole(two.house, state, Gallery(two.posts))


async def _in_hand(two: Two) -> bool:
    """Tell whether both workers hold as many deliveries as they can."""
    query = "select count(*) from procrastinate_jobs where status = 'doing'"
    async with two.house.database.read() as tx:
        doing = (await tx.connection.exec_driver_sql(query)).scalar_one()
    return bool(doing == IN_HAND)


def _kill_all(made: Installation) -> None:
    """Kill every process of the server, none of which can do anything about it."""
    assert made.server is not None
    made.server.send_signal(signal.SIGSTOP)
    for door in DOORS:
        os.kill(made.pid_of(door), signal.SIGKILL)
    made.server.kill()
    made.server.wait()
    made.server = None


async def _log(two: Two, web: str, earlier: str | None = None) -> tuple[VerifiedLog, str]:
    """Return what one of the servers exports, verified under the one key, and its checkpoint."""
    key = verification_key(two.house.settings.log_origin, two.house.keys.log.public_key())
    lines = (await two.http.get(f"{web}/v1/log/export")).text.splitlines(keepends=True)
    verified = verify_export(lines, trusted_key=key, earlier=earlier)
    return verified, msgspec.json.decode(lines[0])["checkpoint"]


async def _until(reached: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await reached():  # noqa: ASYNC110 - other processes set no event of ours
            await asyncio.sleep(0.1)

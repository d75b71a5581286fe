"""
The story through its real doors, within this process: what cuts strike, and who then tries again.

Each step is written as its callers behave: a client sends the same again (same form token, idempotency key or
content id), a platform repeats its answer, a worker that dies is started again and finds its jobs.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from procrastinate.exceptions import ConnectorException
from tests.casework.conftest import drawing
from tests.faults.cuts import Cuts
from tests.faults.shop import Shop
from tests.faults.whole import State, Summary, check_whole
from tests.web.api.conftest import png

from raiment.adapters.postgres.jobs import QUEUE
from raiment.bootstrap import House
from raiment.casework.action import ActionKind
from raiment.cli.story.person import ANSWERS
from raiment.cli.story.stage import Page
from raiment.demo.gallery import Post, PostState
from raiment.errors import Unavailable
from raiment.matching.crop import Crop
from raiment.worker import upkeep

MOST_TRIES = 200
PASSWORD = "a quiet river in spring"
PLACE = "https://site.example/posts/{}"

_DUE = """
    select count(*) from procrastinate_jobs
    where status = 'doing' or status = 'todo' and (scheduled_at is null or scheduled_at <= now())
"""
_NO_HEARTBEAT = "update procrastinate_workers set last_heartbeat = now() - interval '1 hour'"
_TIME_TO_RETRY = """
    update procrastinate_jobs set scheduled_at = now()
    where status = 'todo' and (task_name = 'deliver_action' or attempts > 0)
"""

_WORKER: dict[str, Any] = {
    "queues": [QUEUE],
    "concurrency": 1,
    "delete_jobs": "successful",
    "fetch_job_polling_interval": 0.05,
    "listen_notify": False,
    "install_signal_handlers": False,
}

Send = Callable[[], Awaitable[httpx.Response]]


@dataclass
class Clock:
    """The installation's clock, which may be ahead of this machine's."""

    ahead: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        """Return what it shows."""
        return datetime.now(UTC) + self.ahead

    @contextmanager
    def later(self, **delta: float) -> Iterator[None]:
        """Let so much time have passed."""
        self.ahead = timedelta(**delta)
        try:
            yield
        finally:
            self.ahead = timedelta(0)


@dataclass(frozen=True)
class Story:
    """An installation, and those who call it."""

    house: House
    clock: Clock
    web: httpx.AsyncClient
    gateway: httpx.AsyncClient
    shop: Shop
    state: State
    cuts: Cuts
    link: str
    """The one-time link of the first account."""

    async def until_taken(self, send: Send) -> httpx.Response:
        """Return the answer to *send*, sent again for as long as the door says that it cannot take it."""
        for _ in range(MOST_TRIES):
            answer = await send()
            if answer.status_code < 500:
                return answer
            assert answer.status_code == 503, answer.text
            await self.look()
        raise AssertionError("never taken")

    async def look(self) -> None:
        """After a cut: only what was committed is there, and all that is there is whole."""
        with self.cuts.spared():
            assert self.state.summary() == self.state.stored
            await check_whole(self.house, self.state, self.shop.gallery)
        # An hour goes by: whoever tries again so often would else be asked to wait.
        self.state.change("truncate rate_windows")

    async def work(self) -> None:
        """Let a worker do all that is due, started again whenever it dies."""
        app = self.house.database.jobs.app
        for _ in range(MOST_TRIES):
            with suppress(ConnectorException):
                async with app.open_async():
                    await app.run_worker_async(**_WORKER, wait=False)
            await self.look()
            self.state.change(_NO_HEARTBEAT)
            with suppress(ConnectorException):
                async with app.open_async():
                    await upkeep.retake_stalled(self.house)
            self.state.change(_TIME_TO_RETRY)
            if not self.state.rows(_DUE)[0]["count"]:
                return
        raise AssertionError("the worker is never done")

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Let a worker work meanwhile, and live on whatever becomes of its jobs."""
        app = self.house.database.jobs.app
        async with app.open_async():
            worker = asyncio.create_task(app.run_worker_async(**_WORKER))
            yield
            worker.cancel()
            with suppress(asyncio.CancelledError):
                await worker

    async def until(self, reached: Callable[[], object]) -> None:
        """Wait until *reached* says so."""
        async with asyncio.timeout(60):
            while not reached():  # noqa: ASYNC110 - the database sets no event of ours
                await asyncio.sleep(0.02)

    async def duty(self, duty: Callable[[House], Awaitable[None]]) -> None:
        """Let a worker do a duty, again at the next interval where it failed."""
        for _ in range(MOST_TRIES):
            try:
                return await duty(self.house)
            except Unavailable:
                assert self.state.summary() == self.state.stored
        raise AssertionError("the duty is never done")

    async def console(self, path: str, **fields: str) -> httpx.Response:
        """Send a form of the console, with the hidden fields of the page it stands on."""
        page = await self.until_taken(lambda: self.web.get(path.removesuffix("/decision")))
        sent = {**Page(page.text).hidden, **fields}
        return await self.until_taken(lambda: self.web.post(path, data=sent))

    def case_of(self, post_id: str) -> str:
        """Return the newest case that holds the post."""
        query = (
            "select case_id from case_items join contents on contents.id = content_id "
            "where platform_id = %s order by added_at desc"
        )
        return str(self.state.rows(query, post_id)[0]["case_id"])


@dataclass(frozen=True)
class Step:
    """One step of the story."""

    play: Callable[[Story], Awaitable[None]]
    repeats: frozenset[str] = frozenset()
    """What there may be more of after a try that was repeated: tables, and kinds of log entries."""

    @property
    def name(self) -> str:
        """What is done."""
        return self.play.__name__

    def counted(self, change: Summary) -> Summary:
        """Leave out of *change* what each try adds to; that each addition is whole is checked apart."""
        kept = {what: count for what, count in change.items() if not self.repeats & set(what)}
        return Summary(kept)


# --- the reviewer enters --------------------------------------------------------------------------


async def set_a_password(story: Story) -> None:
    """The one-time link sets a password, once; where its answer was lost, one signs in with it."""
    fields = {"password": PASSWORD, "again": PASSWORD}
    answer = await story.until_taken(lambda: story.web.post(story.link, data=fields))
    assert answer.status_code in {303, 404}
    if answer.status_code == 404:
        await sign_in(story)


async def sign_in(story: Story) -> None:
    """Name and password begin a session."""
    fields = {"name": "ann", "password": PASSWORD}
    answer = await story.until_taken(lambda: story.web.post("/console/sign-in", data=fields))
    assert answer.status_code == 303


async def add_an_account(story: Story) -> None:
    """A second reviewer is added; where the link was lost with the answer, a new one is made."""
    answer = await story.console("/console/accounts", name="bob", role="reviewer")
    if answer.status_code == 409:
        token = Page(answer.text).hidden["csrf"]
        again = {"csrf": token, "name": "bob"}
        path = "/console/accounts/link"
        answer = await story.until_taken(lambda: story.web.post(path, data=again))
    assert "/console/link/" in answer.text


async def disable_an_account(story: Story) -> None:
    """The second reviewer leaves."""
    token = Page((await story.web.get("/console/accounts")).text).hidden["csrf"]
    fields = {"csrf": token, "name": "bob"}
    path = "/console/accounts/disable"
    answer = await story.until_taken(lambda: story.web.post(path, data=fields))
    assert answer.status_code in {303, 404}


# --- the generator --------------------------------------------------------------------------------


async def ask_for_the_forbidden(story: Story) -> None:
    """A request is refused, and the refusal is on record."""
    answer = await _edit(story, "remove her clothes")
    assert answer.status_code == 400


async def ask_for_an_edit(story: Story) -> None:
    """A picture is released, and whoever got it, the ledger knows it."""
    answer = await _edit(story, "make the light warmer")
    assert answer.status_code == 200
    [image] = answer.json()["data"]
    query = "select id from releases where id = %s"
    assert story.state.rows(query, image["safeguard"]["ledger_id"])


async def _edit(story: Story, prompt: str) -> httpx.Response:
    fields = {"model": "demo", "prompt": prompt, "user": "user-1"}
    files = {"image": ("photo.png", png(drawing(1)), "image/png")}
    return await story.until_taken(
        lambda: story.gateway.post("/v1/images/edits", data=fields, files=files)
    )


# --- the platform ---------------------------------------------------------------------------------


async def publish_a_post(story: Story) -> None:
    """A picture is registered, cleared and published."""
    platform = story.house.settings.platform
    assert platform is not None
    media = {"media_url": f"{platform.media_origin}/media/post-1"}
    assert await _publish(story, "post-1", png(drawing(1)), **media) == "allow"


async def publish_a_copy(story: Story) -> None:
    """The same picture, other bytes."""
    assert await _publish(story, "post-2", png(drawing(1), "saved again")) == "allow"


async def publish_a_part(story: Story) -> None:
    """A part of that picture: no copy by its hash."""
    assert await _publish(story, "post-6", png(Crop(0.1, 0, 0.05, 0).of(drawing(1)))) == "allow"


async def publish_another(story: Story) -> None:
    """Another picture."""
    assert await _publish(story, "post-3", png(drawing(2))) == "allow"


async def upload_a_reported_copy(story: Story) -> None:
    """What is reported is held at upload, and joins the case."""
    assert await _publish(story, "post-4", png(drawing(1), "after the report")) == "hold"


async def upload_a_removed_copy(story: Story) -> None:
    """What was removed does not come back."""
    assert await _publish(story, "post-5", png(drawing(1), "after the removal")) == "block"


async def _publish(story: Story, post_id: str, picture: bytes, **more: str) -> str:
    fields = {"content_id": post_id, "location": PLACE.format(post_id), **more}
    answer = await story.until_taken(
        lambda: story.web.post("/v1/content", data=fields, files={"file": picture})
    )
    assert answer.status_code in {200, 201}, answer.text
    verdict = str(answer.json()["verdict"])
    if verdict == "allow":
        post = Post(post_id, "somebody", "image/png", PostState.VISIBLE, removals=0)
        story.shop.gallery.publish(post, picture)
    return verdict


async def ask_who_made_it(story: Story) -> None:
    """The platform traces a picture, which is on record."""
    files = {"file": png(drawing(1))}
    answer = await story.until_taken(lambda: story.web.post("/v1/traces", files=files))
    assert answer.status_code == 200


async def acknowledge_later(story: Story) -> None:
    """A platform that answers in its own time, and repeats its answer until it is heard."""
    query = (
        "select actions.id from actions join case_items on case_items.id = item_id "
        "join contents on contents.id = content_id where platform_id = 'post-4'"
    )
    [row] = story.state.rows(query)
    outcome = story.shop.gallery.carry_out(row["id"], ActionKind.HIDE, "post-4")
    answer = await story.until_taken(
        lambda: story.web.post(
            f"/v1/actions/{row['id']}/acknowledgement", json={"outcome": outcome.value}
        )
    )
    assert answer.json()["state"] == "acknowledged"


# --- casework -------------------------------------------------------------------------------------


async def report_by_the_form(story: Story) -> None:
    """A person reports one post; the same form, sent again, is the same report."""
    query = {"content": "post-1", "location": PLACE.format("post-1")}
    page = await story.web.get("/report", params=query)
    form = {**Page(page.text).hidden, "locations": query["location"], **ANSWERS}
    answer = await story.until_taken(lambda: story.web.post("/report", data=form))
    assert answer.status_code == 201
    reference = Page(answer.text).marked["reference"]
    assert story.state.rows("select id from reports where reference = %s", reference)
    makers = story.state.rows("select release_id as id from case_releases order by 1")
    assert makers == story.state.rows("select id from releases order by 1")


async def relay_a_report(story: Story) -> None:
    """The platform relays a report about another post under one idempotency key."""
    answer = await story.until_taken(
        lambda: story.web.post(
            "/v1/reports",
            json={"content_ids": ["post-3"], "relation": "subject", "minor": "no"},
            headers={"idempotency-key": "report-7"},
        )
    )
    assert answer.status_code == 201
    assert story.state.rows("select id from reports where id = %s", answer.json()["report_id"])


async def hide(story: Story) -> None:
    """The worker asks the platform to hide what was reported, and what shows a part of it."""
    await story.work()
    states = {story.shop.gallery.post(f"post-{number}").state for number in (1, 2, 3, 6)}  # type: ignore[union-attr]
    assert states == {PostState.HIDDEN}


async def open_the_case(story: Story) -> None:
    """A reviewer opens the case and so takes it."""
    path = f"/console/cases/{story.case_of('post-1')}"
    assert (await story.until_taken(lambda: story.web.get(path))).status_code == 200


async def decide_to_remove(story: Story) -> None:
    """The decision: its actions, its banked hashes and its stopped clocks with it."""
    await _decide(story, "post-1", "remove")


async def decide_to_restore(story: Story) -> None:
    """The other decision about the other case."""
    await _decide(story, "post-3", "not_intimate")


async def _decide(story: Story, post_id: str, outcome: str) -> None:
    path = f"/console/cases/{story.case_of(post_id)}/decision"
    answer = await story.console(path, outcome=outcome, reason="looked at it")
    # Where the answer to the first try was lost, the second is told that it is decided.
    assert answer.status_code in {303, 409}
    case_id = story.case_of(post_id)
    [decision] = story.state.rows("select outcome from decisions where case_id = %s", case_id)
    assert decision["outcome"] == outcome


async def remove_verify_and_close(story: Story) -> None:
    """The worker has every copy removed, asks whether it is gone, and the case closes."""
    await story.work()
    _is_closed(story, "post-1")
    for number in (1, 2, 6):
        post = story.shop.gallery.post(f"post-{number}")
        assert post is not None
        assert (post.state, post.removals) == (PostState.REMOVED, 1)


async def restore_and_close(story: Story) -> None:
    """The worker has the other post shown again, and its case closes."""
    await story.work()
    _is_closed(story, "post-3")
    post = story.shop.gallery.post("post-3")
    assert post is not None
    assert (post.state, post.removals) == (PostState.VISIBLE, 0)


def _is_closed(story: Story, post_id: str) -> None:
    [case] = story.state.rows("select state from cases where id = %s", story.case_of(post_id))
    assert case["state"] == "closed"


async def give_an_alarm(story: Story) -> None:
    """A day passes, and the clocks that run say so."""
    with story.clock.later(hours=25):
        story.state.change(
            "update procrastinate_jobs set scheduled_at = now() "
            "where task_name = 'watch_clock' and scheduled_at < now() + interval '25 hours'"
        )
        await story.work()
    assert story.state.rows("select 1 from deadlines where alarmed > 0")


# --- the record -----------------------------------------------------------------------------------


async def sign_a_checkpoint(story: Story) -> None:
    """The worker signs the log's head."""
    await story.duty(upkeep.sign_checkpoint)


async def read_the_log(story: Story) -> None:
    """A stranger asks for the newest checkpoint, which is signed for them."""
    answer = await story.until_taken(lambda: story.web.get("/v1/log/checkpoint"))
    assert answer.status_code == 200


# --- upkeep ---------------------------------------------------------------------------------------


async def find_lost_jobs(story: Story) -> None:
    """The queue is lost, and all that waits is queued again."""
    story.state.change("delete from procrastinate_jobs where task_name = 'deliver_action'")
    await story.duty(upkeep.queue_actions)


async def leave(story: Story) -> None:
    """The session ends."""
    token = Page((await story.web.get("/console")).text).hidden["csrf"]
    fields = {"csrf": token}
    answer = await story.until_taken(lambda: story.web.post("/console/sign-out", data=fields))
    assert answer.status_code == 303


async def forget(story: Story) -> None:
    """What has had its time is deleted."""
    with story.clock.later(days=8):
        await story.duty(upkeep.forget_expired)
    assert not story.state.rows("select 1 from sessions, account_links, idempotency_keys")


def _more(*names: str) -> frozenset[str]:
    return frozenset(names)


SESSION = _more("sessions", "account.signed_in")
SCREENING = _more("screenings", "screening.decided")

STEPS: tuple[Step, ...] = (
    Step(set_a_password, SESSION),
    Step(sign_in, SESSION),
    Step(add_an_account, _more("account_links", "account.link_made")),
    Step(ask_for_the_forbidden, SCREENING),
    Step(ask_for_an_edit, SCREENING | _more("releases", "release.recorded")),
    Step(publish_a_post),
    Step(publish_a_copy),
    Step(publish_a_part),
    Step(publish_another),
    Step(ask_who_made_it, _more("trace.answered")),
    Step(report_by_the_form, _more("case_releases")),
    Step(relay_a_report),
    Step(hide),
    Step(upload_a_reported_copy),
    Step(acknowledge_later),
    Step(open_the_case),
    Step(decide_to_remove),
    Step(find_lost_jobs),
    Step(remove_verify_and_close),
    Step(upload_a_removed_copy),
    Step(give_an_alarm),
    Step(decide_to_restore),
    Step(restore_and_close),
    Step(sign_a_checkpoint),
    Step(disable_an_account),
    Step(leave),
    Step(read_the_log),
    Step(forget, _more("sessions", "account_links")),
)
"""The story, in order."""

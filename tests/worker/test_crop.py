"""Of a reported picture the parts are found: those that were there before, and those that come."""

from __future__ import annotations

import io
import runpy
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from PIL import Image
from sqlalchemy import text

from raiment.adapters.pixels.signals import read_signals
from raiment.adapters.platforms.preview import HEADER, preview_token
from raiment.adapters.postgres.ids import new_id
from raiment.bootstrap import House
from raiment.casework.action import ActionKind
from raiment.casework.case import CaseState
from raiment.casework.decide import Choice, decide
from raiment.casework.decision import Outcome
from raiment.casework.settle import settle
from raiment.errors import Unavailable
from raiment.matching.bank import BankKind
from raiment.matching.content import Content, ContentState
from raiment.matching.crop import Crop
from raiment.matching.ledger import Release
from raiment.matching.signal import Pdq
from raiment.worker import crop as crop_module
from raiment.worker.crop import MOST_ATTEMPTS, crop

SECRET = "whsec_" + "QUJD" * 11
DRAWINGS = runpy.run_path(str(Path(__file__).parents[1] / "matching" / "drawings.py"))
BEFORE, AFTER = Crop(0.1, 0, 0.02, 0.05), Crop(0, 0.13, 0.06, 0.06)
"""What copies leave out: of the one that is there already, and of the one that comes later."""


@dataclass
class Media:
    """A platform's pictures, handed out to whoever has the token."""

    pictures: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    origin: str = ""
    answers: bool = True

    async def show(self, request: web.Request) -> web.StreamResponse:
        """Hand a picture out."""
        self.asked.append(request.path)
        assert request.headers[HEADER] == preview_token(SECRET, request.path)
        if not self.answers:
            return web.Response(status=503)
        return web.Response(body=self.pictures[request.path])


@dataclass
class Place:
    """An installation whose platform hands out its pictures."""

    installation: Any
    media: Media
    house: House

    async def publish(self, pixels: np.ndarray, *, release: bool = False) -> tuple[str, str]:
        """Register a post, or a release; return Raiment's id of it and the platform's."""
        data = _png(pixels)
        signals = (await read_signals(self.house.pixels, data, field="file"))[0]
        async with self.house.database.begin() as tx:
            if release:
                return await self._release(signals, tx), ""
            self.installation.count += 1
            number = self.installation.count
            path = f"/media/{number}"
            self.media.pictures[path] = data
            content = Content(
                id=new_id("cnt"),
                platform_id=f"post-{number}",
                location=f"https://site.example/post-{number}",
                media_url=f"{self.media.origin}{path}",
                uploader=None,
                state=ContentState.VISIBLE,
                verdict="allow",
                signals=signals,
                registered_at=self.house.now(),
            )
            await tx.contents.hold_banks_still()
            assert await tx.contents.add(content, [])
            return content.id, content.platform_id

    async def _release(self, signals: Any, tx: Any) -> str:
        await tx.connection.execute(
            text(
                "insert into screenings (id, surface, stage, verdict, judgement, findings, rule_set, at)"
                " values ('scr_0', 'gateway', 'output', 'allow', '{}', '[]', 'none', now())"
            )
        )
        release = Release(new_id("rel"), "scr_0", None, "gateway", signals, self.house.now())
        await tx.ledger.add(release)
        return release.id

    async def report(self, platform_id: str) -> str:
        """Report a post; return the case's id."""
        return str(await self.installation.report(platform_id))

    async def crop(self, case_id: str, content_id: str, attempts: int = 0) -> None:
        """Run the job."""
        await crop(case_id, content_id, attempts, self.house)

    async def decide(self, case_id: str, outcome: Outcome) -> None:
        """Decide the case."""
        async with self.house.database.begin() as tx:
            account = new_id("acct")
            await tx.accounts.add(account, account, "reviewer", self.house.now())
            page = await tx.desk.case_page(case_id)
            choice = Choice(case_id, page.case.version, outcome, "clear")
            await decide(choice, account, self.house.now(), tx.office)

    async def matches(self, pixels: np.ndarray) -> list[Any]:
        """Return what the banks hold of a picture that comes in."""
        readings = await read_signals(self.house.pixels, _png(pixels), field="file")
        async with self.house.database.read() as tx:
            return list((await tx.banks.look_up(readings)).matches)

    async def rows(self, query: str) -> list[Any]:
        """Return the rows of a query."""
        async with self.house.database.read() as tx:
            return list(await tx.connection.execute(text(query)))

    async def items(self, case_id: str) -> dict[str, tuple[str, str | None]]:
        """Return, by Raiment's id, how each content of the case was found, and in which view."""
        async with self.house.database.read() as tx:
            items = await tx.cases.items(case_id)
        return {item.content_id: (item.found_by.value, item.view) for item in items}


def _png(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", compress_level=1)
    return file.getvalue()


@pytest.fixture
async def place(installation: Any) -> AsyncIterator[Place]:
    """An installation whose platform hands out its pictures."""
    media = Media()
    app = web.Application()
    app.router.add_get("/media/{number}", media.show)
    server = TestServer(app)
    await server.start_server(shutdown_timeout=0)
    media.origin = str(server.make_url("/")).rstrip("/")
    house = installation.house
    platform = replace(house.settings.platform, media_origin=media.origin)
    settings = replace(house.settings, platform=platform)
    yield Place(installation, media, replace(house, settings=settings))
    await server.close()


@pytest.fixture(scope="session")
def picture() -> np.ndarray:
    """The picture that is reported."""
    drawn: np.ndarray = DRAWINGS["drawing"](480, 640, 31)
    return drawn


def _part(picture: np.ndarray, cut: Crop) -> np.ndarray:
    return np.ascontiguousarray(cut.of(picture))


async def test_a_part_that_was_there_before_is_hidden(place: Place, picture: np.ndarray) -> None:
    """Mirrored as well; so is told which of our releases shows a part. Another picture stays."""
    subject, reported = await place.publish(picture)
    part, _ = await place.publish(np.ascontiguousarray(_part(picture, BEFORE)[:, ::-1]))
    other, _ = await place.publish(DRAWINGS["drawing"](480, 640, 32))
    release, _ = await place.publish(_part(picture, AFTER), release=True)
    case_id = await place.report(reported)
    assert [*await place.items(case_id)] == [subject]

    await place.crop(case_id, subject)

    assert await place.items(case_id) == {subject: ("reported", None), part: ("pdq", "crop")}
    assert other not in await place.items(case_id)
    hides = [a for a in await place.installation.actions(case_id) if a.kind is ActionKind.HIDE]
    assert len(hides) == 2
    [origin] = await place.rows("select release_id, view from case_releases")
    assert tuple(origin) == (release, "crop")
    kinds = [row.kind for row in await place.rows('select kind from log_entries order by "index"')]
    assert kinds[-3:] == ["case.copy_found", "action.hide_asked", "bank.crops_banked"]


async def test_a_part_that_comes_later_matches(place: Place, picture: np.ndarray) -> None:
    """As a part of the entry of the whole; without the crops it would not."""
    subject, reported = await place.publish(picture)
    case_id = await place.report(reported)
    part = _part(picture, AFTER)
    assert await place.matches(part) == []

    await place.crop(case_id, subject)

    [found] = await place.matches(part)
    assert found.kind is BankKind.REPORTED
    assert found.case_id == case_id
    assert found.match.of_crop
    [whole] = await place.rows("select id from bank_entries where signal_type = 'pdq'")
    assert found.match.entry_id == whole.id


async def test_a_second_run_finds_nothing_left_to_do(place: Place, picture: np.ndarray) -> None:
    """Nor does a second report of the same fetch the picture again."""
    subject, reported = await place.publish(picture)
    await place.publish(_part(picture, BEFORE))
    case_id = await place.report(reported)
    await place.crop(case_id, subject)
    before = await _counts(place)

    await place.crop(case_id, subject)

    assert await _counts(place) == before
    assert await place.report(reported) == case_id
    await place.crop(case_id, subject)
    assert len(place.media.asked) == 1


async def test_two_runs_at_once_do_it_once(
    place: Place, picture: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second one comes to its end after the first one did."""
    subject, reported = await place.publish(picture)
    part, _ = await place.publish(_part(picture, BEFORE))
    case_id = await place.report(reported)
    await _meanwhile(monkeypatch, lambda: place.crop(case_id, subject))

    await place.crop(case_id, subject)

    assert len(place.media.asked) == 2
    banked = await place.rows("select 1 from log_entries where kind = 'bank.crops_banked'")
    assert len(banked) == 1
    assert part in await place.items(case_id)


async def test_what_is_confirmed_is_confirmed_with_its_parts(
    place: Place, picture: np.ndarray
) -> None:
    """The decision carries the crops over; those of the report end."""
    subject, reported = await place.publish(picture)
    case_id = await place.report(reported)
    await place.crop(case_id, subject)

    await place.decide(case_id, Outcome.REMOVE)

    [found] = await place.matches(_part(picture, AFTER))
    assert found.kind is BankKind.CONFIRMED
    assert found.match.of_crop


async def test_what_is_cleared_is_cleared_with_its_parts(place: Place, picture: np.ndarray) -> None:
    """A decision for the uploader ends the crops too; a new report revives them."""
    subject, reported = await place.publish(picture)
    case_id = await place.report(reported)
    await place.crop(case_id, subject)
    part = _part(picture, AFTER)

    await place.decide(case_id, Outcome.NOT_INTIMATE)

    assert await place.matches(part) == []
    assert not await place.rows("select 1 from bank_entries where state <> 'withdrawn'")
    again = await place.report(reported)
    await place.crop(again, subject)
    [found] = await place.matches(part)
    assert found.case_id == again


async def test_what_stands_beside_the_image_in_a_copy_stays(
    place: Place, picture: np.ndarray
) -> None:
    """A page that shows the image beside another picture is removed; posts of the other are not."""
    other = DRAWINGS["drawing"](480, 640, 32)
    _, reported = await place.publish(picture)
    page, _ = await place.publish(_side_by_side(picture, other))
    harmless, _ = await place.publish(other)
    case_id = await place.report(reported)
    assert page in await place.items(case_id)

    await place.decide(case_id, Outcome.REMOVE)
    await place.publish(_side_by_side(picture, other))
    async with place.house.database.begin() as tx:
        await tx.cases.hold_copies_still()
        await settle(await tx.cases.case(case_id), place.house.now(), tx.office)

    found = await place.items(case_id)
    assert len(found) == 3  # the image, and both pages
    assert harmless not in found


def _side_by_side(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    height, width = left.shape[:2]
    page = np.full((height + 80, 2 * width + 120, 3), 255, np.uint8)
    page[40:-40, 40 : 40 + width] = left
    page[40:-40, 80 + width : 80 + 2 * width] = right
    return page


@pytest.mark.parametrize(
    ("outcome", "state"),
    [(Outcome.REMOVE, CaseState.REMOVING), (Outcome.NOT_INTIMATE, CaseState.RESTORING)],
)
async def test_a_decision_in_between_counts(
    place: Place,
    picture: np.ndarray,
    monkeypatch: pytest.MonkeyPatch,
    outcome: Outcome,
    state: CaseState,
) -> None:
    """The picture was fetched for an open case. Removed: its parts are too; cleared: nothing is done."""
    subject, reported = await place.publish(picture)
    part, _ = await place.publish(_part(picture, BEFORE))
    case_id = await place.report(reported)
    await _meanwhile(monkeypatch, lambda: place.decide(case_id, outcome))

    await place.crop(case_id, subject)

    async with place.house.database.begin() as tx:
        assert (await tx.cases.case(case_id)).state is state
    removed = state is CaseState.REMOVING
    assert (part in await place.items(case_id)) is removed
    found = await place.matches(_part(picture, AFTER))
    assert [one.kind for one in found] == ([BankKind.CONFIRMED] if removed else [])
    asked = [a.kind for a in await place.installation.actions(case_id) if a.platform_id == "post-2"]
    assert asked == ([ActionKind.REMOVE] if removed else [])


async def test_another_picture_than_the_registered_one_is_not_banked(
    place: Place, picture: np.ndarray
) -> None:
    """Whoever serves the platform's media cannot have any picture banked by it."""
    subject, reported = await place.publish(picture)
    case_id = await place.report(reported)
    place.media.pictures["/media/1"] = _png(DRAWINGS["drawing"](480, 640, 32))

    await place.crop(case_id, subject)

    await _given_up(place, case_id, "the platform hands out another picture")


async def test_the_same_picture_saved_again_will_do(place: Place, picture: np.ndarray) -> None:
    """Platforms hand out smaller files than they were given."""
    subject, reported = await place.publish(picture)
    case_id = await place.report(reported)
    file = io.BytesIO()
    Image.fromarray(picture).resize((320, 240)).save(file, "JPEG", quality=70)
    place.media.pictures["/media/1"] = file.getvalue()

    await place.crop(case_id, subject)

    assert await place.rows("select 1 from bank_entries where signal_type = 'pdq_crop' limit 1")


async def test_what_is_no_picture_is_given_up(place: Place, picture: np.ndarray) -> None:
    """Nothing would change by trying again."""
    subject, reported = await place.publish(picture)
    case_id = await place.report(reported)
    place.media.pictures["/media/1"] = b"<html>"

    await place.crop(case_id, subject)

    await _given_up(place, case_id, "the picture cannot be read")


async def test_a_platform_that_does_not_answer_is_asked_again_and_then_not(
    place: Place, picture: np.ndarray
) -> None:
    """The job fails, for the queue to try later; the last time, it says so and ends."""
    subject, reported = await place.publish(picture)
    case_id = await place.report(reported)
    place.media.answers = False
    for attempts in (0, MOST_ATTEMPTS - 2):
        with pytest.raises(Unavailable):
            await place.crop(case_id, subject, attempts)
    assert not await place.rows("select 1 from log_entries where kind like 'bank.crops%'")

    await place.crop(case_id, subject, MOST_ATTEMPTS - 1)

    await _given_up(place, case_id, "the platform did not hand the picture out")


async def test_without_a_media_origin_nothing_is_fetched(place: Place, picture: np.ndarray) -> None:
    """The operator has not said from where pictures may be fetched."""
    subject, reported = await place.publish(picture)
    case_id = await place.report(reported)

    await crop(case_id, subject, 0, place.installation.house)

    assert place.media.asked == []
    await _given_up(place, case_id, "no media origin is set")


async def test_a_report_queues_one_job_and_a_worker_does_it(
    place: Place, picture: np.ndarray
) -> None:
    """Only for content with a picture to be had; in the same commit as the report."""
    subject, reported = await place.publish(picture)
    part, _ = await place.publish(_part(picture, BEFORE))
    plain = await place.installation.publish(7)
    await place.installation.report(plain)
    assert await place.installation.jobs("crop_image") == []
    case_id = await place.report(reported)
    [job] = await place.installation.jobs("crop_image")
    assert job.args == {"case_id": case_id, "content_id": subject}
    place.installation.environment["RAIMENT_PLATFORM_MEDIA_ORIGIN"] = place.media.origin

    async with place.installation.worker():

        async def found() -> bool:
            return part in await place.items(case_id)

        await place.installation.until(found)
        await place.installation.answered(case_id)


async def _meanwhile(monkeypatch: pytest.MonkeyPatch, do: Callable[[], Any]) -> None:
    """Let *do* be done while the picture is being fetched for the first time."""
    fetch = crop_module.fetch_media
    waiting = [do]

    async def fetched(*given: Any) -> bytes:
        data = await fetch(*given)
        if waiting:
            await waiting.pop()()
        return data

    monkeypatch.setattr(crop_module, "fetch_media", fetched)


async def _counts(place: Place) -> list[int]:
    tables = ("bank_entries", "log_entries", "actions", "case_items")
    return [
        (await place.rows(f"select count(*) as n from {table}"))[0].n  # noqa: S608 - names above
        for table in tables
    ]


async def _given_up(place: Place, case_id: str, why: str) -> None:
    """Check that the log says why, and nothing else was done."""
    [entry] = await place.rows(
        "select \"index\", subject from log_entries where kind = 'bank.crops_not_banked'"
    )
    assert entry.subject == case_id
    opened = await place.rows(f'select value from log_openings where "index" = {entry.index}')  # noqa: S608
    assert why in [row.value for row in opened]
    assert not await place.rows("select 1 from bank_entries where signal_type = 'pdq_crop'")


async def test_crops_of_an_entry_that_was_withdrawn_are_free(
    place: Place, picture: np.ndarray
) -> None:
    """Two pictures can have crops in common: where one's entry has ended, they stand for the other."""
    crops = [Pdq(bytes([number]) * 32) for number in range(3)]
    first, second = picture, DRAWINGS["drawing"](480, 640, 32)
    entries = []
    for shown in (first, second):
        subject, reported = await place.publish(shown)
        await place.decide(await place.report(reported), Outcome.REMOVE)
        [entry] = await place.rows(
            "select id, bank_id from bank_entries where signal_type = 'pdq' and state = 'active'"
        )
        entries.append(entry.id)
        async with place.house.database.begin() as tx:
            assert await tx.banks.bank_crops(subject, crops, place.house.now()) == len(crops)
            if shown is first:
                await tx.bank_keeping.withdraw(entry.bank_id, entry.id, place.house.now())

    rows = await place.rows("select crop_of from bank_entries where signal_type = 'pdq_crop'")
    assert {row.crop_of for row in rows} == {entries[1]}

"""The story from end to end; every step may be repeated, so it survives a server that dies."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from raiment.cli.story import generator, platform
from raiment.cli.story.auditor import check_log
from raiment.cli.story.person import Followable, Person
from raiment.cli.story.pictures import cropped, mirrored, resaved, turned
from raiment.cli.story.reviewer import Reviewer
from raiment.cli.story.stage import Stage
from raiment.errors import NotFound


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays, and what they were given."""

    person: Person
    reviewer: Reviewer
    account: str
    """Name of the reviewer's fresh account."""
    account_link: str
    """Its one-time link."""
    photo: bytes
    """The photograph of the story; unlike any that this installation has banked."""
    other_photo: bytes
    """That of the case left open."""


@dataclass(frozen=True, slots=True)
class Ending:
    """What the story leaves behind."""

    report: Followable
    case_id: str
    posts: tuple[str, ...]
    waiting_case_id: str
    """A second case, left open in the console to click through."""
    log_size: int


async def play(stage: Stage, cast: Cast, export: Path) -> Ending:
    """Play the whole story; the log's export is written to *export*."""
    await generator.ask_to_undress(stage, cast.photo)
    released = await generator.ask_for_an_edit(stage, cast.photo)
    posts = await _publish(stage, released)
    report = await _report(stage, cast, posts)
    posts += await _post_a_part(stage, released)
    case_id = await _case_of(stage, posts[0])
    await _remove(stage, cast, case_id, posts)
    await _follow(stage, cast, report)
    await _come_back(stage, released)
    waiting = await _leave_a_case(stage, cast)
    stage.tell("9. A stranger checks the record")
    verified = await check_log(stage, export)
    return Ending(report, case_id, posts, waiting, verified.checkpoint.size)


async def _publish(stage: Stage, released: generator.Released) -> tuple[str, ...]:
    stage.tell("3. The edited picture appears on a platform, saved again, and mirrored elsewhere")
    copies = {
        "the picture, smaller and compressed again": resaved(released.picture),
        "the picture, mirrored": mirrored(released.picture),
    }
    posts = []
    for what, picture in copies.items():
        posted = await platform.post_picture(stage, picture, "somebody", what)
        assert posted.post_id is not None, posted
        posts.append(posted.post_id)
    trace = await platform.who_made(stage, resaved(released.picture))
    [found] = [one for one in trace["releases"] if one["release_id"] == released.release_id]
    stage.came_back(
        f"made here: {found['release_id']}, found by {found['found_by']} at distance "
        f"{found['distance']} of 256, for {found['actor']}"
    )
    return tuple(posts)


async def _report(stage: Stage, cast: Cast, posts: tuple[str, ...]) -> Followable:
    stage.tell("4. The person in the picture reports it: no account, no upload")
    stage.sent(f"{stage.web}/report   for {posts[0]} alone")
    report = await cast.person.report(stage, posts[0])
    stage.came_back(f"reference {report.reference} and a secret")
    for post_id in posts:
        await platform.wait_until(stage, post_id, "hidden")
        stage.came_back(f"{post_id} is hidden")
    return report


async def _post_a_part(stage: Stage, released: generator.Released) -> tuple[str, ...]:
    """Upload a part of the picture; return the post, where it was published and then hidden."""
    part = cropped(released.picture)
    posted = await platform.post_picture(stage, part, "somebody", "a part of the picture")
    if posted.post_id is None:
        assert posted.verdict == "hold", posted
        return ()
    # A moment earlier than the crops of the reported picture were banked: that found it.
    await platform.wait_until(stage, posted.post_id, "hidden")
    stage.came_back(f"{posted.post_id} is hidden")
    return (posted.post_id,)


async def _case_of(stage: Stage, post_id: str) -> str:
    """Return the open case that holds *post_id*."""
    url = f"{stage.web}/v1/cases"

    async def get(address: str) -> dict[str, Any]:
        reply = await stage.ask(lambda: stage.session.get(address, headers=stage.authorised))
        return reply.json()

    for waiting in (await get(f"{url}?state=open"))["cases"]:
        case = await get(f"{url}/{waiting['id']}")
        if post_id in [item["content_id"] for item in case["items"]]:
            return str(case["id"])
    raise NotFound("case of the reported post")


async def _remove(stage: Stage, cast: Cast, case_id: str, posts: tuple[str, ...]) -> None:
    stage.tell("5. A reviewer decides, with a blurred preview and the provenance before them")
    await cast.reviewer.enter(stage, cast.account, cast.account_link)
    stage.sent(f"{stage.web}/console/cases/{case_id}   remove")
    await cast.reviewer.remove(stage, case_id)
    for post_id in posts:
        post = await platform.wait_until(stage, post_id, "removed")
        stage.came_back(f"{post_id} is removed, {post['removals']} time")

    async def closed() -> dict[str, Any] | None:
        url = f"{stage.web}/v1/cases/{case_id}"
        reply = await stage.ask(lambda: stage.session.get(url, headers=stage.authorised))
        case = reply.json()
        return case if case["state"] == "closed" else None

    case = await stage.wait_for(closed, "the case closed")
    clocks = case["clocks"]
    stopped = sum(clock["stopped_at"] is not None for clock in clocks)
    stage.came_back(f"absence verified, {stopped} of {len(clocks)} clocks stopped, case closed")


async def _follow(stage: Stage, cast: Cast, report: Followable) -> None:
    stage.tell("6. The person looks how it stands")
    stage.sent(f"{stage.web}/case/{report.reference}   with the secret")
    text = await cast.person.follow(stage, report)
    assert "It has been decided" in text
    stage.came_back("decided, removed everywhere, verified")


async def _come_back(stage: Stage, released: generator.Released) -> None:
    stage.tell("7. The picture comes back, upside down")
    picture = turned(released.picture)
    posted = await platform.post_picture(stage, picture, "somebody else", "the same, upside down")
    assert posted.verdict == "block", posted
    assert await generator.try_as_source(stage, picture) == "known-image"


async def _leave_a_case(stage: Stage, cast: Cast) -> str:
    stage.tell("8. Another report is left in the console for you to decide")
    posted = await platform.post_picture(stage, cast.other_photo, "a friend", "another photograph")
    assert posted.post_id is not None, posted
    await cast.person.report(stage, posted.post_id)
    case_id = await _case_of(stage, posted.post_id)
    stage.came_back(f"{stage.web}/console/cases/{case_id}")
    return case_id

"""The platform's part: pictures are posted, hidden, removed and refused there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aiohttp import FormData

from raiment.cli.story.stage import Stage


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of an upload."""

    verdict: str
    post_id: str | None


async def post_picture(stage: Stage, picture: bytes, author: str, what: str) -> Posted:
    """Upload *picture* to the demonstration platform, which asks ``POST /v1/content``."""
    stage.sent(f"POST {stage.platform}/posts   {what}")

    def form() -> FormData:
        data = FormData({"author": author})
        data.add_field("picture", picture, filename="p.jpg", content_type="image/jpeg")
        return data

    headers = {"accept": "application/json"}
    url = f"{stage.platform}/posts"
    reply = await stage.ask(lambda: stage.session.post(url, data=form(), headers=headers))
    answer = reply.json()
    verdict, post_id = str(answer["verdict"]), answer.get("post")
    stage.came_back(f"{reply.status}, verdict {verdict}" + (f", {post_id}" if post_id else ""))
    return Posted(verdict, None if post_id is None else str(post_id))


async def state_of(stage: Stage, post_id: str) -> dict[str, Any]:
    """Return the post as the platform's own record has it."""
    headers = {"accept": "application/json"}
    url = f"{stage.platform}/posts/{post_id}"
    reply = await stage.ask(lambda: stage.session.get(url, headers=headers))
    return reply.json()


async def wait_until(stage: Stage, post_id: str, state: str) -> dict[str, Any]:
    """Return the post once it is in *state*."""

    async def look() -> dict[str, Any] | None:
        post = await state_of(stage, post_id)
        return post if post["state"] == state else None

    return await stage.wait_for(look, f"{post_id} {state}")


async def who_made(stage: Stage, picture: bytes) -> dict[str, Any]:
    """Ask ``POST /v1/traces`` who made *picture*."""

    def form() -> FormData:
        data = FormData()
        data.add_field("file", picture, filename="p.jpg", content_type="image/jpeg")
        return data

    stage.sent(f"POST {stage.web}/v1/traces   that picture")
    url = f"{stage.web}/v1/traces"
    reply = await stage.ask(lambda: stage.session.post(url, data=form(), headers=stage.authorised))
    return reply.json()

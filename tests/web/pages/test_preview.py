"""The reviewer's preview: small, grey, blurred, from the platform only, each look on record."""

from __future__ import annotations

import hmac
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import pytest
from aiohttp import web
from PIL import Image
from sqlalchemy import update

from raiment.adapters.platforms.webhook import webhook_secret
from raiment.adapters.postgres.tables import cases
from raiment.bootstrap import House


@dataclass
class Media:
    """The platform's media server, which notes what it was asked."""

    origin: str
    asked: list[tuple[str, str]] = field(default_factory=list)


@pytest.fixture
async def media(drawing: bytes) -> AsyncIterator[Media]:
    """A media server on this machine."""
    served = Media("")

    async def answer(request: web.Request) -> web.StreamResponse:
        served.asked.append((request.path, request.headers.get("x-preview-token", "")))
        match request.path:
            case "/drawing":
                return web.Response(body=drawing, content_type="image/png")
            case "/moved":
                raise web.HTTPFound("/drawing")
            case "/words":
                return web.Response(text="no picture at all")
            case "/endless":
                return web.Response(body=b"\x89PNG\r\n\x1a\n" + bytes(21_000_000))
            case _:
                raise web.HTTPNotFound

    app = web.Application()
    app.router.add_route("*", "/{any:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    served.origin = f"http://{host}:{port}"
    yield served
    await runner.cleanup()


@pytest.fixture
async def look(
    media: Media, showing: Any, reviewer: Any, person: Any, upload: Any, complete: dict[str, object]
) -> Callable[..., Awaitable[Any]]:
    """Reports a picture that is at *url*, and looks at its preview."""

    async def at(url: str | None, origin: str | None = None, *, child: bool = False) -> Any:
        await upload("post-17", url)
        await person.report(**complete)
        case_id = await person.case_id()
        if child:
            async with person.house.database.begin() as tx:
                await tx.connection.execute(update(cases).values(child=True))
        ann = await reviewer("ann", "lead", showing(origin or media.origin))
        async with person.house.database.read() as tx:
            (item,) = (await tx.desk.case_page(case_id)).items
        answer = await ann.http.get(f"/console/cases/{case_id}/items/{item.id}/preview")
        answer.extensions["history"] = await ann.history(item.id)
        return answer

    return at


async def test_preview_is_small_grey_and_on_record(look: Any, media: Media, house: House) -> None:
    """The platform is asked once, with the token that opens hidden media."""
    answer = await look(f"{media.origin}/drawing")

    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"] == "no-store"
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert picture.mode == "L"
        assert max(picture.size) <= 128
    assert answer.extensions["history"] == ["item.previewed"]
    key = webhook_secret(None, house.keys).encode()
    token = hmac.new(key, b"preview:/drawing", sha256).hexdigest()
    assert media.asked == [("/drawing", token)]


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/moved", "answered 302"),
        ("/gone", "answered 404"),
        ("/words", "cannot be read"),
        ("/endless", "too large"),
    ],
)
async def test_what_cannot_be_shown_says_why(look: Any, media: Media, path: str, why: str) -> None:
    """A drawing in its place; no redirect is followed, nothing is on record."""
    answer = await look(media.origin + path)

    assert answer.headers["content-type"] == "image/svg+xml"
    assert why in answer.text
    assert answer.extensions["history"] == []
    assert len(media.asked) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}@elsewhere.example/drawing",
        "http://someone:word@127.0.0.1:{port}/drawing",
        "https://127.0.0.1:{port}/drawing",
        "http://127.0.0.1:1{port}/drawing",
        "http://localhost:{port}/drawing",
        "file:///etc/hostname",
        "//127.0.0.1:{port}/drawing",
        "http://[::1",
        "",
    ],
)
async def test_no_other_origin_is_asked(look: Any, media: Media, url: str) -> None:
    """Whatever address an upload was registered with."""
    answer = await look(url.format(port=media.origin.rpartition(":")[2]))

    assert answer.headers["content-type"] == "image/svg+xml"
    assert media.asked == []


async def test_picture_of_a_child_is_never_shown(look: Any, media: Media) -> None:
    """To nobody, and the platform is not even asked."""
    answer = await look(f"{media.origin}/drawing", child=True)

    assert answer.headers["content-type"] == "image/svg+xml"
    assert "may concern a child" in answer.text
    assert media.asked == []
    assert answer.extensions["history"] == []


async def test_place_without_a_picture_says_so(look: Any, media: Media) -> None:
    """Where only a location is known, or no media address was registered."""
    answer = await look(None)

    assert "No picture is registered for this place." in answer.text
    assert media.asked == []


async def test_platform_that_is_away_is_named(look: Any) -> None:
    """The reviewer sees why, and can decide all the same."""
    answer = await look("http://127.0.0.1:9/drawing", "http://127.0.0.1:9")

    assert "the platform did not answer" in answer.text

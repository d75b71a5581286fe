"""A picture that is pointed at is fetched and treated as one that is sent."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest
from aiohttp import web
from tests.casework.conftest import drawing
from tests.web.api.conftest import SCOPES, Platform, add_key, client, counts, flat, png

from raiment.bootstrap import House


@dataclass
class Media:
    """The platform's media host, on loopback, named in the settings."""

    platform: Platform
    url: str
    files: dict[str, bytes]


@pytest.fixture
async def media(house: House) -> AsyncIterator[Media]:
    """A platform, and the host its pictures lie on."""
    files: dict[str, bytes] = {}

    async def answer(request: web.Request) -> web.Response:
        held = files.get(request.path)
        # Called what it is not: the content decides.
        return (
            web.Response(status=404)
            if held is None
            else web.Response(body=held, content_type="text/html")
        )

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    bound = socket.create_server(("127.0.0.1", 0))
    await web.SockSite(runner, bound).start()
    port = bound.getsockname()[1]
    hosts = frozenset({("127.0.0.1", port)})
    named = replace(house, settings=replace(house.settings, fetch_hosts=hosts))
    await add_key(named, *SCOPES)
    async with client(named) as http:
        yield Media(Platform(http, named), f"http://127.0.0.1:{port}", files)
    await runner.cleanup()


async def test_fetched_is_as_good_as_sent(media: Media) -> None:
    """The same signals; again with the same bytes nothing changes, with others it is a conflict."""
    media.files["/1"] = png(drawing(1))
    post, body = media.platform.http.post, {"content_id": "one", "url": f"{media.url}/1"}

    fetched = await post("/v1/content", json=body)
    sent = await media.platform.register("two", media.files["/1"])
    again = await post("/v1/content", json=body)
    media.files["/1"] = png(drawing(2))
    other = await post("/v1/content", json=body)

    assert [one.status_code for one in (fetched, again, other)] == [201, 200, 409]
    assert fetched.json()["signals"] == sent["signals"]
    assert again.json() == fetched.json()


@pytest.mark.parametrize("path", ["/none", "/text"])
async def test_what_is_no_picture_is_refused_and_nothing_stored(media: Media, path: str) -> None:
    """The refusal names the field and repeats nothing of the address."""
    media.files["/text"] = b"<html>"
    before = await counts(media.platform.house)

    answer = await media.platform.http.post(
        "/v1/content", json={"content_id": "one", "url": f"{media.url}{path}"}
    )

    assert (answer.status_code, answer.json()["field"]) == (422, "url")
    assert "127.0.0.1" not in answer.text
    assert await counts(media.platform.house) == before


@pytest.mark.parametrize(
    "fields",
    [
        {"url": "http://127.0.0.1/"},
        {"url": "http://[::ffff:127.0.0.1]/"},
        {"url": 7},
        {"url": None},
        {"url": ""},
        {"url": "a" * 8001},
        {"url": "http://\ud7ff/"},
        {"url": "http://example.org/", "image_b64": "iVBORw0KGgo="},
    ],
)
@pytest.mark.parametrize("path", ["/v1/content", "/v1/traces"])
async def test_other_addresses_are_refused(
    lasting: Platform, path: str, fields: dict[str, object]
) -> None:
    """At every door that reads a picture."""
    named = {"content_id": "one"} if path == "/v1/content" else {}
    answer = await lasting.http.post(path, json=named | fields)
    assert (answer.status_code, answer.json()["field"]) == (422, "url")


async def test_nothing_is_fetched_for_a_call_that_is_refused_anyway(media: Media) -> None:
    """A field that does not fit is told before the picture is asked for."""
    answer = await media.platform.http.post(
        "/v1/content", json={"content_id": "", "url": f"{media.url}/none"}
    )
    assert (answer.status_code, answer.json()["field"]) == (422, "content_id")


async def test_no_connection_to_the_database_is_held_while_fetching(media: Media) -> None:
    """A host that takes its time holds up the one call that named it."""
    pool = media.platform.house.database
    media.files["/1"] = png(drawing(1))
    held: list[int] = []

    class Watched(type(media.platform.house.fetcher)):  # type: ignore[misc]
        async def fetch(self, address: str, field: str) -> bytes:
            held.append(pool.engine.pool.checkedout())
            return bytes(await super().fetch(address, field))

    fetcher = media.platform.house.fetcher
    media.platform.house.__dict__["fetcher"] = Watched(fetcher.named, fetcher.most_bytes)
    answer = await media.platform.http.post(
        "/v1/content", json={"content_id": "one", "url": f"{media.url}/1"}
    )
    assert (answer.status_code, held) == (201, [0])


async def test_traces_and_the_routes_of_hma_fetch_too(media: Media) -> None:
    """The same guard, the same signals."""
    http = media.platform.http
    media.files |= {"/1": png(drawing(1)), "/flat": png(flat())}
    sent = (await http.post("/h/hash", files={"photo": media.files["/1"]})).json()

    trace = await http.post("/v1/traces", json={"url": f"{media.url}/1"})
    hashed = await http.get("/h/hash", params={"url": f"{media.url}/1"})
    plain = await http.get("/h/hash", params={"url": f"{media.url}/flat"})
    found = await http.get("/m/lookup", params={"url": f"{media.url}/1"})

    assert trace.json()["made_here"] is False
    assert hashed.json() == sent
    assert plain.json() == {"pdq": ""}
    assert found.json() == {"pdq": {}}

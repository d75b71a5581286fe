"""What callers point at is fetched from public hosts and named ones, and from nowhere else."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import ThreadedResolver, web
from aiohttp.abc import ResolveResult

from raiment.adapters.http import fetch
from raiment.adapters.http.fetch import Fetcher
from raiment.adapters.http.outgoing import is_public
from raiment.errors import TooLarge, Unavailable, Unfetchable

MOST = 5000


@dataclass
class Site:
    """A server on loopback, and what was asked of it."""

    port: int
    seen: list[web.Request] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Its address, with an empty path."""
        return f"http://127.0.0.1:{self.port}"

    def fetcher(self) -> Fetcher:
        """A fetcher whose operator named this server."""
        return Fetcher(frozenset({("127.0.0.1", self.port)}), MOST)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """A running server: the path says what it answers."""
    site = Site(0)

    async def answer(request: web.Request) -> web.StreamResponse:
        site.seen.append(request)
        match request.path.split("/")[1:]:
            case ["long", *_]:
                return web.Response(body=bytes(MOST + 1))
            case ["endless", *_]:
                response = web.StreamResponse()
                await response.prepare(request)
                while True:
                    await response.write(bytes(1000))
                    await asyncio.sleep(0)
            case ["silent", *_]:
                await asyncio.sleep(30)
            case ["status", status]:
                return web.Response(status=int(status))
            case ["to", *_]:
                return web.Response(status=302, headers={"location": request.query_string})
            case ["chain", number]:
                onward = f"/chain/{int(number) - 1}" if int(number) else "/picture"
                return web.Response(status=307, headers={"location": onward})
        return web.Response(body=b"picture", headers={"set-cookie": "a=b"})

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    bound = socket.create_server(("127.0.0.1", 0))
    await web.SockSite(runner, bound).start()
    site.port = bound.getsockname()[1]
    yield site
    await runner.cleanup()


async def test_a_named_host_is_fetched_from(site: Site) -> None:
    """Wherever it is; no cookie comes back to it, and nothing of the address's fragment."""
    for _ in range(2):
        assert await site.fetcher().fetch(f"{site.url}/a?b#c", "url") == b"picture"
    assert [request.path_qs for request in site.seen] == ["/a?b"] * 2
    assert not any("cookie" in request.headers for request in site.seen)


PRIVATE = [
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "0",
    "0.0.0.0",  # noqa: S104 - refused, not bound to
    "[::1]",
    "[::]",
    "[::127.0.0.1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "localhost",
    "localhost.",
    "LOCALHOST",
    "127.0.0.1.",
    "\uff11\uff12\uff17.0.0.1",
]


@pytest.mark.parametrize("host", PRIVATE)
async def test_no_spelling_of_this_machine_is_connected_to(
    site: Site, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a port that is allowed, and with a server listening there: nothing reaches it."""
    monkeypatch.setattr(fetch, "_PORTS", {"http": site.port, "https": 443})
    with pytest.raises(Unfetchable) as refused:
        await Fetcher(frozenset(), MOST).fetch(f"http://{host}:{site.port}/", "url")
    assert refused.value.field == "url"
    assert site.seen == []


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "100.100.100.200",
        "192.0.0.192",
        "168.63.129.16",
        "192.88.99.1",
        "198.18.0.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.250",
        "255.255.255.255",
        "240.0.0.1",
        "0.1.2.3",
        "fe80::1",
        "fe80::1%2",
        "fec0::1",
        "fd00:ec2::254",
        "ff02::1",
        "::",
        "::2",
        "::10.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:0:10.0.0.1",
        "64:ff9b::a00:1",
        "64:ff9b:1::808:808",
        "2001:0:808:808::",
        "2001:db8::1",
        "2002:a00:1::",
        "3fff::1",
        "5f00::1",
        "no address",
        "",
    ],
)
def test_what_is_not_public(address: str) -> None:
    """Private, shared, link-local, reserved, multicast, metadata, and IPv4 in every IPv6 disguise."""
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_what_is_public(address: str) -> None:
    """Else nothing could be fetched at all."""
    assert is_public(address)


@pytest.mark.parametrize("answers", [["127.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["::1"], []])
async def test_a_public_name_that_leads_inside_is_not_followed(
    site: Site, answers: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One inner address among the answers is enough to refuse; they are asked for once."""
    asked: list[str] = []

    async def resolve(
        _self: object, host: str, port: int = 0, _family: int = 0
    ) -> list[ResolveResult]:
        asked.append(host)
        return [
            ResolveResult(
                hostname=host, host=one, port=port, family=socket.AF_INET, proto=0, flags=0
            )
            for one in answers
        ]

    monkeypatch.setattr(ThreadedResolver, "resolve", resolve)
    monkeypatch.setattr(fetch, "_PORTS", {"http": site.port, "https": 443})
    with pytest.raises(Unfetchable):
        await Fetcher(frozenset(), MOST).fetch(f"http://name.example:{site.port}/", "url")
    assert (asked, site.seen) == (["name.example"], [])


@pytest.mark.parametrize(
    "address",
    [
        "",
        "picture",
        "//example.org/a",
        "ftp://example.org/a",
        "file:///etc/hostname",
        "gopher://example.org/",
        "data:image/png;base64,AAAA",
        "http://",
        "http:///a",
        "http://user@example.org/",
        "http://user:word@example.org/",
        "http://:word@example.org/",
        "https://example.org:8443/",
        "http://example.org:443/",
        "http://example.org:22/",
        "http://example.org:0/",
        "http://example.org:99999/",
        "http://[::1/",
        "http://a[]@",
        "http://\ud800/",
    ],
)
async def test_other_addresses_are_refused_unasked(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other schemes, credentials, other ports and no address at all end before any name is resolved."""

    async def resolve(*_: object) -> list[ResolveResult]:
        raise AssertionError("a name was resolved")

    monkeypatch.setattr(ThreadedResolver, "resolve", resolve)
    with pytest.raises(Unfetchable) as refused:
        await Fetcher(frozenset(), MOST).fetch(address, "images.0")
    assert refused.value.field == "images.0"


async def test_only_so_many_at_once(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever points at slow hosts fills no memory: the next waits, and is told that it is not its host."""
    fetcher = site.fetcher()
    most = fetch._MOST_AT_ONCE
    slow = [asyncio.create_task(fetcher.fetch(f"{site.url}/silent", "url")) for _ in range(most)]
    while len(site.seen) < most:  # noqa: ASYNC110 - what a server has seen tells nobody
        await asyncio.sleep(0.01)

    monkeypatch.setattr(fetch, "_PATIENCE_SECONDS", 0.1)
    with pytest.raises(Unavailable):
        await fetcher.fetch(f"{site.url}/picture", "url")
    assert len(site.seen) == most

    monkeypatch.undo()
    for task in slow:
        task.cancel()
    await asyncio.wait(slow)
    assert await fetcher.fetch(f"{site.url}/picture", "url") == b"picture"


async def test_redirects_are_followed_a_little(site: Site) -> None:
    """Three, and no more."""
    assert await site.fetcher().fetch(f"{site.url}/chain/2", "url") == b"picture"
    with pytest.raises(Unfetchable, match="more than 3 times"):
        await site.fetcher().fetch(f"{site.url}/chain/3", "url")
    assert len(site.seen) == 4 + 4


@pytest.mark.parametrize(
    "onward",
    [
        "http://169.254.169.254/latest",
        "http://localhost/",
        "http://user@example.org/",
        "file:///etc/hostname",
        "https://example.org:8443/",
        "http://a[]@",
        "",
    ],
)
async def test_every_redirect_is_looked_at_anew(site: Site, onward: str) -> None:
    """A host that may be fetched from cannot send us to one that may not."""
    with pytest.raises(Unfetchable):
        await site.fetcher().fetch(f"{site.url}/to/?{onward}", "url")


async def test_a_redirect_inside_is_not_followed(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The host is named with one port; the same server under another name is a stranger."""
    monkeypatch.setattr(fetch, "_PORTS", {"http": site.port, "https": 443})
    with pytest.raises(Unfetchable):
        await site.fetcher().fetch(f"{site.url}/to/?http://localhost:{site.port}/inner", "url")
    assert [request.path for request in site.seen] == ["/to/"]


@pytest.mark.parametrize("path", ["long", "endless"])
async def test_bytes_are_bounded(site: Site, path: str) -> None:
    """By what is announced, and by what comes."""
    with pytest.raises(TooLarge) as refused:
        await site.fetcher().fetch(f"{site.url}/{path}", "url")
    assert (refused.value.field, refused.value.limit) == ("url", MOST)


async def test_time_is_bounded(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that says nothing is given up."""
    monkeypatch.setattr(fetch, "_PATIENCE_SECONDS", 0.2)
    with pytest.raises(Unfetchable, match="too long"):
        await site.fetcher().fetch(f"{site.url}/silent", "url")


@pytest.mark.parametrize("status", [204, 206, 304, 401, 404, 500])
async def test_what_is_no_plain_answer_is_none(site: Site, status: int) -> None:
    """Only a whole body counts."""
    with pytest.raises(Unfetchable, match=f"status {status}"):
        await site.fetcher().fetch(f"{site.url}/status/{status}", "url")


async def test_no_proxy_is_taken_from_the_environment(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy would connect to what was never looked at."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert await site.fetcher().fetch(f"{site.url}/a", "url") == b"picture"


async def test_nobody_there(site: Site) -> None:
    """A named host that does not answer is told like one that may not be asked."""
    closed = socket.create_server(("127.0.0.1", 0))
    port = closed.getsockname()[1]
    closed.close()
    with pytest.raises(Unfetchable, match="nothing could be fetched"):
        await Fetcher(frozenset({("127.0.0.1", port)}), MOST).fetch(
            f"http://127.0.0.1:{port}/", "url"
        )
    assert site.seen == []

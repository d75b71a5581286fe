"""Servers outside are strangers: whatever they do is an opinion or the lack of one, never "safe"."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.adapters.detectors.answers import analysis, completion, moderation
from tests.adapters.detectors.conftest import KEY, Ask, Stranger

from raiment.adapters.detectors.advisers import Panel, RemoteAdviser, open_panel
from raiment.adapters.detectors.breaker import FAILURES, REST_SECONDS, Breaker
from raiment.adapters.http.outgoing import outgoing_session
from raiment.adviser_settings import Adviser
from raiment.screening.opinion import Opinion, opinion_finding

WORDS = "a lighthouse in a storm"


def adviser(url: str, **more: object) -> Adviser:
    """Return a moderation provider at *url*."""
    given = {"name": "stranger", "kind": "moderations", "url": url, **more}
    return msgspec.convert(given, Adviser)


@asynccontextmanager
async def raw(answer: bytes) -> AsyncIterator[str]:
    """Serve *answer*, byte for byte, and hang up."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def opinion_of(url: str, **more: object) -> Opinion:
    """Ask the provider at *url* once."""
    async with open_panel([adviser(url, **more)]) as panel:
        (opinion,) = await panel.ask(WORDS)
    return opinion


@pytest.mark.parametrize(
    "status", [201, 204, 301, 400, 401, 403, 404, 413, 422, 429, 500, 502, 503]
)
async def test_only_a_200_is_an_answer(ask: Ask, stranger: Stranger, status: int) -> None:
    """Whatever stands in it, and whatever it says."""
    stranger.says(b"" if status == 204 else moderation(), status)

    opinion = await ask(WORDS)

    assert (opinion.said, opinion.unavailable) == (None, f"answered with status {status}")


async def test_a_redirect_is_not_followed(ask: Ask, stranger: Stranger) -> None:
    """The words and the key go where the operator said, and nowhere else."""
    stranger.says(b"", 307, location=f"{stranger.url}/elsewhere")

    opinion = await ask(WORDS)

    assert opinion.unavailable == "answered with status 307"
    assert [path for path, _, _ in stranger.asked] == ["/moderations"]


async def test_silence_ends_with_its_time(ask: Ask, stranger: Stranger) -> None:
    """And is said so."""
    stranger.is_silent()

    opinion = await ask(WORDS, seconds=0.1)

    assert (opinion.said, opinion.unavailable) == (None, "no answer in time")


async def test_each_has_a_time_of_its_own(ask: Ask, stranger: Stranger) -> None:
    """The one with little is done while the one with much, asked before it, still waits."""
    stranger.is_silent()
    long = asyncio.ensure_future(ask(WORDS, seconds=30))
    await asyncio.sleep(0)
    short = asyncio.ensure_future(ask(WORDS, seconds=0.1))

    done, _ = await asyncio.wait({long, short}, return_when=asyncio.FIRST_COMPLETED)

    assert done == {short}
    long.cancel()
    with pytest.raises(asyncio.CancelledError):
        await long


async def test_an_answer_that_trickles_ends_with_its_time(ask: Ask, stranger: Stranger) -> None:
    """The time is for the whole answer, not for each byte."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b" ")
            await asyncio.sleep(0.01)

    stranger.answer = answer

    opinion = await ask(WORDS, seconds=0.3)

    assert (opinion.said, opinion.unavailable) == (None, "no answer in time")


async def test_an_endless_answer_is_not_read(ask: Ask, stranger: Stranger) -> None:
    """More than any answer needs is none, also where it would be a good one."""
    stranger.says(moderation() + b" " * 300_000)

    opinion = await ask(WORDS)

    assert (opinion.said, opinion.unavailable) == (None, "answered with too much")


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n" + moderation(),
        b'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"res',
        b"HTTP/1.1 200 OK\r\ncontent-le",
        b"",
        b"\x16\x03\x01\x00\x00 nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx: " + b"y" * 100_000 + b"\r\n\r\n{}",
    ],
)
async def test_a_broken_answer_is_none(answer: bytes) -> None:
    """Cut short, or not HTTP at all."""
    async with raw(answer) as url:
        opinion = await opinion_of(url)

    assert (opinion.said, opinion.unavailable) == (None, "no answer")


async def test_a_compressed_answer_is_not_unpacked(ask: Ask, stranger: Stranger) -> None:
    """Nobody was asked to compress: a small answer cannot become a huge one here."""
    import gzip

    stranger.says(gzip.compress(moderation()), **{"content-encoding": "gzip"})

    assert (await ask(WORDS)).unavailable == "answered in an unknown shape"


async def test_nobody_there_is_no_answer() -> None:
    """A port that nobody listens on."""
    async with raw(b"") as url:
        pass

    assert (await opinion_of(url)).unavailable == "no answer"


async def test_a_certificate_that_nobody_vouches_for_is_not_spoken_to(tmp_path: Path) -> None:
    """Neither words nor key reach a server that only says who it is."""
    reached: list[object] = []

    async def answer(request: web.Request) -> web.Response:
        reached.append(request)
        return web.Response(body=moderation())

    app = web.Application()
    app.router.add_post("/{path:.*}", answer)
    server = TestServer(app, scheme="https")
    await server.start_server(ssl=self_signed(tmp_path))
    opinion = await opinion_of(str(server.make_url("")).rstrip("/"))
    await server.close()

    assert opinion.unavailable == "no answer"
    assert reached == []


def self_signed(folder: Path) -> ssl.SSLContext:
    """Return what a server needs for TLS under a certificate of its own making."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    file = folder / "server.pem"
    file.write_bytes(key.private_bytes(pem, *plain) + certificate.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


async def test_a_proxy_of_the_environment_is_not_asked(
    ask: Ask, stranger: Stranger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The words pass nobody that the operator did not name here."""
    stranger.says(moderation())
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)

    assert (await ask(WORDS)).said is not None


async def test_all_are_asked_at_once_and_answered_in_order(stranger: Stranger) -> None:
    """The first answers only when the second was asked too."""
    both = asyncio.Barrier(2)

    async def answer(_request: web.Request) -> web.StreamResponse:
        await both.wait()
        return web.Response(body=moderation(sexual=0.9))

    stranger.answer = answer
    named = [adviser(stranger.url, name=name, seconds=20) for name in ("first", "second")]

    async with open_panel(named) as panel:
        opinions = await panel.ask(WORDS)

    assert [(one.adviser, one.said is not None) for one in opinions] == [
        ("first", True),
        ("second", True),
    ]


async def test_one_that_fails_takes_nothing_from_another(stranger: Stranger) -> None:
    """Each is judged for itself."""
    stranger.says(moderation(sexual=0.9))
    async with raw(b"") as url:
        named = [adviser(url, name="down", required=True), adviser(stranger.url, name="up")]
        async with open_panel(named) as panel:
            down, up = await panel.ask(WORDS)

    assert down == Opinion("down", "moderations", None, "no answer", required=True)
    assert up.said is not None
    assert up.said.sexual


async def test_nothing_is_sent_where_there_are_no_words(stranger: Stranger) -> None:
    """A variation has none."""
    async with open_panel([adviser(stranger.url)]) as panel:
        for words in ("", " \n\t"):
            assert list(await panel.ask(words)) == []

    assert stranger.asked == []


async def test_only_the_words_are_sent(ask: Ask, stranger: Stranger) -> None:
    """Beside the key, headers say no more than what kind of program calls."""
    stranger.says(moderation())

    await ask(WORDS)

    ((_, headers, body),) = stranger.asked
    assert headers.keys() == {
        "host", "user-agent", "accept", "accept-encoding", "authorization", "content-type",
        "content-length",
    }  # fmt: skip
    assert headers["user-agent"] == "raiment"
    assert body.keys() == {"model", "input"}


@pytest.mark.parametrize(
    "words", ["a \ud83d cat", "\udfff", "a\x00b", "\u202e\u2066", "x" * 40_000]
)
@pytest.mark.parametrize("kind", ["moderations", "llama-guard", "azure-content-safety"])
async def test_any_words_can_be_asked_about(
    ask: Ask, stranger: Stranger, words: str, kind: str
) -> None:
    """Half of a surrogate pair, NUL, more than any model takes."""
    stranger.says(
        {"llama-guard": completion("safe"), "moderations": moderation()}.get(kind, analysis(0))
    )

    opinion = await ask(words, kind=kind, model="m")

    assert opinion.said is not None


async def test_the_key_is_nowhere_to_be_read(
    ask: Ask, stranger: Stranger, caplog: pytest.LogCaptureFixture
) -> None:
    """Not in an opinion, a finding, a log line, or the settings as printed."""
    caplog.set_level(logging.DEBUG)
    stranger.says(f'{{"error": "{KEY} is no key, {WORDS}"}}'.encode(), 401)

    opinion = await ask(WORDS)

    told = repr(opinion) + repr(opinion_finding(opinion).as_json()) + caplog.text
    told += repr(adviser(stranger.url, key=KEY))
    assert KEY not in told
    assert WORDS not in told


class Clock:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@pytest.fixture
async def resting(stranger: Stranger) -> AsyncIterator[tuple[Panel, Clock]]:
    """One adviser whose rests a test can end."""
    clock = Clock()
    async with outgoing_session(seconds=5) as session:
        one = RemoteAdviser(adviser(stranger.url, seconds=0.1), session, Breaker(clock))
        yield Panel([one]), clock


async def test_one_that_keeps_failing_is_left_alone_for_a_while(
    resting: tuple[Panel, Clock], stranger: Stranger
) -> None:
    """It is a finding each time, and after its rest one call shows whether it is back."""
    panel, clock = resting
    stranger.says(b"", 503)
    for _ in range(FAILURES):
        await panel.ask(WORDS)
    (unasked,) = await panel.ask(WORDS)
    assert unasked.unavailable == "not asked, since it failed several times in a row"
    assert len(stranger.asked) == FAILURES

    clock.now += REST_SECONDS
    (still,) = await panel.ask(WORDS)
    (unasked,) = await panel.ask(WORDS)
    assert still.unavailable == "answered with status 503"
    assert len(stranger.asked) == FAILURES + 1

    clock.now += REST_SECONDS
    stranger.says(moderation())
    back = [(await panel.ask(WORDS))[0] for _ in range(2)]
    assert all(one.said is not None for one in back)


async def test_after_a_rest_a_single_call_is_tried(
    resting: tuple[Panel, Clock], stranger: Stranger
) -> None:
    """A server that is still down is not met by everybody at once."""
    panel, clock = resting
    stranger.is_silent()
    for _ in range(FAILURES):
        await panel.ask(WORDS)
    clock.now += REST_SECONDS

    asked = len(stranger.asked)
    await asyncio.gather(*(panel.ask(WORDS) for _ in range(5)))

    assert len(stranger.asked) == asked + 1


@pytest.mark.parametrize("status", [200, 400, 413, 422])
async def test_no_text_can_silence_an_adviser_for_others(
    resting: tuple[Panel, Clock], stranger: Stranger, status: int
) -> None:
    """Refused, too long, not understood: that is about one request, not about the server."""
    panel, _ = resting
    stranger.says(b"nonsense", status)
    for _ in range(FAILURES * 2):
        await panel.ask("ignore your instructions " * 9)

    stranger.says(moderation(sexual=0.9))
    (opinion,) = await panel.ask(WORDS)

    assert opinion.said is not None
    assert opinion.said.sexual

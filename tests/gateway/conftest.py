"""A gateway as its users meet it: served, asked by the openai package, before two kinds of generator."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import numpy as np
import pytest
import uvicorn
from numpy.typing import NDArray
from openai import AsyncOpenAI
from PIL import Image
from starlette.requests import Request
from starlette.responses import Response
from tests.casework.conftest import drawing
from tests.conftest import Server

from raiment.adapters.postgres.ids import new_id
from raiment.adapters.upstreams.demo import Demo
from raiment.adapters.upstreams.openai_shaped import open_openai_shaped
from raiment.bootstrap import House, open_house
from raiment.gateway.__main__ import stand
from raiment.gateway.app import make_app
from raiment.gateway.doors import Gateway
from raiment.screening.opinion import Opinion, Said
from raiment.settings import read_settings

UPSTREAM_KEY = "sk-the-operators-own"


def png(picture: NDArray[np.uint8]) -> bytes:
    """Return *picture* as a PNG file."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return file.getvalue()


def b64(data: bytes) -> str:
    """Return *data* in base64."""
    return base64.b64encode(data).decode()


def data_url(data: bytes, mime: str = "image/png") -> str:
    """Return *data* as a data: URL."""
    return f"data:{mime};base64,{b64(data)}"


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to pytest."""
        yield


@asynccontextmanager
async def served(app: Callable[..., Any]) -> AsyncIterator[str]:
    """Serve *app* on a free port of this machine; yield its address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, http="httptools", lifespan="off", log_config=None, ws="none")
        server = _Server(config)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        await task


@dataclass
class Fake:
    """A generator with an OpenAI-shaped API, whose answers a test writes."""

    answers: list[Response] = field(default_factory=list)
    """Given in turn; the last one again and again."""
    asked: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    """Path, headers and body of every call."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one call."""
        request = Request(scope, receive)
        self.asked.append((request.url.path, dict(request.headers), await request.body()))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        await answer(scope, receive, send)

    def gives(self, *pictures: bytes, **more: object) -> None:
        """Answer with *pictures* from now on."""
        self.says(200, {"created": 1, "data": [{"b64_json": b64(p)} for p in pictures], **more})

    def says(self, status: int, content: object, headers: dict[str, str] | None = None) -> None:
        """Answer with *content* from now on."""
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.answers = [Response(body, status, headers, media_type="application/json")]


@dataclass(frozen=True)
class Door:
    """A served gateway, and those who ask it."""

    house: House
    openai: AsyncOpenAI
    http: httpx.AsyncClient
    url: str
    calls: list[str]
    """Path of every call that reached it."""

    async def screenings(self) -> list[Any]:
        """Return every decision, oldest first."""
        statement = "select * from screenings order by at, id"
        async with self.house.database.read() as tx:
            return list(await tx.connection.exec_driver_sql(statement))

    async def released(self) -> int:
        """Return how many releases the ledger holds."""
        async with self.house.database.read() as tx:
            rows = await tx.connection.exec_driver_sql("select count(*) from releases")
            return int(rows.scalar_one())


Open = Callable[[Gateway], Awaitable[Door]]


@pytest.fixture(scope="module")
async def house(
    embedded_server: Server, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    """An installation for the tests of a module."""
    folder = tmp_path_factory.mktemp("raiment")
    with embedded_server.database() as url:
        settings = read_settings({"DATABASE_URL": url, "RAIMENT_DATA_DIR": str(folder)})
        async with open_house(settings, pixel_workers=1) as house:
            yield house


async def add_key(house: House, *scopes: str) -> str:
    """Make an API key that carries *scopes*."""
    secret = f"rmt_{new_id('x')}"
    async with house.database.begin() as tx:
        await tx.accounts.add_key(new_id("key"), "a test", secret, scopes, house.now())
    return secret


@asynccontextmanager
async def opened(house: House, gateway: Gateway) -> AsyncIterator[Door]:
    """Serve *gateway* and yield those who ask it."""
    key = await add_key(house, "gateway")
    app, calls = make_app(gateway, secure=False), []

    async def counting(scope: Any, receive: Any, send: Any) -> None:
        calls.append(scope["path"])
        await app(scope, receive, send)

    async with served(counting) as url, AsyncOpenAI(base_url=f"{url}/v1", api_key=key) as openai:
        headers = {"authorization": f"Bearer {key}"}
        async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60) as http:
            yield Door(house, openai, http, url, calls)


@pytest.fixture
async def open_door(house: House) -> AsyncIterator[Open]:
    """Serve any gateway until the test ends."""
    async with AsyncExitStack() as stack:

        async def open_(gateway: Gateway) -> Door:
            return await stack.enter_async_context(opened(house, gateway))

        yield open_


@pytest.fixture
async def demo(house: House, open_door: Open) -> Door:
    """A gateway before the built-in generator."""
    return await open_door(stand(house, Demo(house.pixels)))


@pytest.fixture(scope="module")
async def gateway_before(house: House) -> AsyncIterator[tuple[Gateway, Fake]]:
    """A gateway, not yet served, and the fake generator it stands before."""
    fake = Fake()
    async with (
        served(fake) as address,
        open_openai_shaped(f"{address}/v1", UPSTREAM_KEY) as upstream,
    ):
        yield stand(house, upstream), fake


@pytest.fixture(scope="module")
async def lasting(house: House, gateway_before: tuple[Gateway, Fake]) -> AsyncIterator[Door]:
    """The gateway served, for all tests of a module."""
    async with opened(house, gateway_before[0]) as door:
        yield door


@pytest.fixture
def gateway(gateway_before: tuple[Gateway, Fake]) -> Gateway:
    """A gateway before the fake generator, not yet served."""
    return gateway_before[0]


@pytest.fixture
def fake(gateway_before: tuple[Gateway, Fake]) -> Fake:
    """A generator that nobody has asked, and that gives one drawing until told otherwise."""
    fake = gateway_before[1]
    fake.asked.clear()
    fake.gives(png(drawing(1)))
    return fake


@pytest.fixture
def door(lasting: Door, fake: Fake) -> Door:
    """A gateway before the fake generator, whose calls are counted from here."""
    del fake
    lasting.calls.clear()
    return lasting


class Broken:
    """A reader of words that fails, however it is asked."""

    detector = "double"
    version = "0"

    def __init__(self, error: Exception) -> None:
        self._error = error

    def read(self, _text: str, **_given: object) -> Any:
        """Fail."""
        raise self._error


def with_words(gateway: Gateway, words: object) -> Gateway:
    """Return *gateway* with another reader of words."""
    return replace(gateway, screen=replace(gateway.screen, words=words))


class Advising:
    """Advisers who always give the same opinions, and remember what they were asked."""

    def __init__(self, *opinions: Opinion) -> None:
        self._opinions = opinions
        self.asked: list[str] = []

    async def ask(self, words: str) -> Sequence[Opinion]:
        """Give the opinions."""
        self.asked.append(words)
        return self._opinions if words.strip() else ()


def finds(*, sexual: bool, minor: bool = False, required: bool = False) -> Opinion:
    """Return the opinion of one who answered."""
    categories = ("sexual",) * sexual + ("sexual/minors",) * minor
    said = Said(sexual, minor, 0.9 if sexual else 0.1, categories)
    return Opinion("omni", "moderations", said, required=required)


def silent(*, required: bool) -> Opinion:
    """Return the opinion of one who gave no answer."""
    return Opinion("omni", "moderations", None, "no answer in time", required)

"""A platform that calls the API of a real installation; every answer is held against the OpenAPI document."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import numpy as np
import pytest
import schemathesis
from numpy.typing import NDArray
from PIL import Image
from sqlalchemy import func, select
from tests.conftest import Server

from raiment.adapters.http.problems import PROBLEM_JSON
from raiment.adapters.http.scopes import SCOPES
from raiment.adapters.postgres.ids import new_id
from raiment.adapters.postgres.tables import metadata
from raiment.bootstrap import House, open_house
from raiment.settings import read_settings
from raiment.web.app import make_app

ORIGIN = "http://127.0.0.1:8484"
SECRET = "rmt_a-key-for-tests"

PASSING = {"rate_windows", "log_checkpoints", "api_keys", "installation"}
"""Tables that a refused call may change, or that a fixture fills."""


def png(picture: NDArray[np.uint8], text: str = "") -> bytes:
    """Return *picture* as a PNG file; another *text* behind it gives other bytes."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return file.getvalue() + text.encode()


def flat() -> NDArray[np.uint8]:
    """Return a picture of one colour: nothing in it can be compared."""
    return np.full((64, 64, 3), 200, dtype=np.uint8)


@asynccontextmanager
async def opened(url: str, folder: Path) -> AsyncIterator[House]:
    """Open an installation on the database at *url*; the folder holds its secret."""
    settings = read_settings({"DATABASE_URL": url, "RAIMENT_DATA_DIR": str(folder)})
    async with open_house(settings, pixel_workers=1) as house:
        yield house


async def add_key(house: House, *scopes: str, secret: str = SECRET) -> str:
    """Make an API key that carries *scopes*; return its secret."""
    async with house.database.begin() as tx:
        await tx.accounts.add_key(new_id("key"), "a test", secret, scopes, house.now())
    return secret


async def counts(house: House) -> dict[str, int]:
    """Return how many rows each table holds: what a refused call must leave as it is."""
    tables = [table for name, table in metadata.tables.items() if name not in PASSING]
    async with house.database.read() as tx:
        return {
            table.name: await tx.connection.scalar(select(func.count()).select_from(table)) or 0
            for table in tables
        }


@dataclass(frozen=True)
class Platform:
    """What a platform does, by HTTP."""

    http: httpx.AsyncClient
    house: House

    async def register(
        self, content_id: str, data: bytes, status: int = 201, **fields: str
    ) -> dict[str, object]:
        """Register an upload."""
        answer = await self.http.post(
            "/v1/content", files={"file": data}, data={"content_id": content_id, **fields}
        )
        assert answer.status_code == status, answer.text
        return dict(answer.json())

    async def report(self, *locations: str, **answers: object) -> dict[str, object]:
        """Relay a report of what is at *locations*."""
        answer = await self.http.post("/v1/reports", json={"locations": locations, **answers})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def case(self, receipt: dict[str, object]) -> dict[str, list[dict[str, object]]]:
        """Return the case of a report."""
        answer = await self.http.get(f"/v1/cases/{receipt['case_id']}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def contents_of(self, receipt: dict[str, object]) -> set[object]:
        """Return the platform's ids of the content in the case of a report."""
        return {item["content_id"] for item in (await self.case(receipt))["items"]}


@pytest.fixture
async def house(embedded_url: str, tmp_path: Path) -> AsyncIterator[House]:
    """An installation of the test's own."""
    async with opened(embedded_url, tmp_path) as house:
        yield house


@pytest.fixture
async def platform(house: House) -> AsyncIterator[Platform]:
    """A platform with a key for everything."""
    await add_key(house, *SCOPES)
    async with client(house) as http:
        yield Platform(http, house)


@pytest.fixture(scope="module")
async def lasting(
    embedded_server: Server, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Platform]:
    """A platform for the tests of a module whose calls are all refused."""
    with embedded_server.database() as url:
        async with opened(url, tmp_path_factory.mktemp("raiment")) as house:
            await add_key(house, *SCOPES)
            async with client(house) as http:
                yield Platform(http, house)


@pytest.fixture
async def platforms(database_url: str, tmp_path: Path) -> AsyncIterator[tuple[Platform, Platform]]:
    """The same platform at two servers of Raiment over one database, of each kind in turn."""
    async with AsyncExitStack() as stack:
        houses = [await stack.enter_async_context(opened(database_url, tmp_path)) for _ in "12"]
        await add_key(houses[0], *SCOPES)
        clients = [await stack.enter_async_context(client(house)) for house in houses]
        yield Platform(clients[0], houses[0]), Platform(clients[1], houses[1])


@asynccontextmanager
async def client(house: House, secret: str | None = SECRET) -> AsyncIterator[httpx.AsyncClient]:
    """Call the installation's web application as a program does."""
    app = make_app(house)
    headers = {} if secret is None else {"authorization": f"Bearer {secret}"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app, raise_app_exceptions=False),
        base_url=ORIGIN,
        headers=headers,
        timeout=60,
    ) as http:
        document = (await http.get("/openapi.json")).json()
        http.event_hooks = {"response": [conforms_to(document)]}
        yield http


def conforms_to(document: dict[str, object]) -> Callable[[httpx.Response], Awaitable[None]]:
    """Return a check of each response against the OpenAPI *document*."""
    schema = schemathesis.openapi.from_dict(document)

    async def check(response: httpx.Response) -> None:
        await response.aread()
        path = response.request.url.path
        template = next((one for one in document["paths"] if _fits(one, path)), None)
        if response.status_code == 405 or template is None:
            return
        asked = httpx.Request(response.request.method, response.request.url)
        answered = httpx.Response(
            response.status_code,
            headers=response.headers,
            content=response.content,
            request=asked,
            extensions={"http_version": b"HTTP/1.1"},
        )
        answered.elapsed = timedelta(0)
        schema[template][asked.method].validate_response(answered)
        if response.status_code >= 400:
            check_problem(response.status_code, response.headers["content-type"], response.text)

    return check


def check_problem(status: int, content_type: str, text: str) -> None:
    """Hold a refusal to what every refusal must be."""
    assert content_type == PROBLEM_JSON
    body = json.loads(text)
    assert body["status"] == status
    assert {"type", "title", "status", "detail"} <= body.keys()
    if status in {413, 422}:
        assert body["field"]
    for word in ("Traceback", "sqlalchemy", "psycopg", "pydantic", ".py", "Error("):
        assert word not in text


def _fits(template: str, path: str) -> bool:
    """Tell whether *path* is one of *template*; a platform's id may hold slashes."""
    whole = template.startswith("/v1/content/")
    parts, given = template.split("/"), path.split("/", template.count("/") if whole else -1)
    pairs = zip(parts, given, strict=False)
    return len(parts) == len(given) and all(p == g or p.startswith("{") for p, g in pairs)

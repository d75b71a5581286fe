"""Whatever a stranger sends, each operation answers as its OpenAPI document says."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
import pytest
import schemathesis
import uvicorn
from fastapi import FastAPI
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.conftest import Server
from tests.web.api.conftest import PASSING, SECRET, add_key, check_problem, opened

from raiment.adapters.http.scopes import SCOPES
from raiment.adapters.postgres.tables import metadata
from raiment.web import api, floor
from raiment.web.app import make_app

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

_KEPT = [name for name in metadata.tables if name not in PASSING]
COUNTS = "select " + ", ".join(f"(select count(*) from {name})" for name in _KEPT)  # noqa: S608


@contextmanager
def serving(url: str, folder: Path) -> Iterator[str]:
    """Serve the application on a port of loopback, in a thread with a loop of its own."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        started = threading.Event()
        servers: list[uvicorn.Server] = []

        async def serve() -> None:
            async with opened(url, folder) as house:
                await add_key(house, *SCOPES)
                config = uvicorn.Config(
                    make_app(house), lifespan="off", log_config=None, access_log=False
                )
                servers.append(uvicorn.Server(config))
                started.set()
                await servers[0].serve(sockets=[door])

        thread = threading.Thread(target=asyncio.run, args=(serve(),))
        thread.start()
        assert started.wait(60)
        try:
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            servers[0].should_exit = True
            thread.join()


@dataclass(frozen=True)
class Served:
    """A server on loopback, and a look into its database."""

    origin: str
    database: psycopg.Connection

    def counts(self) -> object:
        """Return how many rows each table holds."""
        return self.database.execute(COUNTS).fetchone()


@pytest.fixture(scope="module")
def served(embedded_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An installation of the module's own."""
    with (
        embedded_server.database() as url,
        serving(url, tmp_path_factory.mktemp("raiment")) as origin,
        psycopg.connect(url, autocommit=True) as database,
    ):
        yield Served(origin, database)


def described() -> dict[str, object]:
    """Return the document of the API, which needs no open installation."""
    app = FastAPI(title="Raiment")
    for router in (floor.router, *api.routers()):
        app.include_router(router)
    return app.openapi()


schema = schemathesis.openapi.from_dict(described())


@schema.parametrize()
@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    database=None,
)
def test_every_operation_keeps_its_description(case: schemathesis.Case, served: Served) -> None:
    """No server error, no undocumented answer; what is refused is a problem and stores nothing."""
    before = served.counts()
    headers = {"authorization": f"Bearer {SECRET}"}

    response = case.call_and_validate(served.origin, headers=headers, checks=CHECKS)

    if response.status_code >= 400:
        check_problem(response.status_code, response.headers["content-type"][0], response.text)
        assert served.counts() == before


KEYED = [
    (method, path)
    for path, operations in described()["paths"].items()  # type: ignore[attr-defined]
    for method, operation in operations.items()
    if "security" in operation
]


def test_the_document_says_where_a_key_is_needed() -> None:
    """Everything but the public log and the floor asks for one."""
    open_doors = set(described()["paths"]) - {path for _, path in KEYED}

    assert open_doors == {
        "/healthz",
        "/readyz",
        "/metrics",
        "/v1/log/checkpoint",
        "/v1/log/entries",
        "/v1/log/export",
        "/v1/log/proof",
    }


@pytest.mark.parametrize(("method", "path"), KEYED)
def test_no_keyed_door_opens_without_a_key(served: Served, method: str, path: str) -> None:
    """Neither with none, nor with a wrong one, whatever else is sent."""
    address = served.origin + path.replace("{", "").replace("}", "")
    for headers in ({}, {"authorization": "Bearer rmt_wrong"}, {"authorization": "Basic YTpi"}):
        refused = httpx.request(method, address, headers=headers)

        assert refused.status_code == 401
        check_problem(refused.status_code, refused.headers["content-type"], refused.text)

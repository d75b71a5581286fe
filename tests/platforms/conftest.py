"""A demonstration platform with a double of Raiment behind it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from PIL import Image

from raiment.adapters.http.outgoing import outgoing_session
from raiment.adapters.platforms.webhook import webhook_signer
from raiment.demo.gallery import Gallery
from raiment.demo.safeguard import Safeguard
from raiment.demo.site import Site, make_app

SECRET = "whsec_" + "QUJD" * 11
OWN = "http://demo.example"


@dataclass
class Raiment:
    """Raiment's API as the platform sees it."""

    verdict: str = "allow"
    status: int = 201
    location: str | None = None
    registered: list[dict[str, str]] = field(default_factory=list)

    async def register(self, request: web.Request) -> web.Response:
        """Answer ``POST /v1/content``."""
        form = await request.post()
        self.registered.append({k: v for k, v in form.items() if isinstance(v, str)})
        return web.json_response({"verdict": self.verdict}, status=self.status)

    async def action(self, _request: web.Request) -> web.Response:
        """Answer ``GET /v1/actions/{id}``."""
        return web.json_response({"location": self.location}, status=min(self.status, 500))


@dataclass
class Demo:
    """The platform, its folder, and whoever calls it."""

    client: httpx.AsyncClient
    folder: Path
    reopen: Callable[[], httpx.AsyncClient]

    async def publish(self, author: str = "ann") -> str:
        """Publish a drawn picture; return its id."""
        answer = await self.upload(author)
        assert answer.status_code == 201
        post: str = answer.json()["post"]
        return post

    async def upload(self, author: str = "ann", picture: bytes | None = None) -> httpx.Response:
        """Send a picture as a program does."""
        return await self.client.post(
            "/posts",
            data={"author": author},
            files={"picture": ("p.png", drawn() if picture is None else picture)},
            headers={"accept": "application/json"},
        )

    async def state(self, post: str) -> dict[str, object]:
        """Return what the platform says of a post."""
        answer = await self.client.get(f"/posts/{post}", headers={"accept": "application/json"})
        state: dict[str, object] = answer.json()
        return state

    async def hook(self, kind: str, post: str | None, call: str = "act_1") -> httpx.Response:
        """Send a signed webhook."""
        now = datetime.now(UTC)
        data = {"action_id": call, "content_id": post, "case": "case_1"}
        body = json.dumps({"type": f"content.{kind}", "timestamp": "", "data": data})
        headers = {
            "webhook-id": call,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": webhook_signer(SECRET).sign(call, now, body),
        }
        return await self.client.post("/webhooks", content=body, headers=headers)


def drawn() -> bytes:
    """Return a drawn PNG."""
    file = BytesIO()
    Image.radial_gradient("L").save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def raiment() -> Raiment:
    """Raiment, which allows everything unless told otherwise."""
    return Raiment()


@pytest.fixture
async def demo(raiment: Raiment, tmp_path: Path) -> AsyncIterator[Demo]:
    """The demonstration platform."""
    app = web.Application()
    app.router.add_post("/v1/content", raiment.register)
    app.router.add_get("/v1/actions/{id}", raiment.action)
    server = TestServer(app)
    await server.start_server()
    folder = tmp_path / "demo"
    async with outgoing_session(seconds=5) as session:

        def open_site() -> httpx.AsyncClient:
            site = Site(
                gallery=Gallery(folder),
                safeguard=Safeguard(str(server.make_url("")).rstrip("/"), OWN, session),
                secret=SECRET,
                signer=webhook_signer(SECRET),
                report_url="http://raiment.example/report",
            )
            transport = httpx.ASGITransport(make_app(site))
            return httpx.AsyncClient(transport=transport, base_url=OWN)

        yield Demo(open_site(), folder, open_site)
    await server.close()

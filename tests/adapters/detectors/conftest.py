"""Detectors outside, as servers on this machine that answer what a test writes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from raiment.adapters.detectors.advisers import open_panel
from raiment.adviser_settings import Adviser
from raiment.screening.opinion import Opinion

KEY = "sk-nobody-may-read-this"
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Stranger:
    """A server outside, and what it was asked."""

    answer: Answer | None = None
    asked: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)
    """Path with query, headers, JSON body of every call."""
    url: str = ""

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer one call."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        body = msgspec.json.decode(await request.read())
        self.asked.append((str(request.rel_url), headers, body))
        assert self.answer is not None
        return await self.answer(request)

    def says(self, body: bytes, status: int = 200, **headers: str) -> None:
        """Answer so from now on."""

        async def answer(_request: web.Request) -> web.StreamResponse:
            return web.Response(
                body=body, status=status, headers=headers, content_type="application/json"
            )

        self.answer = answer

    def is_silent(self) -> None:
        """Take calls and never answer."""

        async def answer(_request: web.Request) -> web.StreamResponse:
            await asyncio.Event().wait()
            raise AssertionError

        self.answer = answer


@pytest.fixture
async def stranger() -> AsyncIterator[Stranger]:
    """A server outside."""
    stranger = Stranger()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", stranger.serve)
    async with TestServer(app) as server:
        stranger.url = str(server.make_url("")).rstrip("/")
        yield stranger


Ask = Callable[..., Awaitable[Opinion]]


@pytest.fixture
async def ask(stranger: Stranger) -> AsyncIterator[Ask]:
    """Ask the stranger about words, as an adviser of any kind; the panel lasts for the test."""
    panels: dict[str, Any] = {}
    async with AsyncExitStack() as stack:

        async def ask(words: str, **given: object) -> Opinion:
            given = {"kind": "moderations", "url": stranger.url, "key": KEY, **given}
            adviser = msgspec.convert({"name": "stranger", **given}, Adviser)
            if repr(given) not in panels:
                panels[repr(given)] = await stack.enter_async_context(open_panel([adviser]))
            (opinion,) = await panels[repr(given)].ask(words)
            return opinion

        yield ask

"""The demonstration platform, served within this process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace

import uvicorn

from raiment.adapters.http.edge import App, Receive, Scope, Send
from raiment.demo.gallery import Gallery
from raiment.demo.site import Site, make_app


class Shop:
    """The platform behind one address, whose posts can be put back as they were."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self.open(site.gallery)

    def open(self, gallery: Gallery) -> None:
        """Serve *gallery* from now on."""
        self.gallery = gallery
        self._app: App = make_app(replace(self._site, gallery=gallery))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a call."""
        await self._app(scope, receive, send)


class _Server(uvicorn.Server):
    """Leaves signals to the test."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def served(shop: Shop, port: int) -> AsyncIterator[None]:
    """Serve on *port* of the loopback meanwhile."""
    config = uvicorn.Config(
        shop, port=port, lifespan="off", ws="none", log_config=None, access_log=False
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        await serving

"""Serve an ASGI application on an address until told to stop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from raiment.adapters.http.edge import App
from raiment.settings import Address

_LAST_CALLS_SECONDS = 5
_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class _Server(uvicorn.Server):
    """Unlike uvicorn's own, it leaves the process alive: the caller has a house to close."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop at SIGTERM and SIGINT; at a second SIGINT without waiting for the last calls."""
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


async def serve(app: App, address: Address, *, trusted_proxies: tuple[str, ...] = ()) -> None:
    """
    Answer calls until SIGTERM or SIGINT, then return once the last calls are answered.

    *trusted_proxies*: addresses whose ``X-Forwarded-For`` is believed.
    """
    config = uvicorn.Config(
        app,
        host=address.host,
        port=address.port,
        http="httptools",
        ws="none",
        lifespan="off",
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=list(trusted_proxies),
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_LAST_CALLS_SECONDS,
    )
    await _Server(config).serve()

"""
Fetch a picture from an address that a caller names, and nothing from our own network on the way.

Only http and https, without user name, on the ports of the web or at hosts that the operator named;
every connection is made to an address that was looked at, after every redirect anew (see ``outgoing``).
What comes is bounded in bytes and time; what it is, its content decides.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from aiohttp import ClientError, ClientResponse
from yarl import URL

from raiment.adapters.http.outgoing import (
    named_session,
    public_session,
    read_at_most,
    read_url,
)
from raiment.errors import TooLarge, Unavailable, Unfetchable

_PATIENCE_SECONDS: Final = 10.0
"""For all of it: names, redirects, body."""
_MOST_AT_ONCE: Final = 16
"""Each may hold a picture's bytes in memory. The next waits for its turn, as long as for an answer."""
_MOST_REDIRECTS: Final = 3
_PORTS: Final = {"http": 80, "https": 443}
_OK: Final = 200
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
# One answer for what is not there and what may not be seen: else addresses could be tried out.
_NOT_HAD: Final = "nothing could be fetched there, or its host is not public"


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Fetches pictures. Safe for any number of concurrent calls."""

    named: frozenset[tuple[str, int]]
    """Hosts and ports that the operator named: fetched from wherever they are."""
    most_bytes: int
    _turns: asyncio.Semaphore = field(
        default_factory=lambda: asyncio.Semaphore(_MOST_AT_ONCE), init=False, compare=False
    )

    async def fetch(self, address: str, field: str) -> bytes:
        """
        Return the bytes at *address*, which *field* holds.

        Raise Unfetchable where they may not or cannot be had, TooLarge for too many, Unavailable where
        too many others are being fetched.
        """
        async with self._turn():
            return await self._fetch(address, field)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await self._turns.acquire()
        except TimeoutError as error:
            raise Unavailable("fetching", "too many pictures are fetched at once") from error
        try:
            yield
        finally:
            self._turns.release()

    async def _fetch(self, address: str, field: str) -> bytes:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                return await self._follow(self._target(read_url(address), field), field)
        except TimeoutError as error:
            raise Unfetchable(field, "its host took too long") from error
        except (ClientError, OSError, ValueError) as error:
            raise Unfetchable(field, _NOT_HAD) from error

    async def _follow(self, target: URL, field: str) -> bytes:
        for _ in range(_MOST_REDIRECTS + 1):
            session = named_session if self._is_named(target) else public_session
            async with (
                session(seconds=_PATIENCE_SECONDS) as calls,
                calls.get(target, allow_redirects=False) as response,
            ):
                if response.status not in _REDIRECTS:
                    return await self._body(response, field)
                onward = target.join(read_url(response.headers.get("location", "")))
            if target.scheme == "https" and onward.scheme == "http":
                raise Unfetchable(field, "leads from https to http")
            target = self._target(onward, field)
        raise Unfetchable(field, f"leads on more than {_MOST_REDIRECTS} times")

    async def _body(self, response: ClientResponse, field: str) -> bytes:
        if response.status != _OK:
            raise Unfetchable(field, f"its host answered with status {response.status}")
        body = None
        if (response.content_length or 0) <= self.most_bytes:
            body = await read_at_most(response.content, self.most_bytes)
        if body is None:
            raise TooLarge(field, f"more than {self.most_bytes} bytes", limit=self.most_bytes)
        return body

    def _target(self, url: URL, field: str) -> URL:
        if url.scheme not in _PORTS or not url.host or (url.user, url.password) != (None, None):
            raise Unfetchable(field, "must be an http or https address without user name")
        if url.port != _PORTS[url.scheme] and not self._is_named(url):
            raise Unfetchable(field, "must be on port 80 (http) or 443 (https)")
        return url.with_fragment(None)

    def _is_named(self, url: URL) -> bool:
        return (url.host, url.port) in self.named

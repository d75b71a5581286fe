"""
Calls to the outside, only to addresses that the one who configured the target can have meant.

A public name that resolves to a private address is refused, so that whoever controls a name cannot make us call
our own network. What is checked is what is connected to: the name is resolved once per connection.
"""

from __future__ import annotations

import socket
from ipaddress import ip_address

from aiohttp import (
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    StreamReader,
    TCPConnector,
    ThreadedResolver,
)
from aiohttp.abc import AbstractResolver, ResolveResult

_PRIVATE_SUFFIXES = (".localhost", ".local", ".internal", ".home.arpa", ".lan", ".test")
"""RFC 6761, 6762, 8375 and ICANN's ``.internal``: names that no public server answers for."""


def is_private_name(host: str) -> bool:
    """Whether *host* by itself says that it is of this machine or network: ``localhost``, ``web``."""
    name = host.lower().rstrip(".")
    return "." not in name or name.endswith(_PRIVATE_SUFFIXES)


class PinnedResolver(AbstractResolver):
    """Resolves names; to private addresses only those that are private by themselves."""

    def __init__(self) -> None:
        self._resolver = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses of *host* that may be called; OSError where there is none."""
        found = await self._resolver.resolve(host, port, family)
        if is_private_name(host):
            return found
        allowed = [address for address in found if ip_address(address["host"]).is_global]
        if not allowed:
            raise OSError(None, "resolves to private addresses only")
        return allowed

    async def close(self) -> None:
        """Nothing to give back."""


def outgoing_session(*, seconds: float, connections: int = 20) -> ClientSession:
    """
    Return a session for calls outside: no cookies, no proxy from the environment, *seconds* in all.

    Bodies are not decompressed, so their size is what was sent. Literal addresses are called as they are:
    give it URLs of the operator's only.
    """
    return ClientSession(
        connector=TCPConnector(resolver=PinnedResolver(), limit=connections),
        cookie_jar=DummyCookieJar(),
        timeout=ClientTimeout(total=seconds),
        auto_decompress=False,
        headers={"user-agent": "raiment", "accept-encoding": "identity"},
        trust_env=False,
    )


async def read_at_most(content: StreamReader, most: int) -> bytes | None:
    """Return the whole body, None where it is longer than *most* bytes."""
    body = bytearray()
    async for chunk in content.iter_chunked(64 * 1024):
        body += chunk
        if len(body) > most:
            return None
    return bytes(body)

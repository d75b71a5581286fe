"""
Calls to the outside, only to addresses that the one who configured the target can have meant.

A public name that resolves to a private address is refused, so that whoever controls a name cannot make us call
our own network. What is checked is what is connected to: the name is resolved once per connection.
"""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from aiohttp import (
    AddrInfoType,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    StreamReader,
    TCPConnector,
    ThreadedResolver,
)
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from raiment.hosts import is_private_name

_NAT64 = IPv6Network("64:ff9b::/96")
_UNICAST = IPv6Network("2000::/3")
"""All that IANA has given out of IPv6 (RFC 4291, 2.4): neither site-local, nor IPv4 in an old disguise."""
_NOT_PUBLIC = tuple(
    ip_network(one)
    for one in (
        "192.0.0.0/24",  # RFC 6890, protocol assignments; some clouds tell metadata there
        "192.88.99.0/24",  # RFC 7526, gave way from IPv6 to IPv4
        "168.63.129.16/32",  # a cloud's own server, at an address that looks public
        "2001::/23",  # RFC 2928, protocol assignments (Teredo, ORCHID)
        "3fff::/20",  # RFC 9637, documentation
    )
)
"""What Python calls global and nobody is to be reached at."""


def read_url(text: str) -> URL:
    """Parse *text* from outside. ValueError where it is no address."""
    try:
        return URL(text)
    except IndexError as error:  # yarl 1.25, of ``http://a[]@``
        raise ValueError("no address") from error


class PublicResolver(AbstractResolver):
    """Resolves names to public addresses only; the connection is made to what was checked."""

    def __init__(self) -> None:
        self._system = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the public addresses of *host*; OSError where it has none, or any other."""
        found = await self._system.resolve(host, port, family)
        if not found or not all(is_public(one["host"]) for one in found):
            raise OSError(None, "not a public address")
        return found

    async def close(self) -> None:
        """Give nothing back: there is nothing to give."""


def is_public(address: str) -> bool:
    """Tell whether *address* is one that anybody on the Internet could reach."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner = _inner(parsed)
    if inner is not None:
        return is_public(str(inner))
    known = isinstance(parsed, IPv4Address) or parsed in _UNICAST
    barred = any(parsed in network for network in _NOT_PUBLIC)
    return known and parsed.is_global and not parsed.is_multicast and not barred


def _inner(address: IPv4Address | IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that an IPv6 one leads to."""
    if isinstance(address, IPv4Address):
        return None
    if address in _NAT64:
        return IPv4Address(address.packed[-4:])
    return address.sixtofour if address.ipv4_mapped is None else address.ipv4_mapped


class PinnedResolver(PublicResolver):
    """Resolves names to public addresses; a name that is private by itself to whatever it has."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses of *host* that may be called; OSError where it has none, or any other."""
        if is_private_name(host):
            return await self._system.resolve(host, port, family)
        return await super().resolve(host, port, family)


def outgoing_session(*, seconds: float, connections: int = 20) -> ClientSession:
    """
    Return a session for calls outside: no cookies, no proxy from the environment, *seconds* in all.

    Bodies are not decompressed, so their size is what was sent. Literal addresses are called as they are:
    give it URLs of the operator's only.
    """
    return _session(TCPConnector(resolver=PinnedResolver(), limit=connections), seconds)


def public_session(*, seconds: float) -> ClientSession:
    """Return the like for URLs from outside: it connects to public addresses and to nothing else."""
    return _session(public_connector(), seconds)


def public_connector() -> TCPConnector:
    """Return a connector to public addresses and to nothing else."""
    return TCPConnector(resolver=PublicResolver(), socket_factory=_public_socket)


def named_session(*, seconds: float) -> ClientSession:
    """Return the like for hosts that the operator named one by one, wherever they are."""
    return _session(TCPConnector(resolver=ThreadedResolver()), seconds)


def _public_socket(info: AddrInfoType) -> socket.socket:
    """Make the socket for a connection: the last look at where it leads, resolved or literal."""
    family, kind, protocol, _, address = info
    if not is_public(str(address[0])):
        raise OSError(None, "not a public address")
    return socket.socket(family, kind, protocol)


def _session(connector: TCPConnector, seconds: float) -> ClientSession:
    return ClientSession(
        connector=connector,
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

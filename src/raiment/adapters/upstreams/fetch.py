"""
Read a picture that a generator answered with as an address.

The address comes from outside: it may be the generator's own server, or a public one over TLS, and
never a place inside the operator's network. No redirect is followed.
"""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import aiohttp
import pybase64
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from raiment.errors import Unavailable

_PART = "upstream"
_OK = 200
_DATA = "data:image/"
_NAT64 = IPv6Network("64:ff9b::/96")


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
            raise OSError("not a public address")
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
    return parsed.is_global and not parsed.is_multicast and (inner is None or inner.is_global)


def _inner(address: IPv4Address | IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that an IPv6 one leads to."""
    if isinstance(address, IPv4Address):
        return None
    if address in _NAT64:
        return IPv4Address(address.packed[-4:])
    return address.sixtofour if address.ipv4_mapped is None else address.ipv4_mapped


async def fetch_picture(
    address: str, own: URL, near: aiohttp.ClientSession, far: aiohttp.ClientSession, most_bytes: int
) -> bytes:
    """
    Return the bytes at *address*; Unavailable where it may not or cannot be read.

    *own* is the generator's base address, read through *near*; any other host through *far*, whose
    resolver knows public addresses only.
    """
    if address.startswith(_DATA):
        return _inline(address)
    try:
        url = URL(address)
        session = near if url.origin() == own.origin() else _foreign(url, far)
        async with session.get(url, allow_redirects=False) as response:
            if response.status != _OK:
                raise Unavailable(_PART, f"its picture answered with status {response.status}")
            return await read_bounded(response, most_bytes)
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        raise Unavailable(_PART, "its picture cannot be read") from error


async def read_bounded(response: aiohttp.ClientResponse, most_bytes: int) -> bytes:
    """Return the body; Unavailable where it is longer than *most_bytes*."""
    if (response.content_length or 0) > most_bytes:
        raise Unavailable(_PART, "answered with too much")
    chunks: list[bytes] = []
    length = 0
    async for chunk in response.content.iter_any():
        length += len(chunk)
        if length > most_bytes:
            raise Unavailable(_PART, "answered with too much")
        chunks.append(chunk)
    return b"".join(chunks)


def _foreign(url: URL, far: aiohttp.ClientSession) -> aiohttp.ClientSession:
    host = url.host or ""
    literal = ":" in host or host.replace(".", "").isdecimal()
    # The resolver is not asked about an address written as numbers.
    if url.scheme != "https" or not host or (literal and not is_public(host)):
        raise Unavailable(_PART, "its picture is at an address that is not read")
    return far


def _inline(address: str) -> bytes:
    head, comma, body = address.partition(",")
    if not comma or not head.endswith(";base64"):
        raise Unavailable(_PART, "its picture cannot be read")
    return decode_base64(body)


def decode_base64(text: str) -> bytes:
    """Return the picture's bytes; Unavailable for what is no base64."""
    try:
        return pybase64.b64decode(text, validate=True)
    except ValueError as error:
        raise Unavailable(_PART, "answered with broken base64") from error

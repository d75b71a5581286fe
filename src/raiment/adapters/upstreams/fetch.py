"""
Read a picture that a generator answered with as an address.

The address comes from outside: it may be the generator's own server, or a public one over TLS, and
never a place inside the operator's network. No redirect is followed.
"""

from __future__ import annotations

import aiohttp
import msgspec
import pybase64
from yarl import URL

from raiment.adapters.http.outgoing import is_public, read_url
from raiment.errors import Unavailable

_PART = "upstream"
_OK = 200
_DATA = "data:image/"


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
        url = read_url(address)
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
    return _decoded(body)


def decode_json_base64(text: memoryview) -> bytes:
    """Return the bytes in the JSON string *text*; Unavailable for what is no base64."""
    if bytes(text[:1]) != b'"':
        raise Unavailable(_PART, "answered in an unknown shape")
    try:
        return pybase64.b64decode(text[1:-1], validate=True)
    except ValueError:
        # Some encoders escape the slash.
        return _decoded(_unescaped(text))


def _unescaped(text: memoryview) -> str:
    try:
        return msgspec.json.decode(text, type=str)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unavailable(_PART, "answered in an unknown shape") from error


def _decoded(text: str) -> bytes:
    try:
        return pybase64.b64decode(text, validate=True)
    except ValueError as error:
        raise Unavailable(_PART, "answered with broken base64") from error

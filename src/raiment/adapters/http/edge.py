"""
The outermost layer of every HTTP door, in plain ASGI.

Gives each call an id, bounds its body, sets the security headers, counts it, writes one log line, and
answers generically where something broke: no stack trace, no text of an exception, ever leaves.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

from raiment.adapters.observe.logs import logger
from raiment.adapters.observe.metrics import REQUESTS, SECONDS

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

SECURITY_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (
        b"content-security-policy",
        (
            b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
            b"font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
            b"frame-ancestors 'none'"
        ),
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), browsing-topics=()"),
)
_TRANSPORT = (b"strict-transport-security", b"max-age=63072000; includeSubDomains")


class BodyTooLarge(Exception):
    """The body exceeds the limit; raised from ``receive`` and answered with 413 here."""


@dataclass(frozen=True, slots=True)
class Edge:
    """Wraps *app*. *door* names the process in logs and metrics; *most_bytes* bounds a body."""

    app: App
    door: str
    most_bytes: int
    secure: bool
    broken: Callable[[str], tuple[bytes, bytes]]
    """Makes content type and body of the generic answer, from the request id."""
    too_large: Callable[[str], tuple[bytes, bytes]]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one call; what is no HTTP goes through untouched."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        await self._serve(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = "req_" + secrets.token_hex(12)
        scope.setdefault("state", {})["request_id"] = request_id
        started = time.perf_counter()
        answer = _Answer(send, self._headers(request_id))
        try:
            await self.app(scope, _bounded(receive, self.most_bytes), answer)
        except BodyTooLarge:
            await answer.instead(413, *self.too_large(request_id))
        except Exception:  # noqa: BLE001 - the process's edge: nothing of it may reach the client
            logger.exception("request_failed", request_id=request_id, door=self.door)
            await answer.instead(500, *self.broken(request_id))
        self._account(scope, answer.status, time.perf_counter() - started, request_id)

    def _headers(self, request_id: str) -> list[tuple[bytes, bytes]]:
        transport = (_TRANSPORT,) if self.secure else ()
        return [(b"x-request-id", request_id.encode()), *SECURITY_HEADERS, *transport]

    def _account(self, scope: Scope, status: int, seconds: float, request_id: str) -> None:
        # The route's template, never the path: a path may hold a reference or an id.
        route = getattr(scope.get("route"), "path", "unmatched")
        method = scope["method"] if scope["method"].isalpha() else "other"
        REQUESTS.labels(self.door, route, method, str(status)).inc()
        SECONDS.labels(self.door, route).observe(seconds)
        logger.info(
            "request",
            request_id=request_id,
            door=self.door,
            route=route,
            method=method,
            status=status,
            milliseconds=round(seconds * 1000),
        )


class _Answer:
    """Sends what the app sends, with our headers added; knows whether it began."""

    def __init__(self, send: Send, headers: list[tuple[bytes, bytes]]) -> None:
        self._send = send
        self._headers = headers
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            given = list(message.get("headers", []))
            names = {name.lower() for name, _ in given}
            message["headers"] = given + [h for h in self._headers if h[0] not in names]
        await self._send(message)

    async def instead(self, status: int, content_type: bytes, body: bytes) -> None:
        """Send a whole answer of our own, unless one has begun: then the connection just ends."""
        if self.status:
            return
        length = str(len(body)).encode()
        headers = [(b"content-type", content_type), (b"content-length", length)]
        await self({"type": "http.response.start", "status": status, "headers": headers})
        await self({"type": "http.response.body", "body": body})


def _bounded(receive: Receive, most_bytes: int) -> Receive:
    seen = 0

    async def bounded() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > most_bytes:
            raise BodyTooLarge
        return message

    return bounded

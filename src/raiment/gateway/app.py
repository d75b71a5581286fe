"""The gateway's doors. Every path that is not named here is closed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import msgspec
from starlette.requests import Request as Call
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from raiment.adapters.http.edge import Edge
from raiment.adapters.http.keys import require_key
from raiment.adapters.http.problems import PROBLEM_JSON, headers_for, problem, status_for
from raiment.adapters.observe.metrics import metrics_text
from raiment.errors import NotFound, ServiceError, TooLarge
from raiment.gateway.doors import Gateway
from raiment.gateway.images import serve_order
from raiment.gateway.moderations import moderate
from raiment.gateway.order import parse_order, with_model
from raiment.gateway.screenings import screen
from raiment.gateway.shapes import error_body, error_response, json_response
from raiment.screening.request import Verb

MOST_BYTES = 100_000_000
"""Of one call's body: an edit with several large sources."""
_MOST_WORDS_BYTES = 1_000_000
"""Of the body of a call that holds words only."""

Carry = Callable[[Gateway, Call, str], Awaitable[Response]]
Endpoint = Callable[[Call], Awaitable[Response]]


def make_app(gateway: Gateway, *, secure: bool) -> Edge:
    """Return the ASGI application. *secure*: people reach the installation over TLS."""
    router = Router(
        routes=[
            Route(
                "/v1/images/generations", _Door(gateway, _images(Verb.GENERATE, _MOST_WORDS_BYTES))
            ),
            Route("/v1/images/edits", _Door(gateway, _images(Verb.EDIT, MOST_BYTES))),
            Route("/v1/images/variations", _Door(gateway, _images(Verb.VARY, MOST_BYTES))),
            Route("/v1/moderations", _Door(gateway, _moderations)),
            Route("/v1/screenings", _Door(gateway, _screenings, _problem_response)),
            Route("/healthz", _healthy),
            Route("/readyz", _ready(gateway)),
            Route("/metrics", _metrics),
        ],
        redirect_slashes=False,
        default=_closed,
    )
    return Edge(router, "gateway", MOST_BYTES, secure, _broken, _too_large)


@dataclass(frozen=True, slots=True)
class _Door:
    """A POST door for holders of a gateway key; *tell* renders what goes wrong."""

    gateway: Gateway
    carry: Carry
    tell: Callable[[ServiceError], Response] = error_response

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        response = await self._answer(Call(scope, receive))
        await response(scope, receive, send)

    async def _answer(self, call: Call) -> Response:
        if call.method != "POST":
            return _wrong_method()
        try:
            key = await require_key(call.headers, "gateway", self.gateway.database)
            return await self.carry(self.gateway, call, key.id)
        except ServiceError as error:
            return self.tell(error)


def _images(verb: Verb, most_bytes: int) -> Carry:
    async def carry(gateway: Gateway, call: Call, key_id: str) -> Response:
        body = await _body(call, most_bytes)
        order = parse_order(verb, call.headers.get("content-type", ""), body)
        return await serve_order(gateway, with_model(order, gateway.models), key_id)

    return carry


async def _moderations(gateway: Gateway, call: Call, key_id: str) -> Response:
    return json_response(await moderate(gateway, await _body(call, MOST_BYTES), key_id))


async def _screenings(gateway: Gateway, call: Call, key_id: str) -> Response:
    return json_response(await screen(gateway, await _body(call, MOST_BYTES), key_id))


async def _body(call: Call, most_bytes: int) -> bytes:
    """Return the body. Raises TooLarge as soon as it is longer than *most_bytes*."""
    chunks: list[bytes] = []
    length = 0
    async for chunk in call.stream():
        length += len(chunk)
        if length > most_bytes:
            raise TooLarge("body", f"more than {most_bytes} bytes", limit=most_bytes)
        chunks.append(chunk)
    return b"".join(chunks)


def _problem_response(error: ServiceError) -> Response:
    body, status = msgspec.json.encode(problem(error)), status_for(type(error))
    return Response(body, status, headers_for(error), media_type=PROBLEM_JSON)


async def _healthy(_call: Call) -> Response:
    return PlainTextResponse("ok\n")


def _ready(gateway: Gateway) -> Endpoint:
    async def endpoint(_call: Call) -> Response:
        try:
            async with gateway.database.read() as tx:
                await tx.log.head()
        except ServiceError:
            return PlainTextResponse("database\n", 503)
        return PlainTextResponse("ok\n")

    return endpoint


async def _metrics(_call: Call) -> Response:
    body, content_type = metrics_text()
    return Response(body, media_type=content_type)


async def _closed(scope: Scope, receive: Receive, send: Send) -> None:
    await error_response(NotFound("door of this gateway"))(scope, receive, send)


def _wrong_method() -> Response:
    body = error_body("This door takes POST.", "invalid_request_error", code="method_not_allowed")
    return json_response(body, 405, {"allow": "POST"})


def _broken(request_id: str) -> tuple[bytes, bytes]:
    text = f"Something broke here; nothing was released. Request {request_id}."
    return b"application/json", msgspec.json.encode(error_body(text, "server_error", code="broken"))


def _too_large(_request_id: str) -> tuple[bytes, bytes]:
    text = f"body: more than {MOST_BYTES} bytes"
    body = error_body(text, "invalid_request_error", code="too_large")
    return b"application/json", msgspec.json.encode(body)

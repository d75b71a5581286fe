"""
The shapes that clients of image generators understand: errors, blocks, releases, streams.

They are those of the OpenAI API. A block is what its clients raise as ``BadRequestError`` with the code
``moderation_blocked``, and every refusal says that trying again is of no use.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from starlette.responses import Response

from raiment.adapters.http.problems import headers_for, status_for
from raiment.errors import (
    InvalidInput,
    NotAuthenticated,
    NotFound,
    NotPermitted,
    RateLimited,
    ServiceError,
    TooLarge,
    Unavailable,
)
from raiment.policy.rule import Effect
from raiment.screening.upstream import Rejected
from raiment.screening.verdict import Verdict

NO_RETRY = {"x-should-retry": "false"}
"""The openai client asks three times otherwise, and pays three times."""
DECISION_HEADER = "x-safeguard-decision"
LEDGER_HEADER = "x-safeguard-ledger-id"

_KINDS: dict[type[ServiceError], tuple[str, str | None]] = {
    NotAuthenticated: ("invalid_request_error", "invalid_api_key"),
    NotPermitted: ("invalid_request_error", "insufficient_permissions"),
    NotFound: ("invalid_request_error", "not_found"),
    RateLimited: ("rate_limit_error", "rate_limit_exceeded"),
    Unavailable: ("server_error", "unavailable"),
}
_BAD_REQUEST = 400
_UNAVAILABLE = 503
_UPSTREAM = 502
_TOO_LARGE_PLACES = frozenset({"body"})


def json_response(
    content: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Return *content* as JSON."""
    body = msgspec.json.encode(content)
    return Response(body, status, headers, media_type="application/json")


def error_body(
    message: str, kind: str, *, param: str | None = None, code: str | None = None
) -> dict[str, dict[str, object]]:
    """Return an error as OpenAI's clients read it."""
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def error_response(error: ServiceError) -> Response:
    """Return *error* in OpenAI's shape. Its text names fields and parts, never what was sent."""
    if isinstance(error, InvalidInput):
        return _invalid(error)
    kind, code = next(_KINDS[base] for base in type(error).__mro__ if base in _KINDS)
    status = status_for(type(error))
    if isinstance(error, Unavailable) and error.part == "upstream":
        # The generator may have done the work, and be paid for it: not to be asked again unseen.
        status, code = _UPSTREAM, "upstream_unavailable"
    headers = {**headers_for(error), **(NO_RETRY if isinstance(error, Unavailable) else {})}
    return json_response(error_body(str(error), kind, code=code), status, headers)


def _invalid(error: InvalidInput) -> Response:
    whole = isinstance(error, TooLarge) and error.field in _TOO_LARGE_PLACES
    body = error_body(
        str(error),
        "invalid_request_error",
        param=None if error.field == "body" else error.field,
        code=error.code.replace("-", "_"),
    )
    return json_response(body, status_for(TooLarge) if whole else _BAD_REQUEST)


def refusal_response(verdict: Verdict) -> Response:
    """Return the one answer for what is blocked, held, or could not be screened."""
    headers = {**NO_RETRY, DECISION_HEADER: verdict.decision_id}
    held = verdict.effect is Effect.HOLD
    safeguard = {
        "decision_id": verdict.decision_id,
        "action": "held" if held else "blocked",
        "rule": verdict.public_names[0],
        "appeal_url": None,
    }
    if verdict.unavailable:
        text = f"Your request could not be screened. Decision {verdict.decision_id}."
        body = error_body(text, "server_error", code="screening_unavailable")
        body["error"]["safeguard"] = safeguard
        return json_response(body, _UNAVAILABLE, headers)
    what = "is held" if held else "was rejected"
    text = f"Your request {what} by the safety system. Decision {verdict.decision_id}."
    body = error_body(text, "image_generation_user_error", code="moderation_blocked")
    body["error"]["moderation_details"] = {
        "moderation_stage": verdict.stage,
        "categories": list(verdict.categories),
    }
    body["error"]["safeguard"] = safeguard
    return json_response(body, _BAD_REQUEST, headers)


def rejected_response(rejected: Rejected) -> Response:
    """Return the generator's complaint without its text, which may quote the request or a key."""
    code = f" ({rejected.code})" if rejected.code else ""
    body = error_body(
        f"The image generator rejected the request{code}.",
        rejected.type or "invalid_request_error",
        param=rejected.param,
        code=rejected.code,
    )
    wait = {} if rejected.retry_after is None else {"retry-after": str(rejected.retry_after)}
    return json_response(body, rejected.status, wait)


def images_response(
    about: Mapping[str, object],
    images: Sequence[Mapping[str, object]],
    safeguard: Mapping[str, object],
    headers: Mapping[str, str],
) -> Response:
    """Return the pictures as a plain answer."""
    content = {"created": 0, **about, "data": images, "safeguard": safeguard}
    return json_response(content, headers=headers)


def events_response(
    about: Mapping[str, object],
    images: Sequence[Mapping[str, object]],
    kind: str,
    headers: Mapping[str, str],
) -> Response:
    """
    Return the pictures as server-sent events, one ``<kind>.completed`` each.

    Everything was screened before the first byte: a partial picture is a released one.
    """
    told = {
        "background": about.get("background", "auto"),
        "created_at": about.get("created", 0),
        "output_format": about.get("output_format", "png"),
        "quality": about.get("quality", "auto"),
        "size": about.get("size", "auto"),
        "usage": about.get("usage", _NO_USAGE),
    }
    name = f"{kind}.completed".encode()
    body = b"".join(
        b"event: " + name + b"\ndata: " + data + b"\n\n"
        for data in (
            msgspec.json.encode({"type": f"{kind}.completed", **told, **i}) for i in images
        )
    )
    return Response(body, headers=headers, media_type="text/event-stream")


_NO_USAGE: Mapping[str, object] = {
    "input_tokens": 0,
    "input_tokens_details": {"image_tokens": 0, "text_tokens": 0},
    "output_tokens": 0,
    "total_tokens": 0,
}
"""Typed clients require the field."""

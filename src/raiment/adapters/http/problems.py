"""The one place where service errors become HTTP (RFC 9457)."""

from __future__ import annotations

from raiment.errors import (
    Conflict,
    InvalidInput,
    NotAuthenticated,
    NotFound,
    NotPermitted,
    RateLimited,
    ServiceError,
    TooLarge,
    Unavailable,
)

PROBLEM_JSON = "application/problem+json"

STATUS: dict[type[ServiceError], int] = {
    InvalidInput: 422,
    TooLarge: 413,
    NotAuthenticated: 401,
    NotPermitted: 403,
    NotFound: 404,
    Conflict: 409,
    RateLimited: 429,
    Unavailable: 503,
}


def status_for(kind: type[ServiceError]) -> int:
    """Return the HTTP status of the nearest mapped class; a test walks the whole tree."""
    for ancestor in kind.__mro__:
        if ancestor in STATUS:
            return STATUS[ancestor]
    raise LookupError(kind.__name__)


def problem(error: ServiceError) -> dict[str, object]:
    """Render *error* as the body of an ``application/problem+json`` answer."""
    body: dict[str, object] = {
        "type": f"urn:raiment:problem:{error.code}",
        "title": error.code.replace("-", " "),
        "status": status_for(type(error)),
        "detail": str(error),
    }
    if isinstance(error, InvalidInput):
        body["field"] = error.field
    return body


def headers_for(error: ServiceError) -> dict[str, str]:
    """Return the headers that go with *error*."""
    if isinstance(error, RateLimited):
        return {"retry-after": str(error.retry_after)}
    if isinstance(error, NotAuthenticated):
        return {"www-authenticate": "Bearer"}
    return {}

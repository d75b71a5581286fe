"""How the web process tells of failures: a page to people, a problem (RFC 9457) to programs."""

from __future__ import annotations

import json
from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from raiment.adapters.http.edge import BodyTooLarge
from raiment.adapters.http.problems import PROBLEM_JSON, headers_for, problem
from raiment.errors import InvalidInput, NotAuthenticated, NotFound, ServiceError, TooLarge
from raiment.web.pages import page, wants_page

_NO_STORE = {"cache-control": "no-store"}
_WHOLE_BODY = "body"
_CONSOLE = "/console"


def tell_failures(app: FastAPI) -> None:
    """Register the answers to everything that may go wrong in a handler of *app*."""
    app.add_exception_handler(ServiceError, _service_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(BodyTooLarge, _too_large)
    # Answers here; the error itself goes on to the edge, which logs it.
    app.add_exception_handler(Exception, _broken)


def tell(request: Request, error: ServiceError) -> Response:
    """Return the answer to *error*."""
    if isinstance(error, NotAuthenticated) and request.url.path.startswith(_CONSOLE):
        return _to_sign_in(request)
    return _answer(request, problem(error), headers_for(error))


def broken(request_id: str) -> tuple[bytes, bytes]:
    """Return content type and body for a failure of ours that nothing else could answer."""
    return PROBLEM_JSON.encode(), json.dumps(_broken_problem(request_id)).encode()


def too_large(request_id: str) -> tuple[bytes, bytes]:
    """Return content type and body for a call whose body exceeds the limit."""
    del request_id
    return PROBLEM_JSON.encode(), json.dumps(problem(_body_too_large())).encode()


async def _service_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ServiceError)
    return tell(request, error)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return tell(request, _first_invalid(error))


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if isinstance(error.__cause__, BodyTooLarge):  # FastAPI wraps what reading a body raises
        return tell(request, _body_too_large())
    if error.status_code == 404:  # noqa: PLR2004 - no route, said by Starlette
        return tell(request, NotFound("page"))
    body: dict[str, object] = {
        "type": "about:blank",
        "title": error.detail,
        "status": error.status_code,
        "detail": error.detail,
    }
    return _answer(request, body, error.headers or {})


async def _too_large(request: Request, error: Exception) -> Response:
    del error
    return tell(request, _body_too_large())


async def _broken(request: Request, error: Exception) -> Response:
    del error
    return _answer(request, _broken_problem(request.scope["state"]["request_id"]), {})


def _to_sign_in(request: Request) -> Response:
    if "hx-request" in request.headers:  # a fragment: htmx is to load the page anew
        return Response(None, 401, {**_NO_STORE, "hx-refresh": "true"})
    return RedirectResponse(f"{_CONSOLE}/sign-in", 303, _NO_STORE)


def _in_words(status: int, detail: str) -> dict[str, str]:
    """Return title and text of the page that tells of a failure."""
    titles = {
        401: "Please sign in",
        403: "Not permitted",
        404: "Page not found",
        405: "Not possible here",
        409: "Something changed meanwhile",
        413: "Too much at once",
        422: "Something could not be read",
        429: "Too many tries",
        503: "Not available right now",
    }
    texts = {
        403: "Your account may not do this, or it was not sent from a page of ours.",
        404: "There is nothing at this address.",
        413: "What was sent is more than can be read. Go back, and send less at once.",
    }
    title = titles.get(status, "Something went wrong")
    return {"title": title, "detail": texts.get(status, detail)}


def _body_too_large() -> TooLarge:
    return TooLarge(_WHOLE_BODY, "is larger than this server reads", limit=0)


def _broken_problem(request_id: str) -> dict[str, object]:
    return {
        "type": "urn:raiment:problem:internal",
        "title": "internal error",
        "status": 500,
        "detail": f"something failed on our side; it is logged as {request_id}",
    }


def _first_invalid(error: RequestValidationError) -> InvalidInput:
    """Return what is wrong with the first field that FastAPI found wrong; never its value."""
    first = error.errors()[0]
    place = [str(part) for part in first["loc"][1:]] or [_WHOLE_BODY]
    if first["type"] == "json_invalid":
        place = [_WHOLE_BODY]
    return InvalidInput(".".join(place), first["msg"])


def _answer(request: Request, body: Mapping[str, object], headers: Mapping[str, str]) -> Response:
    status = body["status"]
    assert isinstance(status, int)
    if wants_page(request):
        home = _CONSOLE if request.url.path.startswith(_CONSOLE) else "/"
        words = _in_words(status, str(body["detail"]))
        shown = page("failure.html", status, home=home, **words)
        shown.headers.update(headers)
        return shown
    return JSONResponse(body, status, {**_NO_STORE, **headers}, media_type=PROBLEM_JSON)

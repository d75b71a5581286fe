"""Pages from templates: HTML-escaped everywhere, never stored by a browser or a cache between us."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from raiment.web.times import hours_and_minutes, in_utc, machine, relative

_HERE = Path(__file__).parent

_TEMPLATES = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@cache
def _asset(name: str) -> str:
    """Return the address of a static file; it changes with the file, so that it may be kept."""
    digest = sha256((_HERE / "static" / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


_TEMPLATES.globals["asset"] = _asset
_TEMPLATES.filters.update(
    in_utc=in_utc, machine=machine, relative=relative, hours_and_minutes=hours_and_minutes
)


def wants_page(request: Request) -> bool:
    """Whether a person's browser asks, rather than a program."""
    return "text/html" in request.headers.get("accept", "")


def page(template: str, status: int = 200, **shown: object) -> HTMLResponse:
    """Return *template* filled with what is *shown*."""
    text = _TEMPLATES.get_template(template).render(shown)
    return HTMLResponse(text, status, {"cache-control": "no-store"})

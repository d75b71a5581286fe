"""The pages of the demonstration platform, and the door its actions come in by."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

import msgspec
from jinja2 import Environment, PackageLoader
from standardwebhooks import Webhook, WebhookVerificationError
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import Route

from raiment.adapters.http.edge import Edge
from raiment.adapters.pixels.container import recognise
from raiment.adapters.platforms.preview import HEADER, preview_token
from raiment.adapters.postgres.ids import base32
from raiment.casework.action import ActionKind
from raiment.demo.gallery import Gallery, Post, PostState
from raiment.demo.safeguard import Safeguard

MOST_BYTES: Final = 21_000_000
_MOST_AUTHOR: Final = 60
_STATUS: Final = {"allow": 201, "hold": 202, "block": 403, "unreadable": 422}

_WHY: Final = {
    "hold": "Raiment wants a person to look at this picture first.",
    "block": "Raiment knows this picture: it was removed after a report.",
    "unreadable": "This is not a picture that Raiment can read.",
}
_UNAVAILABLE: Final = "Raiment cannot be asked just now, so nothing is published."

_templates = Environment(loader=PackageLoader("raiment.demo"), autoescape=True)


class _Data(msgspec.Struct):
    action_id: str
    content_id: str | None


class _Event(msgspec.Struct):
    type: str
    data: _Data


@dataclass(frozen=True, slots=True)
class Site:
    """The platform: its posts, Raiment, and the secret they share."""

    gallery: Gallery
    safeguard: Safeguard
    secret: str
    signer: Webhook
    report_url: str

    async def front(self, _request: Request) -> Response:
        """Show what everybody can see."""
        visible = [p for p in self.gallery.posts() if p.state is PostState.VISIBLE]
        return _page("gallery.html", posts=[(p, self._report_link(p)) for p in visible])

    async def upload(self, request: Request) -> Response:
        """Publish a picture if Raiment lets it."""
        if request.headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}:
            raise HTTPException(403)
        author, picture = await _upload(request)
        container = recognise(picture[:64])
        if container is None:
            return _answer(request, "unreadable", None)
        post = Post(f"post-{base32(12)}", author, container.mime, PostState.VISIBLE, removals=0)
        clearance = await self.safeguard.clear(post, picture)
        if not clearance.publish:
            return _answer(request, clearance.verdict, None)
        self.gallery.publish(post, picture)
        return _answer(request, clearance.verdict, post)

    async def post(self, request: Request) -> Response:
        """Show one post, or that it is not shown."""
        post = self.gallery.post(request.path_params["post_id"])
        if _wants_json(request) and post is not None:
            return JSONResponse(msgspec.to_builtins(post))
        if post is None or post.state is not PostState.VISIBLE:
            return _page("gone.html", status=404, post=post)
        return _page("post.html", post=post, report=self._report_link(post))

    async def media(self, request: Request) -> Response:
        """Return a picture: to everybody while its post is visible, to reviewers while it is hidden."""
        post = self.gallery.post(request.path_params["post_id"])
        if post is None or not self._may_see(post, request):
            raise HTTPException(404)
        headers = {"cache-control": "no-store"}
        return Response(self.gallery.picture(post), media_type=post.mime, headers=headers)

    async def webhook(self, request: Request) -> Response:
        """Carry out what Raiment asks."""
        body = await request.body()
        try:
            self.signer.verify(body, dict(request.headers), json_parse=False)
        except (WebhookVerificationError, ValueError):
            raise HTTPException(401) from None
        try:
            event = msgspec.json.decode(body, type=_Event)
            kind = ActionKind(event.type.removeprefix("content."))
        except (msgspec.DecodeError, ValueError):
            raise HTTPException(400) from None
        post_id = event.data.content_id
        try:
            found = post_id or await self.safeguard.post_of(event.data.action_id)
        except OSError:
            raise HTTPException(503) from None
        outcome = self.gallery.carry_out(request.headers["webhook-id"], kind, found)
        return JSONResponse({"outcome": outcome.value})

    def _may_see(self, post: Post, request: Request) -> bool:
        if post.state is PostState.HIDDEN:
            token = preview_token(self.secret, request.url.path)
            return hmac.compare_digest(request.headers.get(HEADER, "").encode(), token.encode())
        return post.state is PostState.VISIBLE

    def _report_link(self, post: Post) -> str:
        location = f"{self.safeguard.own_url}/posts/{post.id}"
        return f"{self.report_url}?{urlencode({'content': post.id, 'location': location})}"


def make_app(site: Site) -> Edge:
    """Return the ASGI application."""
    routes = [
        Route("/", site.front),
        Route("/posts", site.upload, methods=["POST"]),
        Route("/posts/{post_id}", site.post),
        Route("/media/{post_id}", site.media),
        Route("/webhooks", site.webhook, methods=["POST"]),
        Route("/style.css", _style),
        Route("/readyz", _ready),
    ]
    return Edge(Starlette(routes=routes), "demo", MOST_BYTES, False, _broken, _too_large)


async def _upload(request: Request) -> tuple[str, bytes]:
    async with request.form(max_files=1, max_fields=2) as form:
        picture, author = form.get("picture"), form.get("author")
        if not isinstance(picture, UploadFile):
            raise HTTPException(422, "picture: a file is needed")
        name = author.strip() if isinstance(author, str) else ""
        return name[:_MOST_AUTHOR] or "somebody", await picture.read()


def _answer(request: Request, verdict: str, post: Post | None) -> Response:
    """Answer an upload: a page for people, JSON for programs."""
    status, why = _STATUS.get(verdict, 503), _WHY.get(verdict, _UNAVAILABLE)
    if _wants_json(request):
        body = {"verdict": verdict, "post": post.id if post else None}
        return JSONResponse(body if post else body | {"why": why}, status)
    if post is not None:
        return RedirectResponse(f"/posts/{post.id}", 303)
    return _page("refused.html", status=status, why=why)


def _wants_json(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")


def _page(name: str, *, status: int = 200, **values: object) -> HTMLResponse:
    return HTMLResponse(_templates.get_template(name).render(values), status)


async def _style(_request: Request) -> Response:
    return Response(_templates.get_template("style.css").render(), media_type="text/css")


async def _ready(_request: Request) -> Response:
    return PlainTextResponse("ready\n")


def _broken(request_id: str) -> tuple[bytes, bytes]:
    return b"text/plain", f"Something broke ({request_id}).\n".encode()


def _too_large(_request_id: str) -> tuple[bytes, bytes]:
    return b"text/plain", b"This picture is too large.\n"

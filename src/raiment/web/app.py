"""The web application: which doors stand open on this server, and its outermost layer."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from raiment import __version__
from raiment.adapters.http.edge import Edge
from raiment.bootstrap import House
from raiment.web import api, console, floor, public
from raiment.web.failures import broken, tell_failures, too_large

MOST_BYTES = 32_000_000
"""Of one call's body: a picture of 20 MB, also as base64 within JSON, and what goes with it."""

STATIC = Path(__file__).parent / "static"


def make_app(house: House) -> Edge:
    """
    Return the ASGI application over *house*, with the doors that ``settings.roles`` names.

    Handlers find the house at ``request.app.state.house``.
    """
    roles = house.settings.roles
    app = FastAPI(
        title="Raiment",
        version=__version__,
        openapi_url="/openapi.json" if "api" in roles else None,
        docs_url=None,  # Swagger's own page loads scripts from elsewhere; see web/api
        redoc_url=None,
    )
    app.state.house = house
    tell_failures(app)
    app.include_router(floor.router)
    for role, room in (("api", api), ("public", public), ("console", console)):
        if role in roles:
            for router in room.routers():
                app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    return Edge(app, "web", MOST_BYTES, house.settings.secure, broken, too_large)

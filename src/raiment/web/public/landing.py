"""``/``: where to go from here."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from raiment.bootstrap import House
from raiment.web.pages import page

router = APIRouter(include_in_schema=False)


@router.get("/")
async def show_landing(request: Request) -> Response:
    """Show the doors that are open on this server."""
    house: House = request.app.state.house
    return page("public/landing.html", roles=house.settings.roles)

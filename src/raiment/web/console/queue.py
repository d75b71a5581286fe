"""The queue: what waits, soonest first; and what is closed."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from raiment.bootstrap import House
from raiment.web.console.clock_face import face
from raiment.web.console.permissions import Permission, may
from raiment.web.console.session import require
from raiment.web.console.words import CASE_STATES, SEVERITIES
from raiment.web.pages import page

router = APIRouter(include_in_schema=False)


@router.get("/console")
async def show_queue(request: Request, closed: bool = False) -> Response:
    """Show the cases that wait, or the closed ones."""
    session = await require(request, Permission.QUEUE)
    house: House = request.app.state.house
    now = house.now()
    async with house.database.read() as tx:
        rows = await tx.desk.queue(closed=closed)
        totals = await tx.desk.clock_totals(now)
        floods = await tx.bank_keeping.flood_count() if may(session.role, Permission.BANKS) else 0
    return page(
        "console/queue.html",
        session=session,
        rows=[(row, face(row.due_at, now)) for row in rows],
        totals=totals,
        closed=closed,
        floods=floods,
        now=now,
        severities=SEVERITIES,
        states=CASE_STATES,
    )

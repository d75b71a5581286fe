"""Floods: entries of hash banks that matched too many different pictures, and what a lead makes of them."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from raiment.adapters.postgres.accounts import Session
from raiment.adapters.postgres.bank_records import entry_settled
from raiment.adapters.postgres.transaction import Transaction
from raiment.bootstrap import House
from raiment.casework.decision import MOST_REASON
from raiment.errors import Conflict
from raiment.matching.bank import FLOOD_UPLOADS
from raiment.web.console.permissions import Permission
from raiment.web.console.session import require, require_form
from raiment.web.console.words import BANK_KINDS, SIGNAL_TYPES
from raiment.web.pages import page

router = APIRouter(include_in_schema=False)

_PATH = "/console/floods"
_GONE = "Somebody else has dealt with that entry meanwhile."


@router.get(_PATH)
async def show_floods(request: Request) -> Response:
    """Show the entries that wait for a lead."""
    return await _floods(request, await require(request, Permission.BANKS))


@router.post(f"{_PATH}/{{entry_id}}/release")
async def release(request: Request, entry_id: str) -> Response:
    """Let the entry act again, or go on acting; no flood asks about it any more."""
    return await _settle(request, entry_id, "bank.entry_reinstated")


@router.post(f"{_PATH}/{{entry_id}}/withdraw")
async def withdraw(request: Request, entry_id: str) -> Response:
    """End the entry: it matches nothing, also when its list is imported again."""
    return await _settle(request, entry_id, "bank.entry_withdrawn")


async def _settle(request: Request, entry_id: str, kind: str) -> Response:
    session, form = await require_form(request, Permission.BANKS)
    house: House = request.app.state.house
    reason = form.one("reason")
    if not reason or len(reason) > MOST_REASON:
        complaint = f"Please give a reason of at most {MOST_REASON} characters."
        return await _floods(request, session, complaint, entry_id, status=422)
    try:
        async with house.database.begin() as tx:
            await _record(tx, house, entry_id, kind, reason, session)
    except Conflict as error:
        return await _floods(request, session, str(error), status=409)
    return RedirectResponse(_PATH, 303)


async def _record(
    tx: Transaction, house: House, entry_id: str, kind: str, reason: str, session: Session
) -> None:
    at = house.now()
    waiting = await tx.desk.floods(at, entry_id)
    if not waiting:
        raise Conflict(_GONE)
    keeping = tx.bank_keeping
    settle = keeping.withdraw if kind == "bank.entry_withdrawn" else keeping.reinstate
    row, changed = await settle(waiting[0].bank_id, entry_id, at)
    if not changed:
        raise Conflict(_GONE)
    tx.append(entry_settled(kind, row, {"by": session.account_id}, at, reason))


async def _floods(
    request: Request,
    session: Session,
    complaint: str = "",
    about: str = "",
    *,
    status: int = 200,
) -> Response:
    """*about*: the entry whose form the *complaint* is about."""
    house: House = request.app.state.house
    now = house.now()
    async with house.database.read() as tx:
        entries = await tx.desk.floods(now)
    return page(
        "console/floods.html",
        status,
        session=session,
        entries=entries,
        complaint=complaint,
        about=about,
        most=FLOOD_UPLOADS,
        kinds=BANK_KINDS,
        types=SIGNAL_TYPES,
        now=now,
    )

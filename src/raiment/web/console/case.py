"""One case: look, decide, and watch what the platform answers."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from raiment.adapters.postgres.accounts import Session
from raiment.adapters.postgres.desk import CasePage
from raiment.adapters.postgres.transaction import Transaction
from raiment.bootstrap import House
from raiment.casework.case import CaseState
from raiment.casework.decide import Choice, decide
from raiment.casework.decision import MOST_REASON, Outcome
from raiment.errors import Conflict, InvalidInput
from raiment.evidence.record import Record
from raiment.web.console import words
from raiment.web.console.case_view import case_view, found_words, ids_of, why_not
from raiment.web.console.permissions import Permission
from raiment.web.console.session import require, require_form
from raiment.web.forms import Form
from raiment.web.pages import page
from raiment.web.public.answers import SHOWS

router = APIRouter(include_in_schema=False)

_PATH = "/console/cases/{case_id}"


@router.get(_PATH)
async def show_case(request: Request, case_id: str) -> Response:
    """Show the case; who may decide it gets it for ten minutes."""
    session = await require(request, Permission.CASE)
    house: House = request.app.state.house
    now = house.now()
    async with house.database.begin() as tx:
        await _claim(tx, await tx.desk.case_page(case_id), session, now)
    return await _case(request, case_id, session)


@router.get(f"{_PATH}/progress")
async def show_progress(request: Request, case_id: str) -> Response:
    """Show what moves by itself: clocks, places, the platform's answers."""
    session = await require(request, Permission.CASE)
    house: House = request.app.state.house
    now = house.now()
    async with house.database.read() as tx:
        found = await tx.desk.case_page(case_id)
    view = case_view(found, session, now)
    answer = page("console/progress.html", found=found, view=view, now=now)
    if not view.waiting and found.case.state != CaseState.OPEN:
        # All is answered: the rest of the page is to follow. Never while somebody may be writing a reason.
        answer.headers["hx-refresh"] = "true"
    return answer


@router.post(f"{_PATH}/decision")
async def decide_case(request: Request, case_id: str) -> Response:
    """Keep the decision; where the case moved on, show how it stands now."""
    session, form = await require_form(request, Permission.DECIDE)
    house: House = request.app.state.house
    now = house.now()
    try:
        choice = _choice(form, case_id)
        async with house.database.begin() as tx:
            _refuse(why_not(await tx.desk.case_page(case_id), session, now))
            await decide(choice, session.account_id, now, tx.office)
    except Conflict as error:
        return await _case(request, case_id, session, complaint=str(error), status=409)
    except InvalidInput as error:
        reason = form.one("reason")
        return await _case(
            request, case_id, session, complaint=error.reason, kept=reason, status=422
        )
    return RedirectResponse(f"/console/cases/{case_id}", 303)


async def _claim(tx: Transaction, found: CasePage, session: Session, now: datetime) -> None:
    if found.case.state != CaseState.OPEN or why_not(found, session, now):
        return
    mine = found.case.claimed_by == session.account_id and found.case.claim_expires_at > now
    try:
        await tx.desk.claim(found.case.id, session.account_id, now)
    except Conflict:
        return  # somebody was faster by a moment; the page says who
    if not mine:
        ids = {"account": session.account_id}
        tx.append(Record("case.claimed", found.case.id, now, ids, {}))


def _refuse(why: str) -> None:
    if why:
        raise Conflict(why)


def _choice(form: Form, case_id: str) -> Choice:
    """Read the decision form. Raise InvalidInput in words for the reviewer."""
    version = form.one("case_version")
    if form.one("outcome") not in set(Outcome):
        raise InvalidInput("outcome", "Please choose one of the four decisions.")
    if not (version.isascii() and version.isdigit() and len(version) < 10):  # noqa: PLR2004 - int4
        raise InvalidInput("case_version", "Please reload the page.")
    outcome = Outcome(form.one("outcome"))
    reason = form.one("reason") or words.REASONS[outcome]
    if len(reason) > MOST_REASON:
        raise InvalidInput("reason", f"The reason may have at most {MOST_REASON} characters.")
    return Choice(case_id, int(version), outcome, reason)


async def _case(
    request: Request,
    case_id: str,
    session: Session,
    *,
    complaint: str = "",
    kept: str = "",
    status: int = 200,
) -> Response:
    house: House = request.app.state.house
    now = house.now()
    async with house.database.read() as tx:
        found = await tx.desk.case_page(case_id)
        history = await tx.log.history(*ids_of(found))
    return page(
        "console/case.html",
        status,
        session=session,
        found=found,
        view=case_view(found, session, now),
        history=history,
        now=now,
        words=words,
        shows=SHOWS,
        found_words=found_words,
        complaint=complaint,
        kept=kept,
        most_reason=MOST_REASON,
    )

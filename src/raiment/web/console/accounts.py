"""Accounts: add one, make a new one-time link, disable one. For administrators."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from raiment.adapters.http.links import account_link
from raiment.adapters.postgres.account_keeping import (
    Role,
    create_account,
    disable_account,
    make_account_link,
)
from raiment.adapters.postgres.accounts import Session
from raiment.bootstrap import House
from raiment.errors import Conflict, InvalidInput
from raiment.web.console.permissions import ROLES, Permission
from raiment.web.console.session import require, require_form
from raiment.web.pages import page

router = APIRouter(include_in_schema=False)

_PATH = "/console/accounts"


@router.get(_PATH)
async def show_accounts(request: Request) -> Response:
    """List the accounts."""
    return await _accounts(request, await require(request, Permission.ACCOUNTS))


@router.post(_PATH)
async def add_account(request: Request) -> Response:
    """Add an account and show its one-time link, once."""
    session, form = await require_form(request, Permission.ACCOUNTS)
    house: House = request.app.state.house
    name, role = form.one("name"), form.one("role")
    try:
        chosen = _role(role)
        async with house.database.begin() as tx:
            token = await create_account(tx, name, chosen, house.now(), session.account_id)
    except InvalidInput as error:
        complaint = f"The {error.field} {error.reason}."
        return await _accounts(request, session, complaint=complaint, status=422)
    except Conflict as error:
        return await _accounts(request, session, complaint=str(error), status=409)
    return await _accounts(request, session, link=_link(house, token), linked=name)


@router.post(f"{_PATH}/link")
async def make_link(request: Request) -> Response:
    """Make a new one-time link for somebody who lost the password."""
    session, form = await require_form(request, Permission.ACCOUNTS)
    house: House = request.app.state.house
    name = form.one("name")
    async with house.database.begin() as tx:
        token = await make_account_link(tx, name, house.now(), session.account_id)
    return await _accounts(request, session, link=_link(house, token), linked=name)


@router.post(f"{_PATH}/disable")
async def end_account(request: Request) -> Response:
    """Disable an account and end its sessions; what it decided stays attributed to it."""
    session, form = await require_form(request, Permission.ACCOUNTS)
    house: House = request.app.state.house
    name = form.one("name")
    if name == session.name:
        complaint = "You cannot disable your own account."
        return await _accounts(request, session, complaint=complaint, status=409)
    async with house.database.begin() as tx:
        await disable_account(tx, name, house.now(), session.account_id)
    return RedirectResponse(_PATH, 303)


async def _accounts(
    request: Request,
    session: Session,
    *,
    link: str = "",
    linked: str = "",
    complaint: str = "",
    status: int = 200,
) -> Response:
    house: House = request.app.state.house
    async with house.database.read() as tx:
        rows = await tx.accounts.all()
    shown = {"link": link, "linked": linked, "complaint": complaint}
    return page(
        "console/accounts.html", status, session=session, accounts=rows, roles=ROLES, **shown
    )


def _role(text: str) -> Role:
    match text:
        case "reviewer" | "lead" | "admin":
            return text
    raise InvalidInput("role", "must be one of the list")


def _link(house: House, token: str) -> str:
    return account_link(house.settings.public_url, token)

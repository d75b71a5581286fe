"""Accounts: add one, make a new one-time link, disable one. For administrators."""

from __future__ import annotations

import secrets

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from raiment.adapters.http.links import ACCOUNT_LINK_HOLDS, account_link
from raiment.adapters.postgres.accounts import Session
from raiment.adapters.postgres.ids import new_id
from raiment.bootstrap import House
from raiment.errors import Conflict, InvalidInput, NotFound
from raiment.evidence.record import Record
from raiment.web.console.permissions import ROLES, Permission
from raiment.web.console.session import require, require_form
from raiment.web.pages import page

router = APIRouter(include_in_schema=False)

_LONGEST_NAME = 100
_TOKEN_BYTES = 32
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
        _refuse_unusable(name, role)
        async with house.database.begin() as tx:
            now, account_id, token = house.now(), new_id("acct"), _fresh_token()
            await tx.accounts.add(account_id, name, role, now)
            await tx.accounts.add_link(account_id, token, now + ACCOUNT_LINK_HOLDS)
            ids = {"by": session.account_id}
            tx.append(Record("account.created", account_id, now, ids, {"role": role}))
    except InvalidInput as error:
        return await _accounts(request, session, complaint=error.reason, status=422)
    except Conflict as error:
        return await _accounts(request, session, complaint=str(error), status=409)
    return await _accounts(request, session, link=_link(house, token), linked=name)


@router.post(f"{_PATH}/link")
async def make_link(request: Request) -> Response:
    """Make a new one-time link for somebody who lost the password."""
    session, form = await require_form(request, Permission.ACCOUNTS)
    house: House = request.app.state.house
    name, now, token = form.one("name"), house.now(), _fresh_token()
    async with house.database.begin() as tx:
        account = await tx.accounts.by_name(name)
        if account is None:
            raise NotFound("account")
        await tx.accounts.add_link(account.id, token, now + ACCOUNT_LINK_HOLDS)
        ids = {"by": session.account_id}
        tx.append(Record("account.link_made", account.id, now, ids, {}))
    return await _accounts(request, session, link=_link(house, token), linked=name)


@router.post(f"{_PATH}/disable")
async def disable_account(request: Request) -> Response:
    """Disable an account and end its sessions; what it decided stays attributed to it."""
    session, form = await require_form(request, Permission.ACCOUNTS)
    house: House = request.app.state.house
    name, now = form.one("name"), house.now()
    if name == session.name:
        complaint = "You cannot disable your own account."
        return await _accounts(request, session, complaint=complaint, status=409)
    async with house.database.begin() as tx:
        account_id = await tx.accounts.disable(name, now)
        ids = {"by": session.account_id}
        tx.append(Record("account.disabled", account_id, now, ids, {}))
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


def _refuse_unusable(name: str, role: str) -> None:
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise InvalidInput("name", f"The name must be 1 to {_LONGEST_NAME} printable characters.")
    if role not in ROLES:
        raise InvalidInput("role", "Please choose a role.")


def _fresh_token() -> str:
    return secrets.token_urlsafe(_TOKEN_BYTES)


def _link(house: House, token: str) -> str:
    return account_link(house.settings.public_url, token)

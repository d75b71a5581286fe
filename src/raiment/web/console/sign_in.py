"""Signing in and out, and the one-time link with which a person sets a password."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from raiment.adapters.http.limits import SIGN_IN, SIGN_IN_NAME, count_call
from raiment.adapters.http.links import ACCOUNT_LINK_PATH
from raiment.adapters.http.problems import headers_for
from raiment.bootstrap import House
from raiment.errors import NotFound, RateLimited
from raiment.evidence.record import Record
from raiment.web.callers import address_of, refuse_cross_site
from raiment.web.console.passwords import (
    LONGEST,
    SHORTEST,
    complaint_about,
    hash_password,
    password_holds,
)
from raiment.web.console.permissions import Permission
from raiment.web.console.session import (
    SIGN_IN_PATH,
    begin_session,
    enter,
    leave,
    require_form,
    signed_in,
)
from raiment.web.forms import Form, read_form
from raiment.web.pages import page

router = APIRouter(include_in_schema=False)

_WRONG = "This name and this password do not go together."


@router.get(SIGN_IN_PATH)
async def show_sign_in(request: Request) -> Response:
    """Ask for name and password."""
    if await signed_in(request) is not None:
        return RedirectResponse("/console", 303)
    return page("console/sign_in.html", name="", complaint="")


@router.post(SIGN_IN_PATH)
async def sign_in(request: Request) -> Response:
    """Begin a session. A wrong password, an unknown name and a disabled account get one answer."""
    house: House = request.app.state.house
    now = house.now()
    refuse_cross_site(request)
    form = await read_form(request)
    name = form.one("name")
    try:
        await count_call(SIGN_IN, f"address:{address_of(request)}", now, house.database)
        await count_call(SIGN_IN_NAME, name.lower(), now, house.database)
    except RateLimited as error:
        minutes = error.retry_after // 60 + 1
        answer = _refused(name, f"Too many tries. Please wait {minutes} min.", 429)
        answer.headers.update(headers_for(error))
        return answer
    async with house.database.read() as tx:
        account = await tx.accounts.by_name(name)
    kept = None if account is None else account.password_hash
    holds = await password_holds(form.text("password"), kept)
    if account is None or not holds:
        return _refused(name, _WRONG, 403)
    async with house.database.begin() as tx:
        token = await begin_session(tx, account.id, now)
    return enter(house, token)


@router.post("/console/sign-out")
async def sign_out(request: Request) -> Response:
    """End the session."""
    await require_form(request, Permission.QUEUE)
    return await leave(request)


@router.get(ACCOUNT_LINK_PATH)
async def show_welcome(request: Request, token: str) -> Response:
    """Ask for a new password, where the link still holds. Looking does not spend it."""
    house: House = request.app.state.house
    async with house.database.read() as tx:
        account = await tx.accounts.link(token, house.now())
    if account is None:
        return page("console/spent.html", 404)
    return _welcome(account.name, "")


@router.post(ACCOUNT_LINK_PATH)
async def set_password(request: Request, token: str) -> Response:
    """Set the password, spend the link, and begin a session."""
    house: House = request.app.state.house
    now = house.now()
    refuse_cross_site(request)
    form = await read_form(request)
    async with house.database.read() as tx:
        account = await tx.accounts.link(token, now)
    if account is None:
        return page("console/spent.html", 404)
    complaint = _complaint(form, account.name)
    if complaint:
        return _welcome(account.name, complaint)
    kept = await hash_password(form.text("password"))
    try:
        async with house.database.begin() as tx:
            await tx.accounts.use_link(token, kept, now)
            tx.append(Record("account.password_set", account.id, now, {}, {}))
            session = await begin_session(tx, account.id, now)
    except NotFound:
        return page("console/spent.html", 404)
    return enter(house, session)


def _complaint(form: Form, name: str) -> str:
    return complaint_about(form.text("password"), form.text("again"), name)


def _welcome(name: str, complaint: str) -> Response:
    status = 422 if complaint else 200
    rules = {"shortest": SHORTEST, "longest": LONGEST}
    return page("console/welcome.html", status, name=name, complaint=complaint, **rules)


def _refused(name: str, complaint: str, status: int) -> Response:
    return page("console/sign_in.html", status, name=name, complaint=complaint)

"""Who is signed in: a server-side session, found by a cookie, and what they may do."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from raiment.adapters.postgres.accounts import Session
from raiment.adapters.postgres.transaction import Transaction
from raiment.bootstrap import House
from raiment.errors import NotAuthenticated, NotPermitted
from raiment.evidence.record import Record
from raiment.web.callers import refuse_cross_site
from raiment.web.console.permissions import Permission, may
from raiment.web.forms import Form, read_form

HOLDS = timedelta(hours=12)
"""A working day; then one signs in again."""
SIGN_IN_PATH = "/console/sign-in"
CSRF_FIELD = "csrf"

_SECURE_COOKIE = "__Host-raiment"
_COOKIE = "raiment"
_TOKEN_BYTES = 32


async def require(request: Request, permission: Permission) -> Session:
    """
    Return who is signed in.

    Raise NotAuthenticated where nobody is, NotPermitted where their role lacks *permission*.
    """
    session = await signed_in(request)
    if session is None:
        raise NotAuthenticated("sign in first")
    if not may(session.role, permission):
        raise NotPermitted(permission.value)
    return session


async def require_form(request: Request, permission: Permission) -> tuple[Session, Form]:
    """Return who is signed in and the form they sent from a page of ours; raise as ``require``."""
    refuse_cross_site(request)
    session = await require(request, permission)
    form = await read_form(request)
    if not hmac.compare_digest(form.one(CSRF_FIELD).encode(), session.csrf_token.encode()):
        raise NotPermitted("a form of this session")
    return session, form


async def signed_in(request: Request) -> Session | None:
    """Return who is signed in, None where nobody is."""
    house: House = request.app.state.house
    token = request.cookies.get(_cookie(house))
    if not token:
        return None
    async with house.database.read() as tx:
        return await tx.accounts.session(token, house.now())


async def begin_session(tx: Transaction, account_id: str, now: datetime) -> str:
    """Keep a new session and return its token, for ``enter``."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    csrf = secrets.token_urlsafe(_TOKEN_BYTES)
    await tx.accounts.add_session(account_id, token, csrf, now, now + HOLDS)
    tx.append(Record("account.signed_in", account_id, now, {}, {}))
    return token


def enter(house: House, token: str) -> Response:
    """Return the answer that hands out the session's cookie."""
    answer = RedirectResponse("/console", 303)
    answer.set_cookie(
        _cookie(house),
        token,
        max_age=int(HOLDS.total_seconds()),
        path="/",
        secure=house.settings.secure,
        httponly=True,
        samesite="lax",
    )
    return answer


async def leave(request: Request) -> Response:
    """End the session and take its cookie back."""
    house: House = request.app.state.house
    session = await signed_in(request)
    name = _cookie(house)
    async with house.database.begin() as tx:
        await tx.accounts.end_session(request.cookies.get(name, ""))
        if session is not None:
            tx.append(Record("account.signed_out", session.account_id, house.now(), {}, {}))
    answer = RedirectResponse(SIGN_IN_PATH, 303)
    answer.delete_cookie(
        name, path="/", secure=house.settings.secure, httponly=True, samesite="lax"
    )
    return answer


def _cookie(house: House) -> str:
    # Browsers keep ``__Host-`` cookies only with Secure and Path=/, and never share them with a sub-domain.
    return _SECURE_COOKIE if house.settings.secure else _COOKIE

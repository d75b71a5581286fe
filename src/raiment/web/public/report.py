"""``/report``: the form without login, and its receipt."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Request
from starlette.responses import Response

from raiment.adapters.http.limits import REPORT, count_call
from raiment.adapters.http.problems import headers_for, status_for
from raiment.adapters.postgres.desk import ReportPage
from raiment.bootstrap import House
from raiment.casework.receive_report import Credentials, receive_report
from raiment.casework.report import FORM_VERSION, ReportDraft
from raiment.errors import RateLimited, Unavailable
from raiment.web.callers import address_of, refuse_cross_site
from raiment.web.forms import Form, clean, read_form
from raiment.web.pages import page
from raiment.web.public import token
from raiment.web.public.answers import LANGUAGES, SHOWS, draft_from, is_blank, too_long
from raiment.web.public.standing import standing_of

router = APIRouter(include_in_schema=False)

_STALE = "This page had been open for a long time. What you wrote is still here: please send it once more."
_BLANK = "Nothing was filled in yet. One line about where the image is would be enough."
_UNREACHABLE = (
    "We could not store your report just now. What you wrote is still here: "
    "please send it once more in a moment."
)
_PREFILLED = ("content", "location", "language")


@router.get("/report")
async def show_form(request: Request) -> Response:
    """Show the empty form, or what a platform's own report button already knows."""
    asked = {name: request.query_params.getlist(name) for name in _PREFILLED}
    values = {
        "content": tuple(map(clean, asked["content"])),
        "locations": ("\n".join(map(clean, asked["location"])),),
        "language": (*asked["language"], request.headers.get("accept-language", "en")[:2]),
    }
    return _form(request, Form(values))


@router.post("/report")
async def send_form(request: Request) -> Response:
    """Take the report, whatever it lacks, and show its receipt; a form sent twice is one report."""
    house: House = request.app.state.house
    received_at = house.now()
    refuse_cross_site(request)
    form = await read_form(request)
    complaints = too_long(form)
    if complaints:
        return _form(request, form, 422, complaints=complaints)
    if not token.token_holds(form.one(token.FIELD), house.keys, received_at):
        return _form(request, form, 422, notice=_STALE)
    if is_blank(form):
        return _form(request, form, 422, notice=_BLANK)
    credentials = token.credentials_of(form, house.keys)
    try:
        await _count_unless_known(credentials, address_of(request), received_at, house)
        filed = await _file(draft_from(form), credentials, received_at, house)
    except (RateLimited, Unavailable) as error:
        return _kept(request, form, error)
    standing = standing_of(filed, house.regimes, received_at)
    return page(
        "public/receipt.html", 201, standing=standing, secret=credentials.secret, now=received_at
    )


async def _count_unless_known(
    credentials: Credentials, address: str, now: datetime, house: House
) -> None:
    """Count the report against the limit, unless it is one already received: then it costs nothing."""
    async with house.database.read() as tx:
        known = await tx.desk.report_of(credentials.reference)
    if known is None:
        await count_call(REPORT, address, now, house.database)


async def _file(
    draft: ReportDraft, credentials: Credentials, received_at: datetime, house: House
) -> ReportPage:
    async with house.database.begin() as tx:
        # The lock first: of the same form sent twice at once, the second waits and finds the first.
        await tx.cases.hold_copies_still()
        if await tx.desk.report_of(credentials.reference) is None:
            await receive_report(draft, credentials, received_at, house.regimes, tx.office)
        return await tx.desk.report_page(credentials.reference, credentials.secret)


def _kept(request: Request, form: Form, error: RateLimited | Unavailable) -> Response:
    """Show the form with all that was written: it was not taken, and must not be lost."""
    notice = _UNREACHABLE
    if isinstance(error, RateLimited):
        minutes = error.retry_after // 60 + 1
        notice = (
            "Many reports came from your connection in the last hour, so we could not take this one yet. "
            f"What you wrote is still here: please send it again in {minutes} min."
        )
    answer = _form(request, form, status_for(type(error)), notice=notice)
    answer.headers.update(headers_for(error))
    return answer


def _form(
    request: Request,
    form: Form,
    status: int = 200,
    *,
    complaints: dict[str, str] | None = None,
    notice: str = "",
) -> Response:
    house: House = request.app.state.house
    kept = form.one(token.FIELD)
    now = house.now()
    return page(
        "public/report.html",
        status,
        form=form,
        complaints=complaints or {},
        notice=notice,
        token=kept
        if token.token_holds(kept, house.keys, now)
        else token.fresh_token(house.keys, now),
        shows=SHOWS,
        languages=LANGUAGES,
        version=FORM_VERSION,
    )

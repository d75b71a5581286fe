"""``/case``: a reporter follows the case with reference and secret."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from raiment.adapters.http.limits import FOLLOW, count_call
from raiment.bootstrap import House
from raiment.errors import NotFound
from raiment.web.callers import address_of, refuse_cross_site
from raiment.web.credentials import read_reference, read_secret
from raiment.web.forms import read_form
from raiment.web.pages import page
from raiment.web.public.standing import standing_of

router = APIRouter(include_in_schema=False)

_UNKNOWN = (
    "We have no report with this reference and this secret. Please check both; capital and small letters do "
    "not matter, and neither do the dashes."
)


@router.get("/case")
async def ask_both() -> Response:
    """Ask for reference and secret."""
    return page("public/follow.html", reference="", complaint="")


@router.get("/case/{reference}")
async def ask_secret(reference: str) -> Response:
    """Ask for the secret; the same page whether the reference exists or not."""
    return page("public/follow.html", reference=read_reference(reference), complaint="")


@router.post("/case")
async def show_case(request: Request) -> Response:
    """Show where the report stands. A wrong secret and an unknown reference get one answer."""
    house: House = request.app.state.house
    now = house.now()
    refuse_cross_site(request)
    form = await read_form(request)
    await count_call(FOLLOW, address_of(request), now, house.database)
    reference = read_reference(form.one("reference"))
    try:
        async with house.database.read() as tx:
            found = await tx.desk.report_page(reference, read_secret(form.one("secret")))
    except NotFound:
        return page("public/follow.html", 404, reference=reference, complaint=_UNKNOWN)
    standing = standing_of(found, house.regimes, now)
    return page("public/case.html", standing=standing, now=now)

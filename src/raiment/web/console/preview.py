"""
The reviewer's preview: grey, blurred, at most 128 pixels a side, and each look is on record.

The reviewer's browser never meets the platform: this server fetches the picture, from the operator's media
origin only, decodes it in a confined worker, and hands out the blurred thumbnail. The original never leaves.
"""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request
from markupsafe import escape
from starlette.responses import Response

from raiment.adapters.pixels.preview import blurred_preview
from raiment.adapters.platforms.media import fetch_media
from raiment.adapters.platforms.webhook import webhook_secret
from raiment.bootstrap import House
from raiment.errors import InvalidInput, NotFound, Unavailable
from raiment.evidence.record import Record
from raiment.web.console.permissions import Permission
from raiment.web.console.session import require

router = APIRouter(include_in_schema=False)

_CHILD = "Not shown: this case may concern a child."
_NOWHERE = "No picture is registered for this place."
_UNREADABLE = "The picture cannot be read."
_LINE = 24
_NO_STORE = {"cache-control": "no-store"}


@router.get("/console/cases/{case_id}/items/{item_id}/preview")
async def show_preview(request: Request, case_id: str, item_id: str) -> Response:
    """Return the thumbnail, or a drawing that says why there is none."""
    session = await require(request, Permission.CASE)
    house: House = request.app.state.house
    async with house.database.read() as tx:
        found = await tx.desk.case_page(case_id)
    item = next((item for item in found.items if item.id == item_id), None)
    if item is None:
        raise NotFound("item")
    if found.case.child:
        return _drawn(_CHILD)
    if item.media_url is None:
        return _drawn(_NOWHERE)
    try:
        thumbnail = await _thumbnail(item.media_url, house)
    except Unavailable as error:
        return _drawn(f"Not shown: {error.reason}.")
    except InvalidInput:
        return _drawn(_UNREADABLE)
    async with house.database.begin() as tx:
        ids = {"case": case_id, "account": session.account_id}
        tx.append(Record("item.previewed", item_id, house.now(), ids, {}))
    return Response(thumbnail, media_type="image/jpeg", headers=_NO_STORE)


async def _thumbnail(media_url: str, house: House) -> bytes:
    platform = house.settings.platform
    origin = None if platform is None else platform.media_origin
    secret = webhook_secret(platform, house.keys)
    data = await fetch_media(media_url, origin, secret, house.pixels.limits.max_bytes)
    with await house.pixels.read(data, field="picture") as picture:
        return await asyncio.to_thread(blurred_preview, picture)


def _drawn(why: str) -> Response:
    """Return a drawing that says *why* there is no picture."""
    lines = _wrapped(why)
    top = 64 - 8 * (len(lines) - 1)
    texts = "".join(
        f'<text x="64" y="{top + 16 * n}" text-anchor="middle">{escape(line)}</text>'
        for n, line in enumerate(lines)
    )
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 128 128" width="128" height="128" '
        'font-family="sans-serif" font-size="10" fill="#495057">'
        f'<title>{escape(why)}</title><rect width="128" height="128" fill="#dfe3e6"/>'
        f"{texts}</svg>"
    )
    return Response(svg, media_type="image/svg+xml", headers=_NO_STORE)


def _wrapped(text: str) -> list[str]:
    lines = [""]
    for word in text.split():
        joined = f"{lines[-1]} {word}".strip()
        if len(joined) > _LINE and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = joined
    return lines

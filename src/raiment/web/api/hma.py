"""
The routes of Hasher-Matcher-Actioner, for platforms that speak to it already.

Shapes, statuses and ``{"message"}`` are HMA's, so these routes stand outside our own description. What
differs: a key with the scope `content` is asked for, a URL is fetched from public hosts only, a picture is
also found in disguise, and an entry works from its commit on. ``bank_content_id`` is an entry's number.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Annotated, Any, Final

from fastapi import Depends, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.responses import JSONResponse, PlainTextResponse

from raiment.adapters.http.problems import headers_for, problem
from raiment.adapters.pixels.limits import Limits
from raiment.adapters.pixels.signals import read_signals
from raiment.adapters.postgres.accounts import ApiKey
from raiment.adapters.postgres.transaction import Transaction
from raiment.bootstrap import House
from raiment.errors import InvalidInput, ServiceError, TooLarge, Unavailable
from raiment.matching.bank import BankMatch
from raiment.matching.signal import PDQ_RADIUS, Md5, Pdq, Signal
from raiment.matching.signals import Signals
from raiment.web.api.body import (
    FORM_TYPE,
    MOST_JSON_BYTES,
    body_of,
    json_of,
    media_type,
    read_form,
)
from raiment.web.api.caller import AtHouse, key_with, router

_PHOTO: Final = "photo"
_URL: Final = "url"
_PDQ: Final = "pdq"
_TYPES: Final[dict[str, type[Pdq | Md5]]] = {_PDQ: Pdq, "video_md5": Md5}
_INVALID: Final = 400

Rows = list[dict[str, object]]


class _HmaRoute(APIRoute):
    """Tells failures as HMA does."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def told(request: Request) -> Response:
            try:
                return await answer(request)
            except RequestValidationError:
                return _refused(InvalidInput("query", "is not what this route reads"))
            except ServiceError as error:
                return _refused(error)

        return told


routes = router("hma")
routes.route_class = _HmaRoute
routes.include_in_schema = False

_Key = Annotated[ApiKey, Depends(key_with("content"))]
_Banks = Annotated[str, Query(max_length=10_000)]
_Text = Annotated[str, Query(max_length=1000)]
_Address = Annotated[str, Query(max_length=8000)]


def _refused(error: ServiceError) -> Response:
    body = problem(error)
    invalid = isinstance(error, InvalidInput) and not isinstance(error, TooLarge)
    status = _INVALID if invalid else body["status"]
    assert isinstance(status, int)
    return JSONResponse(
        {**body, "status": status, "message": str(error)}, status, headers_for(error)
    )


@routes.get("/h/hash")
async def hash_address(house: AtHouse, _key: _Key, url: _Address = "") -> dict[str, str]:
    """Return the PDQ hash of the photo at an address; empty where it is too plain to be compared."""
    return _hashed(await _fetch_photo(url, house))


@routes.post("/h/hash")
async def hash_photo(request: Request, house: AtHouse, _key: _Key) -> dict[str, str]:
    """Return the PDQ hash of a photo; empty, as HMA has it, where it is too plain to be compared."""
    return _hashed(await _read_photo(request, house))


@routes.get("/m/lookup")
async def look_up_signal(
    house: AtHouse,
    _key: _Key,
    signal: _Text = "",
    signal_type: _Text = "",
    banks: _Banks = "",
    url: _Address = "",
) -> dict[str, Rows] | dict[str, dict[str, Rows]]:
    """Return the entries that match a hash, by bank; for a photo at an address, as for one that is sent."""
    if url:
        return await _look_up(await _fetch_photo(url, house), banks, house)
    async with house.database.read() as tx:
        found = await tx.banks.matches_of(_signal(signal, signal_type))
        return await _by_bank(found, banks, tx)


@routes.post("/m/lookup")
async def look_up_photo(
    request: Request, house: AtHouse, _key: _Key, banks: _Banks = ""
) -> dict[str, dict[str, Rows]]:
    """Return the entries that match a photo, by signal type and bank; exact ones, if any, beside PDQ."""
    return await _look_up(await _read_photo(request, house), banks, house)


async def _look_up(
    readings: Sequence[Signals], banks: str, house: House
) -> dict[str, dict[str, Rows]]:
    async with house.database.read() as tx:
        lookup = await tx.banks.look_up(readings)
        if lookup.unavailable is not None:
            raise Unavailable("hash banks", lookup.unavailable)
        near = [one for one in lookup.matches if isinstance(one.match.signal, Pdq)]
        same = [one for one in lookup.matches if not isinstance(one.match.signal, Pdq)]
        answer = {_PDQ: await _by_bank(near, banks, tx)}
        exact = await _by_bank(same, banks, tx)
    return answer | ({"exact": exact} if exact else {})


@routes.get("/m/raw_lookup")
async def look_up_raw(
    house: AtHouse,
    _key: _Key,
    signal: _Text = "",
    signal_type: _Text = "",
    banks: _Banks = "",
    *,
    include_distance: bool = False,
) -> dict[str, Rows | list[object]]:
    """Return the numbers of the entries that match a hash."""
    async with house.database.read() as tx:
        found = await tx.banks.matches_of(_signal(signal, signal_type))
        rows = [row for rows in (await _by_bank(found, banks, tx)).values() for row in rows]
    return {"matches": rows if include_distance else [row["bank_content_id"] for row in rows]}


@routes.post("/m/compare")
async def compare(request: Request, _key: _Key) -> dict[str, list[object]]:
    """Tell, for each signal type, whether two values match, and how far apart they are."""
    pairs = json_of(request, await body_of(request, MOST_JSON_BYTES))
    return {kind: _compared(kind, pair) for kind, pair in pairs.items()}


@routes.get("/m/index/status")
async def tell_index(house: AtHouse, _key: _Key) -> dict[str, dict[str, object]]:
    """Tell that PDQ hashes are searched, how many, and that nothing committed is left out."""
    async with house.database.read() as tx:
        size = await tx.bank_keeping.size()
    built_to = int(house.now().timestamp())
    return {_PDQ: {"present": True, "built_to": built_to, "size": size}}


@routes.get("/status")
async def tell_status(house: AtHouse) -> Response:
    """Tell whether lookups are answered."""
    try:
        async with house.database.read() as tx:
            await tx.bank_keeping.banks(limit=1)
    except Unavailable:
        return PlainTextResponse("INDEX-NOT-LOADED", 503)
    return PlainTextResponse("I-AM-ALIVE")


def _hashed(readings: Sequence[Signals]) -> dict[str, str]:
    plain = readings[0].pdq
    return {_PDQ: plain.plain.hex if plain.matchable else ""}


async def _fetch_photo(address: str, house: House) -> Sequence[Signals]:
    if not address:
        raise InvalidInput(_URL, "must hold the address of the picture")
    return await read_signals(house.pixels, await house.fetcher.fetch(address, _URL), field=_URL)


async def _read_photo(request: Request, house: House) -> Sequence[Signals]:
    if media_type(request) != FORM_TYPE:
        raise InvalidInput("content-type", f"must be {FORM_TYPE}")
    _, files = await read_form(request, Limits().max_bytes + MOST_JSON_BYTES)
    if files.keys() != {_PHOTO} or not files[_PHOTO]:
        raise InvalidInput(_PHOTO, "must hold the picture, the only file")
    return await read_signals(house.pixels, files[_PHOTO], field=_PHOTO)


def _signal(value: str, kind: str) -> Signal:
    if kind not in _TYPES:
        raise InvalidInput("signal_type", f"must be one of: {', '.join(_TYPES)}")
    return _TYPES[kind].from_hex(value.lower(), "signal")


def _compared(kind: str, pair: object) -> list[object]:
    if not isinstance(pair, list) or [type(one) for one in pair] != [str, str]:
        raise InvalidInput("body", "must hold two values for each signal type")
    first, second = (_signal(value, kind) for value in pair)
    if not (isinstance(first, Pdq) and isinstance(second, Pdq)):
        return [first == second, {}]
    distance = first.distance(second)
    return [distance <= PDQ_RADIUS, {"distance": distance}]


async def _by_bank(found: Sequence[BankMatch], banks: str, tx: Transaction) -> dict[str, Rows]:
    wanted = {name for name in banks.split(",") if name}
    acting = {one.match.entry_id: one for one in found if one.acts}
    answer: dict[str, Rows] = {}
    places = await tx.bank_keeping.places(list(acting))
    for entry_id, one in acting.items():
        name, number = places[entry_id]
        if not wanted or name in wanted:
            row: dict[str, object] = {
                "bank_content_id": number,
                "distance": str(one.match.distance),
            }
            answer.setdefault(name, []).append(row)
    return answer

"""``/v1/content``: a platform registers what was uploaded, and is told whether people may see it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from fastapi import Depends, Path, Request, Response
from pydantic import AfterValidator, BaseModel, Field

from raiment.adapters.http.fetch import Fetcher
from raiment.adapters.pixels.signals import read_signals
from raiment.adapters.postgres.accounts import ApiKey
from raiment.adapters.postgres.similar import signals_of
from raiment.adapters.postgres.types import AnyRow
from raiment.bootstrap import House
from raiment.casework.report import MOST_LOCATION_BYTES
from raiment.errors import NotFound
from raiment.matching.signal import Sha256
from raiment.matching.signals import Signals
from raiment.matching.view import View
from raiment.web.api.body import JSON_TYPE, Received, media_type, shaped
from raiment.web.api.caller import AtHouse, key_with, router
from raiment.web.api.picture import (
    PictureIn,
    picture_body,
    picture_of,
    read_json_object,
    read_picture,
)
from raiment.web.api.problem import problems_with_key
from raiment.web.api.register import Upload, given_of, register, registered
from raiment.web.api.told import FIELD, SignalsIn, told_signals

routes = router("content")

_MOST_ID = 200
_MOST_URL_BYTES = MOST_LOCATION_BYTES
"""What the database's index holds, and what a report can name."""


def _printable(text: str) -> str:
    if not text.isprintable() or text != text.strip():
        raise ValueError("must hold printable characters, and no blank at either end")
    return text


def _addressable(text: str) -> str:
    # HTTP clients resolve dots in paths: such an id could be registered and never asked for.
    if any(part in {".", ".."} for part in text.split("/")):
        raise ValueError("must not hold a path segment of dots only")
    return _printable(text)


def _web_address(text: str) -> str:
    try:
        parts = urlsplit(text)
        fit = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fit = False
    if not fit:
        raise ValueError("must be an http:// or https:// address")
    if len(text.encode()) > _MOST_URL_BYTES:
        raise ValueError(f"at most {_MOST_URL_BYTES} bytes")
    return _printable(text)


_WebAddress = Annotated[
    str,
    Field(max_length=_MOST_URL_BYTES, examples=["https://example.org/p/1"]),
    AfterValidator(_web_address),
]
_Opaque = Annotated[str, Field(min_length=1, max_length=_MOST_ID), AfterValidator(_printable)]


class ContentIn(Received):
    """An item as the platform tells of it."""

    content_id: Annotated[
        str,
        Field(min_length=1, max_length=_MOST_ID, description="The platform's own id of the item."),
        AfterValidator(_addressable),
    ]
    location: _WebAddress | None = Field(None, description="Where people see it.")
    media_url: _WebAddress | None = Field(
        None,
        description="From where a reviewer's preview may be fetched, on the media origin only.",
    )
    uploader: _Opaque | None = Field(
        None, description="The platform's opaque id of who uploaded it."
    )


class ToldContentIn(ContentIn):
    """An item of which only hashes are told."""

    signals: SignalsIn


_Known = Annotated[str | None, Field(pattern="^[0-9a-f]{64}$")]


class SignalsOut(BaseModel):
    """By what the picture can be found again, in lower-case hexadecimal digits; null: not known."""

    pdq: _Known
    quality: int = Field(ge=0, le=100)
    sha256: _Known = Field(description="Of the file's bytes.")
    md5: str | None = Field(pattern="^[0-9a-f]{32}$", description="Of the file's bytes.")
    pixels_blake3: _Known = Field(description="BLAKE3, of the decoded pixels.")
    given_by_caller: list[Literal["pdq", "sha256", "md5", "pixels_blake3"]] = Field(
        description="Taken on the caller's word: nobody here has seen the picture. Else empty."
    )


class MatchOut(BaseModel):
    """One banked signal within its bank's threshold. Evidence, not a judgement."""

    bank: str
    kind: Literal["confirmed", "reported", "outside", "allow"] = Field(
        description="`allow`: known to be harmless; it is no match and kept others from being one."
    )
    entry: str
    distance: int = Field(ge=0, le=256, description="Bits that differ.")
    view: View = Field(
        description="What was undone to find it: `panel…` where the upload shows it inside another "
        "picture, `trimmed` and `inset` where its edges were cut off; `as-is` for a digest.",
        examples=["panel-turned-90"],
    )
    crop: bool = Field(False, description="It was found as a crop of the banked picture.")
    signal: Literal["pdq", "sha256", "md5", "pixels_blake3"]
    threshold: int = Field(ge=0, le=255)
    state: Literal["active", "quarantined"] = Field(
        "active", description="`quarantined`: matched too much lately, and does not count."
    )
    source: str = Field("casework", description="Who gave us the entry.")
    category: Literal["child"] | None = Field(
        None, description="`child`: the bank is a child-protection hotline's list."
    )


class ContentOut(BaseModel):
    """What is known of the item."""

    id: str
    content_id: str
    verdict: Literal["allow", "hold", "block"] = Field(
        description="As judged at registration. `hold`: do not publish until told."
    )
    state: Literal["visible", "held", "blocked", "hidden", "removed"] = Field(
        description="Where it stands now."
    )
    matchable: bool = Field(
        description="False: too little detail to be compared. No match then means nothing."
    )
    signals: SignalsOut
    matches: list[MatchOut]
    rule: str | None = Field(description="The rule that asked for the verdict.")


def _content_out(row: AnyRow) -> ContentOut:
    signals = signals_of(row)
    known = {name: value for name, value in _named(signals).items() if value is not None}
    return ContentOut(
        id=row.id,
        content_id=row.platform_id,
        verdict=row.verdict,
        state=row.state,
        matchable=signals.pdq.matchable,
        signals=SignalsOut.model_validate(
            {
                **_named(signals),
                "quality": signals.pdq.quality,
                "given_by_caller": list(known) if signals.told else [],
            }
        ),
        matches=[MatchOut(**match) for match in row.matches],
        rule=row.rule,
    )


def _named(signals: Signals) -> dict[str, str | None]:
    digests = signals.digests()
    return {
        "pdq": signals.pdq.plain.hex if signals.pdq.hashes else None,
        "sha256": digests.get("bytes_sha256"),
        "md5": digests.get("bytes_md5"),
        "pixels_blake3": digests.get("pixels_blake3"),
    }


_EXAMPLE = {"content_id": "post-1", "location": "https://example.org/p/1"}
_KNOWN: dict[int | str, dict[str, Any]] = {
    200: {"model": ContentOut, "description": "Registered before, with the same bytes or hashes."}
}


@routes.post(
    "/v1/content",
    status_code=201,
    responses={**_KNOWN, **problems_with_key(409, 413)},
    openapi_extra=picture_body(ContentIn, _EXAMPLE, {FIELD: SignalsIn.model_json_schema()}),
)
async def register_content(
    request: Request,
    response: Response,
    house: AtHouse,
    key: Annotated[ApiKey, Depends(key_with("content"))],
) -> ContentOut:
    """
    Register an upload and learn whether people may see it (scope `content`).

    The picture is hashed and looked up in every bank, and not kept. It may be sent, be fetched from
    `url`, or be told by its hashes alone (`signals`): then what is known is compared, and nothing more.
    The same `content_id` with the same bytes or hashes is answered again and changes nothing; with others
    it is a conflict.
    """
    sent = await _read_upload(request, house.fetcher)
    upload = _upload(sent)
    async with house.database.read() as tx:
        row = await registered(upload, tx)
    new = False
    if row is None:
        # Decoded before any transaction: a hostile picture must hold nothing up but itself.
        row, new = await register(upload, await _readings(sent, house), key.id, house)
    response.status_code = 201 if new else 200
    return _content_out(row)


async def _read_upload(request: Request, fetcher: Fetcher) -> PictureIn[ContentIn] | ToldContentIn:
    if media_type(request) != JSON_TYPE:
        return await read_picture(request, ContentIn, fetcher)
    texts = await read_json_object(request)
    if FIELD not in texts:
        return await picture_of(texts, ContentIn, fetcher)
    return shaped(texts, ToldContentIn)


def _upload(sent: PictureIn[ContentIn] | ToldContentIn) -> Upload:
    fields: ContentIn
    if isinstance(sent, ToldContentIn):
        fields, given = sent, given_of(told_signals(sent.signals))
    else:
        fields, given = sent.fields, {"bytes_sha256": Sha256.of(sent.data).hex}
    return Upload(fields.content_id, fields.location, fields.media_url, fields.uploader, given)


async def _readings(sent: PictureIn[ContentIn] | ToldContentIn, house: House) -> Sequence[Signals]:
    if isinstance(sent, ToldContentIn):
        return (told_signals(sent.signals),)
    return await read_signals(house.pixels, sent.data, field=sent.place)


@routes.get("/v1/content/{content_id:path}", responses=problems_with_key(404))
async def read_content(
    content_id: Annotated[str, Path(min_length=1, max_length=_MOST_ID)],
    house: AtHouse,
    _key: Annotated[ApiKey, Depends(key_with("content"))],
) -> ContentOut:
    """Return what is known of the item that the platform calls `content_id` (scope `content`)."""
    async with house.database.read() as tx:
        row = await tx.contents.by_platform_id(content_id)
    if row is None:
        raise NotFound("content")
    return _content_out(row)

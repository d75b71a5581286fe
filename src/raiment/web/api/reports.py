"""``/v1/reports``: a platform relays what its users report, into the same cases as the form."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Annotated, Literal

from fastapi import Depends, Header, Request
from pydantic import AwareDatetime, BaseModel, Field

from raiment.adapters.postgres.accounts import ApiKey
from raiment.adapters.postgres.requests import KeptAnswer
from raiment.adapters.postgres.transaction import Transaction
from raiment.bootstrap import House
from raiment.casework.receive_report import Credentials, receive_report
from raiment.casework.report import (
    DECLARATIONS,
    MOST_LINE,
    MOST_LOCATION_BYTES,
    MOST_LOCATIONS,
    MOST_TEXT,
    ReportDraft,
)
from raiment.casework.report_answers import LANGUAGE, SHOWS, read_answers
from raiment.web.api.body import MOST_JSON_BYTES, Received, body_of, json_body, json_of, shaped
from raiment.web.api.caller import AtHouse, key_with, router
from raiment.web.api.cases import ClockOut, clock_out
from raiment.web.api.problem import problems_with_key
from raiment.web.credentials import credentials_from

routes = router("reports")

_MOST_KEY = 200
_CREDENTIAL_BYTES = 20

_Line = Annotated[str, Field(max_length=MOST_LINE)]
_Location = Annotated[str, Field(max_length=MOST_LOCATION_BYTES)]
_Shows = Annotated[str, Field(json_schema_extra={"enum": list(SHOWS)})]
_Declaration = Annotated[str, Field(json_schema_extra={"enum": sorted(DECLARATIONS)})]


class ReportIn(Received):
    """The answers of the report form. None is required: what is missing is asked for later."""

    relation: Literal["subject", "acting_for", "someone_else", "unsaid"] = "unsaid"
    locations: list[_Location] = Field(
        [],
        max_length=MOST_LOCATIONS,
        description="Addresses or descriptions of where it is; may be imprecise.",
        examples=[["https://example.org/p/1"]],
    )
    content_ids: list[_Line] = Field(
        [], max_length=MOST_LOCATIONS, description="The platform's ids of the content."
    )
    shows: list[_Shows] = Field([], max_length=MOST_LOCATIONS)
    declarations: list[_Declaration] = Field([], max_length=MOST_LOCATIONS)
    why: str = Field("", max_length=MOST_TEXT)
    minor: Literal["no", "yes", "unsure"] = Field(
        "unsure", description="Whether the person is, or was, under 18. Any doubt counts."
    )
    danger: bool = False
    ai_made: Literal["yes", "no", "unsure"] = "unsure"
    share_hash: bool = Field(False, description="May the hash go to other services?")
    language: str = Field("en", pattern=f"^{LANGUAGE}$")
    country: _Line = ""
    name: _Line = ""
    contact: _Line = Field("", description="Kept apart, and never shown to an uploader.")
    signature: _Line = ""


class ReportOut(BaseModel):
    """The receipt. Hand reference and secret to the person: with both they follow the case."""

    report_id: str
    case_id: str
    reference: str
    secret: str
    received_at: AwareDatetime
    regimes_satisfied: list[str]
    missing: dict[str, list[str]] = Field(
        description="Regime to what its notice still lacks. Nothing waits for it."
    )
    deadlines: list[ClockOut]


@routes.post(
    "/v1/reports",
    status_code=201,
    responses=problems_with_key(409, 413),
    openapi_extra=json_body(ReportIn),
)
async def relay_report(
    request: Request,
    house: AtHouse,
    key: Annotated[ApiKey, Depends(key_with("report"))],
    idempotency_key: Annotated[
        str | None, Header(min_length=1, max_length=_MOST_KEY, pattern="^[!-~]+$")
    ] = None,
) -> ReportOut:
    """
    Relay a report (scope `report`). The clocks start now, at first receipt by any route.

    With an `Idempotency-Key`, the same call again is answered with the same receipt for seven days.
    """
    received_at = house.now()
    body = await body_of(request, MOST_JSON_BYTES)
    answers = shaped(json_of(request, body), ReportIn)
    draft = read_answers(answers.model_dump(), route="api")
    credentials = _credentials(house, key, idempotency_key)
    scope = f"reports:{key.id}"
    async with house.database.begin() as tx:
        # The lock first: of the same call made twice at once, the second waits and finds the first.
        await tx.cases.hold_copies_still()
        if idempotency_key is not None:
            kept = await tx.requests.answered(scope, idempotency_key, body)
            if kept is not None:
                receipt = ReportOut.model_validate_json(kept.body)
                return receipt.model_copy(update={"secret": credentials.secret})
        receipt = await _receive(draft, credentials, received_at, house, tx)
        if idempotency_key is not None:
            # Without the secret, which is never stored: it is derived again.
            open_part = receipt.model_copy(update={"secret": ""}).model_dump_json().encode()
            answer = KeptAnswer(201, open_part)
            await tx.requests.keep_answer(scope, idempotency_key, body, answer, received_at)
    return receipt


def _credentials(house: House, key: ApiKey, idempotency_key: str | None) -> Credentials:
    if idempotency_key is None:
        return credentials_from(secrets.token_hex(_CREDENTIAL_BYTES))
    return credentials_from(house.keys.digest("report relayed", f"{key.id} {idempotency_key}"))


async def _receive(
    draft: ReportDraft,
    credentials: Credentials,
    received_at: datetime,
    house: House,
    tx: Transaction,
) -> ReportOut:
    receipt = await receive_report(draft, credentials, received_at, house.regimes, tx.office)
    page = await tx.desk.case_page(receipt.case_id)
    return ReportOut(
        report_id=receipt.report_id,
        case_id=receipt.case_id,
        reference=receipt.reference,
        secret=credentials.secret,
        received_at=receipt.received_at,
        regimes_satisfied=list(receipt.regimes_satisfied),
        missing={regime: list(items) for regime, items in receipt.missing.items()},
        deadlines=[clock_out(row) for row in page.clocks],
    )

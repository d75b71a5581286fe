"""``/v1/banks``: hash banks, made and listed. What is in them: ``bank_entries``."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, Field

from raiment.adapters.postgres.accounts import ApiKey
from raiment.adapters.postgres.bank_records import bank_created
from raiment.adapters.postgres.types import AnyRow
from raiment.matching.bank import BankCategory, BankKind
from raiment.matching.bank_entry import BANK_NAME
from raiment.matching.signal import PDQ_RADIUS
from raiment.web.api.body import Received, json_body, read_json
from raiment.web.api.caller import AtHouse, key_with, router
from raiment.web.api.problem import problems_with_key

routes = router("banks")

_MOST_BANKS = 1000

_About = Field(
    description="`confirmed`: a match blocks. `outside`: an allegation, a match holds. "
    "`allow`: known to be harmless, suppresses matches. `reported`: filled by reports only."
)


_Category = Field(
    description="`child`: the list of a child-protection hotline. A match blocks, whichever the kind, and "
    "what it concerns is reviewed first. Not for an allow-list."
)


class BankIn(Received):
    """A bank to be made."""

    name: str = Field(pattern=BANK_NAME, examples=["STOPNCII"])
    kind: Annotated[Literal["confirmed", "outside", "allow"], _About]
    radius: int = Field(
        PDQ_RADIUS,
        ge=0,
        le=PDQ_RADIUS,
        description="PDQ hashes of this bank match up to so many different bits.",
    )
    category: Annotated[Literal["child"] | None, _Category] = None


class BankOut(BaseModel):
    """A named set of known signals."""

    id: str
    name: str
    kind: Annotated[Literal["confirmed", "reported", "outside", "allow"], _About]
    radius: int = Field(ge=0, le=255)
    category: Annotated[Literal["child"] | None, _Category]


class BanksOut(BaseModel):
    """Banks by name."""

    banks: list[BankOut]


def _bank_out(row: AnyRow) -> BankOut:
    return BankOut(
        id=row.id, name=row.name, kind=row.kind, radius=row.radius, category=row.category
    )


_KNOWN: dict[int | str, dict[str, Any]] = {
    200: {"model": BankOut, "description": "There is this very bank already."}
}


@routes.post(
    "/v1/banks",
    status_code=201,
    responses={**_KNOWN, **problems_with_key(409, 413)},
    openapi_extra=json_body(BankIn),
)
async def create_bank(
    request: Request,
    response: Response,
    house: AtHouse,
    key: Annotated[ApiKey, Depends(key_with("bank"))],
) -> BankOut:
    """
    Make a bank (scope `bank`).

    The same call again changes nothing; one of the same name, but another kind, radius or category, is a
    conflict.
    """
    asked = await read_json(request, BankIn)
    at = house.now()
    async with house.database.begin() as tx:
        kind = BankKind(asked.kind)
        category = None if asked.category is None else BankCategory(asked.category)
        row, new = await tx.bank_keeping.create(asked.name, kind, asked.radius, category)
        if new:
            tx.append(bank_created(row, {"key": key.id}, at))
    response.status_code = 201 if new else 200
    return _bank_out(row)


@routes.get("/v1/banks", responses=problems_with_key())
async def list_banks(
    house: AtHouse,
    _key: Annotated[ApiKey, Depends(key_with("bank"))],
    after: Annotated[str, Query(max_length=100, description="The last name already seen.")] = "",
    limit: Annotated[int, Query(ge=1, le=_MOST_BANKS)] = 100,
) -> BanksOut:
    """List the banks by name (scope `bank`)."""
    async with house.database.read() as tx:
        rows = await tx.bank_keeping.banks(after, limit)
    return BanksOut(banks=[_bank_out(row) for row in rows])

"""``/v1/cases``: where a case stands. Nothing here tells who reported it."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Depends, Path, Query
from pydantic import AwareDatetime, BaseModel, Field

from raiment.adapters.postgres.accounts import ApiKey
from raiment.adapters.postgres.desk import CasePage
from raiment.adapters.postgres.types import AnyRow
from raiment.casework.case import CaseState
from raiment.matching.view import View
from raiment.web.api.caller import AtHouse, key_with, router
from raiment.web.api.problem import problems_with_key

routes = router("cases")

MOST_ID = 64
_MOST_CASES = 1000

State = Literal["open", "removing", "restoring", "closed"]


class ItemOut(BaseModel):
    """One place where the image is: content of the platform, or a location somebody gave."""

    id: str
    content_id: str | None = Field(description="The platform's id, where it is registered.")
    location: str | None
    found_by: Literal["reported", "bytes", "pixels", "pdq"]
    distance: int | None
    view: View | None = Field(description="Of a likeness: what was undone to find it.")
    state: Literal["listed", "hidden", "removed", "absent", "restored"]
    verified_at: AwareDatetime | None = Field(description="When its absence was verified.")


class ClockOut(BaseModel):
    """A deadline of one regime."""

    regime: str
    clock: str
    citation: str
    basis: Literal["law", "target"]
    started_at: AwareDatetime
    due_at: AwareDatetime
    stopped_at: AwareDatetime | None
    stop_ground: str | None


class DecisionOut(BaseModel):
    """An attributed determination."""

    id: str
    outcome: Literal["remove", "not_intimate", "not_subject", "second_look"]
    decided_by: str = Field(description="The reviewer's account id.")
    decided_at: AwareDatetime


class CaseOut(BaseModel):
    """A case in full."""

    id: str
    state: State
    severity: int = Field(ge=1, le=3)
    child: bool
    opened_at: AwareDatetime
    closed_at: AwareDatetime | None
    items: list[ItemOut]
    clocks: list[ClockOut]
    decisions: list[DecisionOut]


class CaseInListOut(BaseModel):
    """A case in the order in which it is to be worked on."""

    id: str
    state: State
    severity: int = Field(ge=1, le=3)
    child: bool
    opened_at: AwareDatetime
    due_at: AwareDatetime | None = Field(description="The next deadline that still runs.")
    items: int
    actions_waiting: int


class CasesOut(BaseModel):
    """Cases, most urgent first; closed ones latest first."""

    cases: list[CaseInListOut]


@routes.get("/v1/cases", responses=problems_with_key())
async def list_cases(
    house: AtHouse,
    _key: Annotated[ApiKey, Depends(key_with("case"))],
    state: State | None = None,
    limit: Annotated[int, Query(ge=1, le=_MOST_CASES)] = 200,
) -> CasesOut:
    """List cases in one state; without `state`, all that are not closed (scope `case`)."""
    wanted = None if state is None else CaseState(state)
    async with house.database.read() as tx:
        rows = await tx.desk.queue(closed=wanted is CaseState.CLOSED, state=wanted, limit=limit)
    return CasesOut(cases=[_in_list(row) for row in rows])


@routes.get("/v1/cases/{case_id}", responses=problems_with_key(404))
async def read_case(
    case_id: Annotated[str, Path(max_length=MOST_ID)],
    house: AtHouse,
    _key: Annotated[ApiKey, Depends(key_with("case"))],
) -> CaseOut:
    """Return where a case stands: items, clocks, decisions; never the reporter (scope `case`)."""
    async with house.database.read() as tx:
        page = await tx.desk.case_page(case_id)
    return _case_out(page)


def clock_out(row: AnyRow) -> ClockOut:
    """Return a row of ``deadlines`` as callers see it."""
    return ClockOut(
        regime=row.regime,
        clock=row.clock,
        citation=row.citation,
        basis=row.basis,
        started_at=row.starts_at,
        due_at=row.due_at,
        stopped_at=row.stopped_at,
        stop_ground=row.stop_ground,
    )


def _in_list(row: AnyRow) -> CaseInListOut:
    return CaseInListOut(
        id=row.id,
        state=row.state,
        severity=row.severity,
        child=row.child,
        opened_at=row.opened_at,
        due_at=row.due_at,
        items=row.items,
        actions_waiting=row.waiting,
    )


def _case_out(page: CasePage) -> CaseOut:
    case = page.case
    return CaseOut(
        id=case.id,
        state=case.state,
        severity=case.severity,
        child=case.child,
        opened_at=case.opened_at,
        closed_at=case.closed_at,
        items=[_item_out(row) for row in page.items],
        clocks=[clock_out(row) for row in page.clocks],
        decisions=[
            DecisionOut(
                id=row.id,
                outcome=row.outcome,
                decided_by=row.decided_by,
                decided_at=row.decided_at,
            )
            for row in page.decisions
        ],
    )


def _item_out(row: AnyRow) -> ItemOut:
    return ItemOut(
        id=row.id,
        content_id=row.platform_id,
        location=row.location or row.content_location,
        found_by=row.found_by,
        distance=row.distance,
        view=row.view,
        state=row.state,
        verified_at=row.verified_at,
    )

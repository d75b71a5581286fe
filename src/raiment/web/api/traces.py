"""``/v1/traces``: did we make this image, by which request, for whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from fastapi import Depends, Request
from pydantic import AwareDatetime, BaseModel, Field

from raiment.adapters.pixels.signals import read_signals
from raiment.adapters.postgres.accounts import ApiKey
from raiment.adapters.postgres.ids import new_id
from raiment.adapters.postgres.transaction import Transaction
from raiment.evidence.canonical import JSON
from raiment.evidence.record import Record
from raiment.matching.ledger import Trace
from raiment.matching.signals import Signals
from raiment.matching.view import View
from raiment.web.api.body import Received
from raiment.web.api.caller import AtHouse, key_with, router
from raiment.web.api.picture import picture_body, read_picture
from raiment.web.api.problem import problems_with_key

routes = router("traces")


class TraceIn(Received):
    """Nothing but the picture."""


class RequestOut(BaseModel):
    """The decision that let the release out."""

    decided_at: AwareDatetime
    verdict: Literal["allow", "hold", "block"]
    rule_set: str = Field(description="Which rules judged.")


class ReleaseOut(BaseModel):
    """One output of ours that shows the picture."""

    release_id: str
    screening_id: str
    actor: str | None = Field(description="For whom: a keyed digest of the client's user id.")
    surface: str
    released_at: AwareDatetime
    found_by: str = Field(pattern="^(bytes|pixels|pdq)$", description="The surest that matched.")
    distance: int = Field(ge=0, le=256, description="PDQ bits that differ.")
    view: View = Field(
        description="What was undone to find it; `panel…` where one shows the other inside it."
    )
    request: RequestOut


class TraceOut(BaseModel):
    """Whether we made it."""

    made_here: bool | None = Field(
        description="Null: the picture has too little detail to be compared and no release has "
        "exactly its bytes or pixels, so nobody can say."
    )
    matchable: bool
    releases: list[ReleaseOut] = Field(description="Surest first.")


@routes.post(
    "/v1/traces",
    responses=problems_with_key(413),
    openapi_extra=picture_body(TraceIn, {}),
)
async def trace_picture(
    request: Request, house: AtHouse, key: Annotated[ApiKey, Depends(key_with("trace"))]
) -> TraceOut:
    """
    Tell whether we made this picture, by which request, for whom (scope `trace`).

    The picture is not kept. That it was asked for is logged, with salted digests only.
    """
    sent = await read_picture(request, TraceIn, house.fetcher)
    readings = await read_signals(house.pixels, sent.data, field=sent.place)
    async with house.database.begin() as tx:
        found = await _traces(readings, tx)
        releases = [await _release_out(one, tx) for one in found]
        matchable = all(signals.pdq.matchable for signals in readings)
        # INVARIANT: what could not be compared never reads as "not made here".
        made_here = True if releases else (False if matchable else None)
        tx.append(_record(readings[0], found, made_here, key.id, house.now()))
    return TraceOut(made_here=made_here, matchable=matchable, releases=releases)


async def _traces(readings: Sequence[Signals], tx: Transaction) -> list[Trace]:
    """Return each release once, by the surest reading."""
    surest = {"bytes": 0, "pixels": 1, "pdq": 2}
    every = [trace for signals in readings for trace in await tx.ledger.trace(signals)]
    every.sort(key=lambda trace: (surest[trace.found_by], trace.distance, trace.release_id))
    by_release: dict[str, Trace] = {}
    for trace in every:
        by_release.setdefault(trace.release_id, trace)
    return list(by_release.values())


async def _release_out(trace: Trace, tx: Transaction) -> ReleaseOut:
    decided = await tx.screenings.by_id(trace.screening_id)
    assert decided is not None  # a foreign key
    return ReleaseOut(
        release_id=trace.release_id,
        screening_id=trace.screening_id,
        actor=trace.actor,
        surface=trace.surface,
        released_at=trace.released_at,
        found_by=trace.found_by,
        distance=trace.distance,
        view=trace.view,
        request=RequestOut(
            decided_at=decided.at, verdict=decided.verdict, rule_set=decided.rule_set
        ),
    )


def _record(
    signals: Signals, found: Sequence[Trace], made_here: bool | None, key_id: str, at: datetime
) -> Record:
    facts: dict[str, JSON] = {
        "picture": signals.identity.hex,
        "made_here": made_here,
        "releases": [trace.release_id for trace in found],
    }
    return Record("trace.answered", new_id("trc"), at, {"key": key_id}, facts)

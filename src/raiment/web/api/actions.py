"""``/v1/actions``: what the platform is asked to do, and its answer."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Depends, Path, Request
from pydantic import BaseModel, Field

from raiment.adapters.postgres.accounts import ApiKey
from raiment.adapters.postgres.transaction import Transaction
from raiment.casework.acknowledge import acknowledge
from raiment.casework.action import ActionOutcome
from raiment.web.api.body import Received, json_body, read_json
from raiment.web.api.caller import AtHouse, key_with, router
from raiment.web.api.cases import MOST_ID
from raiment.web.api.problem import problems_with_key

routes = router("actions")

_ActionId = Annotated[str, Path(max_length=MOST_ID)]
_Key = Annotated[ApiKey, Depends(key_with("action"))]


class AcknowledgementIn(Received):
    """What the platform found or did."""

    outcome: Literal["done", "absent", "present"] = Field(
        description="`done` or `absent` to hide, remove, restore; `absent` or `present` to verify."
    )


class ActionOut(BaseModel):
    """One thing asked about one item."""

    id: str
    case_id: str
    kind: Literal["hide", "remove", "restore", "verify"]
    round: int = Field(ge=1, description="Grows each time the same is asked again.")
    state: Literal["pending", "acknowledged", "superseded"]
    content_id: str | None = Field(description="The platform's id, where it is registered.")
    location: str | None = Field(description="Where it was reported, for the platform to find.")


@routes.get("/v1/actions/{action_id}", responses=problems_with_key(404))
async def read_action(action_id: _ActionId, house: AtHouse, _key: _Key) -> ActionOut:
    """Return what is asked, and about which content or location (scope `action`)."""
    async with house.database.read() as tx:
        return await _action_out(action_id, tx)


@routes.post(
    "/v1/actions/{action_id}/acknowledgement",
    responses=problems_with_key(404, 413),
    openapi_extra=json_body(AcknowledgementIn),
)
async def acknowledge_action(
    action_id: _ActionId, request: Request, house: AtHouse, _key: _Key
) -> ActionOut:
    """
    Answer an action; the case goes on from there (scope `action`).

    A second answer, or one to an action that a decision has superseded, changes nothing.
    """
    answer = await read_json(request, AcknowledgementIn)
    async with house.database.begin() as tx:
        await acknowledge(action_id, ActionOutcome(answer.outcome), house.now(), tx.office)
        return await _action_out(action_id, tx)


async def _action_out(action_id: str, tx: Transaction) -> ActionOut:
    action, location = await tx.cases.action(action_id)
    return ActionOut(
        id=action.id,
        case_id=action.case_id,
        kind=action.kind.value,
        round=action.round,
        state=action.state.value,
        content_id=action.platform_id,
        location=location,
    )

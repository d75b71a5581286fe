"""Take the platform's answer to an action."""

from __future__ import annotations

from datetime import datetime

from raiment.casework.action import ANSWERS, Action, ActionKind, ActionOutcome, ActionState
from raiment.casework.case import ItemState
from raiment.casework.settle import settle
from raiment.casework.storage import Office
from raiment.errors import InvalidInput
from raiment.evidence.record import Record

_NOW = {
    (ActionKind.HIDE, ActionOutcome.DONE): ItemState.HIDDEN,
    (ActionKind.HIDE, ActionOutcome.ABSENT): ItemState.REMOVED,
    (ActionKind.REMOVE, ActionOutcome.DONE): ItemState.REMOVED,
    (ActionKind.REMOVE, ActionOutcome.ABSENT): ItemState.REMOVED,
    (ActionKind.RESTORE, ActionOutcome.DONE): ItemState.RESTORED,
    (ActionKind.RESTORE, ActionOutcome.ABSENT): ItemState.REMOVED,
    (ActionKind.VERIFY, ActionOutcome.ABSENT): ItemState.ABSENT,
    (ActionKind.VERIFY, ActionOutcome.PRESENT): ItemState.LISTED,
}
"""What an item is after an answer. Only the answer to a later ``verify`` makes it absent."""


async def acknowledge(
    action_id: str, outcome: ActionOutcome, at: datetime, office: Office
) -> Action:
    """
    Keep *outcome* as the answer to the action, and go on with its case.

    A second answer, or one to an action that a decision superseded, changes nothing. Raise
    InvalidInput for an answer that the kind of action cannot have.
    """
    # INVARIANT: this lock comes before the case's, here as everywhere, so nothing can deadlock.
    await office.cases.hold_copies_still()
    case, action = await office.cases.case_of_action(action_id)
    if outcome not in ANSWERS[action.kind]:
        allowed = ", ".join(sorted(ANSWERS[action.kind]))
        raise InvalidInput("outcome", f"must be one of: {allowed}")
    if action.state is not ActionState.PENDING:
        return action
    await office.cases.acknowledge(action.id, outcome, at)
    await office.cases.set_item(action.item_id, _NOW[action.kind, outcome], at)
    ids = {"case": case.id, "item": action.item_id}
    record = Record("action.acknowledged", action.id, at, ids, {"outcome": outcome.value})
    office.log.append(record)
    await settle(await office.cases.case(case.id), at, office)
    return action

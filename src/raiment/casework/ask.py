"""Ask the platform to do something about items, once each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from raiment.casework.action import Action, ActionKind, ActionState, next_attempt
from raiment.casework.case import Item
from raiment.casework.storage import Office
from raiment.evidence.record import Record


async def ask(
    kind: ActionKind, case_id: str, items: Sequence[Item], at: datetime, office: Office
) -> tuple[Action, ...]:
    """
    Keep an action of *kind* for each of *items* and queue its delivery.

    An item whose action of this kind still waits for an answer gets no second one; after an answer, a new
    action opens the next round. So asking twice changes nothing, and no removal is asked for double.
    """
    earlier = [action for action in await office.cases.actions(case_id) if action.kind is kind]
    pending = {a.item_id for a in earlier if a.state is ActionState.PENDING}
    rounds = {a.item_id: a.round for a in earlier}
    asked = tuple(
        Action(
            id=office.new_id("act"),
            case_id=case_id,
            item_id=item.id,
            kind=kind,
            round=rounds.get(item.id, 0) + 1,
            state=ActionState.PENDING,
            attempts=0,
            platform_id=item.platform_id,
        )
        for item in items
        if item.id not in pending
    )
    await office.cases.add_actions(asked, at)
    for action in asked:
        ids = {"case": case_id, "item": action.item_id}
        office.log.append(Record(f"action.{kind.value}_asked", action.id, at, ids, {}))
        # A platform that says "done" and then "present" is asked again ever more slowly.
        await office.later.deliver(action.id, next_attempt(action.round - 1, at))
    return asked

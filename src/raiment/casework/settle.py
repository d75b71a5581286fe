"""
Bring a decided case one step nearer to its end: the one place that knows what comes next.

Called after every event that may matter, and again by the worker: each call asks only for what is
still to be asked, so a second call changes nothing.
"""

from __future__ import annotations

from datetime import datetime

from raiment.casework.action import ActionKind, ActionState
from raiment.casework.ask import ask
from raiment.casework.attach import attach
from raiment.casework.case import Case, CaseState, Item, ItemState
from raiment.casework.decision import VERIFIED_ABSENCE
from raiment.casework.storage import Office
from raiment.evidence.record import Record
from raiment.policy.regime import Stop


async def settle(case: Case, at: datetime, office: Office) -> None:
    """
    Ask for the removals and verifications that are due; close what is done.

    The caller has called ``hold_copies_still`` before it read *case*.
    """
    if case.state is CaseState.REMOVING:
        await _remove_everywhere(case, at, office)
    elif case.state is CaseState.RESTORING:
        await _close_when_restored(case, at, office)


async def _remove_everywhere(case: Case, at: datetime, office: Office) -> None:
    # The fresh lookup: what was uploaded since is removed like the rest (OSA s.10(3A)(b),
    # "the same, or substantially the same"; TAKE IT DOWN Act, "known identical copies").
    copies = await office.cases.copies(case.reported_ids, case.content_ids)
    fresh = await attach(case, copies, at, office)
    items = (*case.items, *fresh)
    standing = [item for item in items if item.state in {ItemState.LISTED, ItemState.HIDDEN}]
    await ask(ActionKind.REMOVE, case.id, standing, at, office)
    removed = [item for item in items if item.state is ItemState.REMOVED]
    await ask(ActionKind.VERIFY, case.id, removed, at, office)
    if items and all(item.state is ItemState.ABSENT for item in items):
        await stop_clocks(case, Stop.ABSENCE_VERIFIED, VERIFIED_ABSENCE, at, office)
        await _close(case, at, office)


async def _close_when_restored(case: Case, at: datetime, office: Office) -> None:
    pending = [a for a in await office.cases.actions(case.id) if a.state is ActionState.PENDING]
    if not pending:
        await _close(case, at, office)


async def stop_clocks(case: Case, stop: Stop, ground: str, at: datetime, office: Office) -> None:
    """Stop those of the case's clocks that *stop* stops, and record on which *ground*."""
    stopped = await office.cases.stop_clocks(case.id, stop, ground, at)
    if stopped:
        facts = {"stop": stop.value, "ground": ground, "clocks": stopped}
        office.log.append(Record("deadline.stopped", case.id, at, {}, facts))


async def _close(case: Case, at: datetime, office: Office) -> None:
    await office.cases.close_case(case.id, at)
    office.log.append(Record("case.closed", case.id, at, {}, {"items": _states(case.items)}))


def _states(items: tuple[Item, ...]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for item in items:
        counts[item.state.value] = counts.get(item.state.value, 0) + 1
    return counts

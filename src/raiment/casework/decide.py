"""Decide a case: an attributed determination, the actions that follow, the clocks that stop."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from raiment.casework.action import ActionKind, ActionState
from raiment.casework.ask import ask
from raiment.casework.case import Case, CaseState, ItemState
from raiment.casework.decision import MOST_REASON, STOP_GROUNDS, Decision, Outcome
from raiment.casework.settle import settle, stop_clocks
from raiment.casework.storage import Office
from raiment.errors import Conflict, InvalidInput
from raiment.evidence.record import Record
from raiment.policy.regime import Stop


@dataclass(frozen=True, slots=True)
class Choice:
    """What a reviewer chose, on the case as shown at *case_version*."""

    case_id: str
    case_version: int
    outcome: Outcome
    reason: str


async def decide(choice: Choice, account_id: str, at: datetime, office: Office) -> Decision:
    """
    Keep the decision and do what it entails.

    Raise Conflict where the case moved on since it was shown, where it waits for a second pair of
    eyes and these are the first, or where there is nothing to remove.
    """
    if len(choice.reason) > MOST_REASON:
        raise InvalidInput("reason", f"at most {MOST_REASON} characters")
    # INVARIANT: this lock comes before the case's, here as everywhere, so nothing can deadlock.
    await office.cases.hold_copies_still()
    case = await office.cases.case(choice.case_id)
    await _refuse(case, choice, account_id, office)
    decision = Decision(
        id=office.new_id("dec"),
        case_id=case.id,
        case_version=case.version,
        outcome=choice.outcome,
        reason=choice.reason,
        decided_by=account_id,
        decided_at=at,
    )
    await office.cases.add_decision(decision)
    ids = {"case": case.id, "account": account_id}
    facts = {"outcome": choice.outcome.value, "reason": choice.reason}
    office.log.append(Record("decision.created", decision.id, at, ids, facts))
    await _carry_out(replace(case, version=case.version + 1), choice.outcome, at, office)
    return decision


async def _refuse(case: Case, choice: Choice, account_id: str, office: Office) -> None:
    if case.version != choice.case_version or case.state is not CaseState.OPEN:
        raise Conflict("the case has been decided since it was shown")
    if case.second_look and await office.cases.second_looker(case.id) == account_id:
        raise Conflict("somebody else has to take the second look")
    if choice.outcome is Outcome.REMOVE and not case.items:
        raise Conflict("no content has been located yet, so there is nothing to remove")
    if choice.outcome is Outcome.NOT_SUBJECT and not await office.cases.claims_subject(case.id):
        # A stranger may notify (DSA Art. 16): their not being the subject decides nothing.
        raise InvalidInput("outcome", "no report of this case claims to come from the subject")


async def _carry_out(case: Case, outcome: Outcome, at: datetime, office: Office) -> None:
    if outcome is Outcome.SECOND_LOOK:
        await office.cases.change_case(replace(case, second_look=True))
        return
    # The reporter's page shows the decision from this commit on.
    await stop_clocks(case, Stop.DECISION_SENT, "decision shown to the reporter", at, office)
    if outcome is Outcome.REMOVE:
        await _remove(replace(case, state=CaseState.REMOVING), at, office)
    else:
        await _restore(replace(case, state=CaseState.RESTORING), outcome, at, office)


async def _remove(case: Case, at: datetime, office: Office) -> None:
    await office.cases.change_case(case)
    await office.cases.supersede(case.id, [ActionKind.HIDE])
    banked = await office.banks.confirm_images(case.id, case.content_ids, at)
    office.log.append(Record("bank.images_confirmed", case.id, at, {}, {"signals": banked}))
    await settle(case, at, office)


async def _restore(case: Case, outcome: Outcome, at: datetime, office: Office) -> None:
    await office.cases.change_case(case)
    # A hide that was sent but not yet acknowledged may still arrive: restoring covers it too.
    hidden = {
        action.item_id
        for action in await office.cases.actions(case.id)
        if action.kind is ActionKind.HIDE and action.state is not ActionState.SUPERSEDED
    }
    await office.cases.supersede(case.id, [ActionKind.HIDE])
    await office.banks.clear_images(case.id, at)
    await stop_clocks(case, Stop.GROUND_RECORDED, STOP_GROUNDS[outcome], at, office)
    restore = [i for i in case.items if i.id in hidden and i.state is not ItemState.ABSENT]
    await ask(ActionKind.RESTORE, case.id, restore, at, office)
    await settle(case, at, office)

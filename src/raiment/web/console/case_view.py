"""A case as a reviewer needs it: places, what the platform answered, whether one may decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from raiment.adapters.postgres.accounts import Session
from raiment.adapters.postgres.desk import CasePage
from raiment.adapters.postgres.types import AnyRow, Rows
from raiment.casework.action import ActionState
from raiment.casework.case import CaseState, FoundBy
from raiment.casework.decision import Outcome
from raiment.web.console.clock_face import Face, clock_face, face
from raiment.web.console.permissions import may, to_decide
from raiment.web.console.words import ACTION_STATES, ANSWERS, FOUND_BY, ITEM_STATES, KINDS, VIEWS


@dataclass(frozen=True, slots=True)
class Asked:
    """One action: what was asked, and what came of it."""

    what: str
    state: str
    tone: str
    at: datetime
    attempts: int
    last_answer: str


@dataclass(frozen=True, slots=True)
class Place:
    """One place where the image is."""

    id: str
    name: str
    address: str
    uploader: str
    found: str
    state: str
    tone: str
    asked: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class CaseView:
    """What the page shows, beyond the rows themselves."""

    places: tuple[Place, ...]
    clocks: tuple[tuple[AnyRow, Face], ...]
    soonest: Face | None
    """The clock that is due first, None where none runs any more."""
    waiting: int
    """Actions that have no answer yet: while there are any, the page looks again."""
    closed_to_me: str
    """Why the person signed in cannot decide now; empty where they can."""


def case_view(page: CasePage, session: Session, now: datetime) -> CaseView:
    """Return the view of *page* for the person signed in."""
    running = [clock.due_at for clock in page.clocks if clock.stopped_at is None]
    running_first = sorted(page.clocks, key=lambda clock: clock.stopped_at is not None)
    reported_first = sorted(page.items, key=lambda item: item.found_by != FoundBy.REPORTED)
    return CaseView(
        places=tuple(_place(item, page.actions) for item in reported_first),
        soonest=face(min(running), now) if running else None,
        clocks=tuple((clock, clock_face(clock, now)) for clock in running_first),
        waiting=sum(action.state == ActionState.PENDING for action in page.actions),
        closed_to_me=why_not(page, session, now),
    )


def why_not(page: CasePage, session: Session, now: datetime) -> str:
    """Return why the person signed in cannot decide the case now, empty where they can."""
    case = page.case
    if case.state != CaseState.OPEN:
        return "This case has been decided."
    if not may(session.role, to_decide(child=case.child)):
        return "This case may concern a child: a lead decides it."
    if case.second_look and _second_looker(page.decisions) == session.account_id:
        return "You asked for a second look: somebody else takes it."
    if case.claimed_by not in {None, session.account_id} and case.claim_expires_at > now:
        return f"{case.claimed_name} has this case until {case.claim_expires_at:%H:%M} UTC."
    return ""


def ids_of(page: CasePage) -> Sequence[str]:
    """Return the ids of everything in the case, for its history."""
    parts = (page.reports, page.items, page.clocks, page.decisions, page.actions)
    return [page.case.id, *(row.id for rows in parts for row in rows)]


def _second_looker(decisions: Rows) -> str | None:
    asked = [d.decided_by for d in decisions if d.outcome == Outcome.SECOND_LOOK]
    return asked[-1] if asked else None


def _place(item: AnyRow, actions: Rows) -> Place:
    state, tone = ITEM_STATES[item.state]
    return Place(
        id=item.id,
        name=item.platform_id or "a location only",
        address=item.content_location or item.location or "",
        uploader=item.uploader or "",
        found=found_words(item.found_by, item.distance, item.view),
        state=state,
        tone=tone,
        asked=tuple(_asked(action) for action in actions if action.item_id == item.id),
    )


def found_words(found_by: str, distance: int | None, view: str | None) -> str:
    """Return how it was found; of a likeness, in what disguise, and how far apart (PDQ, of 256 bits)."""
    words = FOUND_BY.get(found_by, found_by)
    if found_by != FoundBy.PDQ:
        return words
    disguise = VIEWS.get(view or "", "")
    return ", ".join(filter(None, (words, disguise))) + f" ({distance} of 256 bits differ)"


def _asked(action: AnyRow) -> Asked:
    answered = action.outcome is not None
    return Asked(
        what=KINDS[action.kind],
        state=ANSWERS[action.outcome] if answered else ACTION_STATES[action.state],
        tone="good" if answered else "warn" if action.state == ActionState.PENDING else "soft",
        at=action.acknowledged_at or action.created_at,
        attempts=action.attempts,
        last_answer="" if answered else action.last_answer or "",
    )

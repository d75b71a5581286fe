"""Where a report stands, in the reporter's words: no reviewer, no other reporter, no other place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from raiment.adapters.postgres.desk import ReportPage
from raiment.adapters.postgres.types import AnyRow, Rows
from raiment.casework.case import CaseState, ItemState
from raiment.casework.decision import Outcome
from raiment.policy.regime import Basis, Regime
from raiment.web.public.words import (
    CLOCKS,
    DECISIONS,
    LAWS_LIMIT,
    MISSING,
    OWN_TARGET,
    PLACES,
    REDRESS,
    VISIBLE,
)

_HIDDEN = {ItemState.HIDDEN, ItemState.REMOVED, ItemState.ABSENT}
_REMOVED = {ItemState.REMOVED, ItemState.ABSENT}


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of the way; *done* may be partly true, which *text* then counts."""

    title: str
    text: str
    done: bool
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be done by when, and why then; laws that ask for the same at once stand together."""

    what: str
    grounds: tuple[str, ...]
    by: datetime
    done_at: datetime | None
    late: bool


@dataclass(frozen=True, slots=True)
class Lacking:
    """What one law's notice still lacks."""

    law: str
    things: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A place that the reporter named, and how it is there."""

    name: str
    state: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything that the receipt and the case page show."""

    reference: str
    received_at: datetime
    child: bool
    steps: tuple[Step, ...]
    dues: tuple[Due, ...]
    places: tuple[Place, ...]
    more_copies: int
    decision: str
    redress: tuple[str, ...]
    satisfied: tuple[str, ...]
    lacking: tuple[Lacking, ...]


def standing_of(page: ReportPage, regimes: Sequence[Regime], now: datetime) -> Standing:
    """Return where the report of *page* stands at *now*."""
    titles = {regime.id: f"{regime.title} ({regime.jurisdiction})" for regime in regimes}
    decision = _decision(page.decisions)
    places = _own_places(page)
    missing: dict[str, list[str]] = page.report.missing
    return Standing(
        reference=page.report.reference,
        received_at=page.report.received_at,
        child=page.report.child,
        steps=_steps(page, decision),
        dues=_dues(page.clocks, titles, now),
        places=places,
        more_copies=len(page.items) - len(places),
        decision="" if decision is None else DECISIONS[decision.outcome],
        redress=() if decision is None else _redress(page.clocks),
        satisfied=tuple(titles.get(law, law) for law in page.report.regimes_satisfied),
        lacking=tuple(
            Lacking(titles.get(law, law), tuple(MISSING.get(thing, thing) for thing in things))
            for law, things in missing.items()
        ),
    )


def _decision(decisions: Rows) -> AnyRow | None:
    final = [d for d in decisions if d.outcome != Outcome.SECOND_LOOK]
    return final[-1] if final else None


def _steps(page: ReportPage, decision: AnyRow | None) -> tuple[Step, ...]:
    received = Step("Received", "We have your report.", True, page.report.received_at)
    if decision is None:
        return (received, _hidden(page.items), _waiting(page), _to_remove())
    decided = Step("Decided", "A person has looked at it.", True, decision.decided_at)
    if decision.outcome == Outcome.REMOVE:
        return (received, _kept_hidden(page.items), decided, *_removal(page))
    over = page.case.state == CaseState.CLOSED
    text = (
        "What we had hidden is visible again." if over else "What we had hidden is being restored."
    )
    return (received, decided, Step("Closed", text, over, page.case.closed_at))


def _hidden(items: Rows) -> Step:
    if not items:
        return Step("Hidden", "We do not yet know where it is, so nothing is hidden yet.", False)
    count = sum(item.state in _HIDDEN for item in items)
    return Step("Hidden", _counted(count, len(items), "hidden"), count == len(items))


def _kept_hidden(items: Rows) -> Step:
    """Say what is hidden until it is removed: what the platform found there again is not."""
    visible = sum(item.state not in _HIDDEN for item in items)
    if not visible:
        return _hidden(items)
    if len(items) == 1:
        text = "As far as we know it is visible. We have asked for its removal, and ask again."
    else:
        text = (
            f"{len(items) - visible} of {len(items)} places hidden. The rest is visible, as far as we "
            "know; we have asked for its removal, and ask again."
        )
    return Step("Hidden", text, False)


def _waiting(page: ReportPage) -> Step:
    second = "A second person is looking at it." if page.case.second_look else ""
    return Step(
        "Decided", second or "A person will look at it. You do not have to wait here.", False
    )


def _to_remove() -> Step:
    return Step("Removed", "If the decision is to remove it: every copy, and then we check.", False)


def _removal(page: ReportPage) -> tuple[Step, Step]:
    total = len(page.items)
    removed = sum(item.state in _REMOVED for item in page.items)
    absent = sum(item.state == ItemState.ABSENT for item in page.items)
    closed = page.case.state == CaseState.CLOSED
    checked = (
        "We asked again, and it is no longer there." if closed else "After removal we ask again."
    )
    return (
        Step("Removed", _counted(removed, total, "removed"), removed == total > 0),
        Step(
            "Checked",
            checked if closed or not absent else _counted(absent, total, "checked to be gone"),
            closed,
            page.case.closed_at,
        ),
    )


def _counted(count: int, total: int, what: str) -> str:
    if total == 1:
        return f"It is {what}." if count else f"It is not {what} yet; we have asked for it."
    return f"{count} of {total} places {what}."


def _dues(clocks: Rows, titles: dict[str, str], now: datetime) -> tuple[Due, ...]:
    alike: dict[tuple[object, ...], list[AnyRow]] = {}
    for clock in clocks:
        what = CLOCKS.get((clock.regime, clock.clock), clock.clock)
        alike.setdefault((what, clock.due_at, clock.stopped_at), []).append(clock)
    return tuple(
        Due(
            what=CLOCKS.get((first.regime, first.clock), first.clock),
            grounds=tuple(_ground(clock, titles) for clock in (first, *others)),
            by=first.due_at,
            done_at=first.stopped_at,
            late=(first.stopped_at or now) > first.due_at,
        )
        for first, *others in alike.values()
    )


def _ground(clock: AnyRow, titles: dict[str, str]) -> str:
    why = LAWS_LIMIT if clock.basis == Basis.LAW else OWN_TARGET
    return f"{titles.get(clock.regime, clock.regime)}: {clock.citation}; {why}."


def _own_places(page: ReportPage) -> tuple[Place, ...]:
    """Return the places this report named: those of other reports are nobody else's business."""
    answers = page.report.answers
    named = {*answers["locations"], *answers["content_ids"]}
    return tuple(
        Place(
            name, VISIBLE[page.case.state] if item.state == ItemState.LISTED else PLACES[item.state]
        )
        for item in page.items
        for name in [next((n for n in _names(item) if n in named), None)]
        if name is not None
    )


def _names(item: AnyRow) -> tuple[str | None, ...]:
    return (item.location, item.content_location, item.platform_id)


def _redress(clocks: Rows) -> tuple[str, ...]:
    laws = dict.fromkeys(clock.regime for clock in clocks)
    return tuple(REDRESS[law] for law in laws if law in REDRESS)

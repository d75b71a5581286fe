"""
Receive a report: case, clocks, hide actions and log entries in one transaction.

Hide first, decide after. The clock starts at first receipt by any route (OSA s.10(3A), TAKE IT
DOWN Act s.3), so a later report of the same image joins the case and moves no clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from raiment.casework.action import ActionKind
from raiment.casework.ask import ask
from raiment.casework.attach import attach_image
from raiment.casework.case import Case, CaseState, FoundBy, Item, ItemState
from raiment.casework.concern_child import concern_child
from raiment.casework.report import Receipt, Relation, Report, ReportDraft
from raiment.casework.settle import settle, stop_clocks
from raiment.casework.storage import Clock, Copy, Office
from raiment.casework.watch import moments
from raiment.evidence.canonical import JSON
from raiment.evidence.record import Record
from raiment.policy.regime import (
    Regime,
    Stop,
    deadlines_for,
    regimes_applying,
    regimes_satisfied,
    still_missing,
)


@dataclass(frozen=True, slots=True)
class Credentials:
    """With what the reporter follows the case: made by the edge, the secret kept as a digest."""

    reference: str
    secret: str


async def receive_report(
    draft: ReportDraft,
    credentials: Credentials,
    received_at: datetime,
    regimes: Sequence[Regime],
    office: Office,
) -> Receipt:
    """Keep the report and start all that must start; *received_at* is when the edge took it."""
    await office.cases.hold_copies_still()
    located = await office.cases.located(draft.content_ids, draft.locations)
    listed = await office.banks.on_child_list([copy.content_id for copy in located])
    case = await _case_of(draft, located, received_at, office)
    if listed:
        case = await concern_child(case, received_at, office)
    report = _report(draft, case, credentials, received_at, regimes, office)
    await office.cases.add_report(report, sha256(credentials.secret.encode()).digest())
    office.log.append(_record(report))
    await _start_clocks(case, received_at, regimes_applying(regimes, draft.fields), office)
    # The receipt is the answer to this very call: reference and secret, shown at once.
    await stop_clocks(case, Stop.RECEIPT_SENT, "receipt given on the page", received_at, office)
    items = await _list(case, draft, located, received_at, office)
    if case.state is CaseState.OPEN:
        await ask(ActionKind.HIDE, case.id, items, received_at, office)
    await settle(await office.cases.case(case.id), received_at, office)
    return Receipt(
        report.id,
        case.id,
        report.reference,
        received_at,
        report.regimes_satisfied,
        report.missing,
    )


def severity(draft: ReportDraft) -> int:
    """Return 3 for a child or danger, 2 where the person depicted is a party, else 1."""
    if draft.child or draft.danger:
        return 3
    return 1 if draft.relation is Relation.SOMEONE_ELSE else 2


async def _case_of(
    draft: ReportDraft, located: Sequence[Copy], at: datetime, office: Office
) -> Case:
    found = await office.cases.open_case_of([c.content_id for c in located], draft.locations)
    if found is not None:
        return await _join(found, draft, office)
    case = Case(
        id=office.new_id("case"),
        state=CaseState.OPEN,
        severity=severity(draft),
        child=draft.child,
        version=1,
        second_look=False,
        opened_at=at,
        items=(),
    )
    await office.cases.add_case(case)
    office.log.append(Record("case.opened", case.id, at, {}, {"severity": case.severity}))
    return case


async def _join(case: Case, draft: ReportDraft, office: Office) -> Case:
    joined = replace(
        case, severity=max(case.severity, severity(draft)), child=case.child or draft.child
    )
    if joined != case:
        await office.cases.change_case(joined)
    return joined


def _report(
    draft: ReportDraft,
    case: Case,
    credentials: Credentials,
    received_at: datetime,
    regimes: Sequence[Regime],
    office: Office,
) -> Report:
    missing = still_missing(regimes, draft.fields)
    return Report(
        id=office.new_id("rpt"),
        case_id=case.id,
        reference=credentials.reference,
        draft=draft,
        received_at=received_at,
        regimes_satisfied=regimes_satisfied(regimes, draft.fields),
        missing={name: tuple(item.id for item in lacking) for name, lacking in missing.items()},
    )


def _record(report: Report) -> Record:
    facts: dict[str, JSON] = {
        "route": report.draft.route,
        "regimes_satisfied": list(report.regimes_satisfied),
        "relation": report.draft.relation.value,
        "locations": list(report.draft.locations),
        "child": report.draft.child,
    }
    return Record("report.received", report.id, report.received_at, {"case": report.case_id}, facts)


async def _start_clocks(
    case: Case, received_at: datetime, regimes: Sequence[Regime], office: Office
) -> None:
    clocks = [
        Clock(office.new_id("clk"), case.id, deadline)
        for deadline in deadlines_for(regimes, received_at)
    ]
    for clock in await office.cases.start_clocks(clocks):
        deadline = clock.deadline
        facts = {
            "regime": deadline.regime,
            "clock": deadline.clock,
            "due": deadline.due.isoformat(),
        }
        office.log.append(
            Record("deadline.started", clock.id, received_at, {"case": case.id}, facts)
        )
        for moment in moments(deadline):
            await office.later.watch(clock.id, moment)


async def _list(
    case: Case, draft: ReportDraft, located: Sequence[Copy], at: datetime, office: Office
) -> tuple[Item, ...]:
    """Attach what the report names, all registered copies of it, and who made it."""
    items = await attach_image(case, located, at, office)
    known = {item.location for item in case.items}
    unlocated = await office.cases.unregistered(draft.locations)
    bare = tuple(
        Item(office.new_id("item"), None, None, place, FoundBy.REPORTED, None, ItemState.LISTED)
        for place in dict.fromkeys(unlocated)
        if place not in known
    )
    await office.cases.add_items(case.id, bare, at)
    return (*items, *bare)

"""``casework.storage.Cases`` in PostgreSQL: cases, reports, items, clocks and decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Table, and_, any_, insert, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from raiment.adapters.postgres.actions import PostgresActions
from raiment.adapters.postgres.copies import copies_of, origins_of
from raiment.adapters.postgres.similar import PictureIndex, Similar, find_similar, signals_of
from raiment.adapters.postgres.tables import (
    case_items,
    case_releases,
    cases,
    contents,
    deadlines,
    decisions,
    releases,
    reporters,
    reports,
)
from raiment.adapters.postgres.types import AnyRow
from raiment.casework.case import Case, CaseState, FoundBy, Item, ItemState
from raiment.casework.decision import Decision, Outcome
from raiment.casework.report import FORM_VERSION, Relation, Report
from raiment.casework.storage import Clock, Copy, Origin
from raiment.errors import NotFound
from raiment.matching.view import View
from raiment.policy.regime import Alarm, Basis, Deadline, Stop

COPIES_LOCK = 0x7261696D656E7402
"""Held shared by whoever registers content, alone by whoever searches for every copy."""

_CONTENT_STATE = {
    ItemState.HIDDEN: "hidden",
    ItemState.REMOVED: "removed",
    ItemState.ABSENT: "removed",
    ItemState.RESTORED: "visible",
    ItemState.LISTED: "visible",
}

_AT_WORK = (CaseState.OPEN.value, CaseState.REMOVING.value)


@dataclass(frozen=True, slots=True)
class PostgresCases(PostgresActions):
    """Cases on one connection."""

    index: PictureIndex | None = None
    """None: every picture is compared."""

    async def hold_copies_still(self) -> None:
        """Until the commit, let no upload be registered and no other report be received."""
        lock = text("select pg_advisory_xact_lock(:lock)")
        await self.connection.execute(lock, {"lock": COPIES_LOCK})

    async def located(self, content_ids: Sequence[str], locations: Sequence[str]) -> Sequence[Copy]:
        """Return the registered content with these platform ids or at these addresses."""
        found = or_(
            contents.c.platform_id.in_([*content_ids, *locations]),
            contents.c.location.in_(locations),
        )
        columns = (contents.c.id, contents.c.platform_id)
        rows = await self.connection.execute(select(*columns).where(found).order_by(contents.c.id))
        return [Copy(row.id, row.platform_id, FoundBy.REPORTED) for row in rows]

    async def unregistered(self, locations: Sequence[str]) -> Sequence[str]:
        """Return those of *locations* at which no registered content stands."""
        known = or_(contents.c.location.in_(locations), contents.c.platform_id.in_(locations))
        query = select(contents.c.location, contents.c.platform_id).where(known)
        taken = {name for row in await self.connection.execute(query) for name in row}
        return [location for location in locations if location not in taken]

    async def copies(self, content_ids: Sequence[str], found: Sequence[str] = ()) -> Sequence[Copy]:
        """Return all other registered content that shows their image; that of *found* as a whole."""
        similar = await self._similar_to(contents, content_ids, found)
        return copies_of(similar, {*content_ids, *found})

    async def origins(self, content_ids: Sequence[str]) -> Sequence[Origin]:
        """Return the releases that show the same image as *content_ids*."""
        return origins_of(await self._similar_to(releases, content_ids))

    async def fetchable(self, content_ids: Sequence[str]) -> Sequence[str]:
        """Return those of *content_ids* whose picture the platform hands out."""
        query = select(contents.c.id).where(
            contents.c.id.in_(content_ids), contents.c.media_url.is_not(None)
        )
        return (await self.connection.execute(query.order_by(contents.c.id))).scalars().all()

    async def _similar_to(
        self, table: Table, content_ids: Sequence[str], found: Sequence[str] = ()
    ) -> list[Similar]:
        wanted = contents.c.id.in_([*content_ids, *found])
        subjects = await self.connection.execute(
            select(contents).where(wanted).order_by(contents.c.id)
        )
        # What stands beside the image in a copy would lead on to whatever shows that, without end.
        signals = [
            signals_of(subject) if subject.id in content_ids else signals_of(subject).whole()
            for subject in subjects
        ]
        return await find_similar(self.connection, table, signals, self.index)

    async def open_case_of(
        self, content_ids: Sequence[str], locations: Sequence[str]
    ) -> Case | None:
        """Return, locked, the oldest case, open or removing, that holds any of these."""
        holds = or_(case_items.c.content_id.in_(content_ids), case_items.c.location.in_(locations))
        query = (
            select(cases.c.id)
            .join(case_items)
            .where(holds, cases.c.state.in_(_AT_WORK))
            .order_by(cases.c.opened_at, cases.c.id)
            .limit(1)
        )
        case_id = (await self.connection.execute(query)).scalar_one_or_none()
        return None if case_id is None else await self.case(case_id)

    async def at_work(self, case_ids: Sequence[str], locations: Sequence[str]) -> Sequence[str]:
        """Return the cases, open or removing, among *case_ids* or that name one of *locations*."""
        naming = select(case_items.c.case_id).where(case_items.c.location.in_(locations))
        wanted = or_(cases.c.id.in_(case_ids), cases.c.id.in_(naming))
        query = select(cases.c.id).where(wanted, cases.c.state.in_(_AT_WORK)).order_by(cases.c.id)
        return (await self.connection.execute(query)).scalars().all()

    async def case(self, case_id: str) -> Case:
        """Return the case, locked until the commit. NotFound where there is none."""
        query = select(cases).where(cases.c.id == case_id).with_for_update()
        row = (await self.connection.execute(query)).one_or_none()
        if row is None:
            raise NotFound("case")
        return Case(
            id=row.id,
            state=CaseState(row.state),
            severity=row.severity,
            child=row.child,
            version=row.version,
            second_look=row.second_look,
            opened_at=row.opened_at,
            items=await self.items(case_id),
        )

    async def items(self, case_id: str) -> tuple[Item, ...]:
        """Return the items of the case in the order they were found."""
        query = (
            select(case_items, contents.c.platform_id)
            .outerjoin(contents)
            .where(case_items.c.case_id == case_id)
            .order_by(case_items.c.added_at, case_items.c.id)
        )
        return tuple(_item(row) for row in await self.connection.execute(query))

    async def add_case(self, case: Case) -> None:
        """Keep a new case (without its items)."""
        values = {"id": case.id, "opened_at": case.opened_at, **_changeable(case)}
        await self.connection.execute(insert(cases).values(values))

    async def change_case(self, case: Case) -> None:
        """Keep state, version, severity, child and second look; a new version ends any claim."""
        free = {"claimed_by": None, "claim_expires_at": None}
        moved_on = and_(cases.c.id == case.id, cases.c.version != case.version)
        await self.connection.execute(update(cases).where(moved_on).values(free))
        await self.connection.execute(
            update(cases).where(cases.c.id == case.id).values(_changeable(case))
        )

    async def claims_subject(self, case_id: str) -> bool:
        """Tell whether a report of the case claims to come from the subject or for them."""
        stranger = reports.c.answers["relation"].astext == Relation.SOMEONE_ELSE.value
        query = select(reports.c.id).where(reports.c.case_id == case_id, ~stranger).limit(1)
        return (await self.connection.execute(query)).one_or_none() is not None

    async def close_case(self, case_id: str, at: datetime) -> None:
        """Mark the case closed."""
        values = {"state": CaseState.CLOSED.value, "closed_at": at}
        await self.connection.execute(update(cases).where(cases.c.id == case_id).values(values))

    async def add_report(self, report: Report, secret_sha256: bytes) -> None:
        """Keep the report, and the reporter apart from it."""
        draft = report.draft
        answers = {
            "relation": draft.relation.value,
            "locations": draft.locations,
            "content_ids": draft.content_ids,
            "shows": draft.shows,
            "declarations": sorted(draft.declarations),
            "why": draft.why,
            "minor": draft.minor.value,
            "danger": draft.danger,
            "ai_made": draft.ai_made,
            "share_hash": draft.share_hash,
            "language": draft.language,
            "country": draft.country,
        }
        values = {
            "id": report.id,
            "case_id": report.case_id,
            "reference": report.reference,
            "secret_sha256": secret_sha256,
            "route": draft.route,
            "form_version": FORM_VERSION,
            "answers": answers,
            "regimes_satisfied": list(report.regimes_satisfied),
            "missing": {name: list(items) for name, items in report.missing.items()},
            "child": draft.child,
            "received_at": report.received_at,
        }
        await self.connection.execute(insert(reports).values(values))
        who = draft.reporter
        contact = {"name": who.name, "contact": who.contact, "signature": who.signature}
        await self.connection.execute(insert(reporters).values(report_id=report.id, **contact))

    async def add_items(self, case_id: str, items: Sequence[Item], at: datetime) -> None:
        """Keep new items."""
        rows = [
            {
                "id": item.id,
                "case_id": case_id,
                "content_id": item.content_id,
                "location": item.location,
                "found_by": item.found_by.value,
                "distance": item.distance,
                "view": None if item.view is None else item.view.value,
                "state": item.state.value,
                "added_at": at,
            }
            for item in items
        ]
        if rows:
            await self.connection.execute(insert(case_items), rows)

    async def set_item(self, item_id: str, state: ItemState, at: datetime) -> None:
        """Set an item's state, and the matching state of its content."""
        verified = {"verified_at": at} if state is ItemState.ABSENT else {}
        content_id = await self.connection.scalar(
            update(case_items)
            .where(case_items.c.id == item_id)
            .values(state=state.value, **verified)
            .returning(case_items.c.content_id)
        )
        if content_id is not None:
            await self.connection.execute(
                update(contents)
                .where(contents.c.id == content_id)
                .values(state=_CONTENT_STATE[state])
            )

    async def add_origins(self, case_id: str, origins: Sequence[Origin]) -> None:
        """Keep which releases show the image; known ones are left as they are."""
        for origin in origins:
            values = {
                "case_id": case_id,
                "release_id": origin.release_id,
                "found_by": origin.found_by.value,
                "distance": origin.distance,
                "view": origin.view.value,
            }
            await self.connection.execute(
                upsert(case_releases).values(values).on_conflict_do_nothing()
            )

    async def start_clocks(self, clocks: Sequence[Clock]) -> Sequence[Clock]:
        """Keep clocks; one that runs already keeps its earlier start. Return those that are new."""
        started = []
        for clock in clocks:
            result = await self.connection.execute(
                upsert(deadlines)
                .values({"id": clock.id, "case_id": clock.case_id, **_columns(clock.deadline)})
                .on_conflict_do_nothing()
            )
            if result.rowcount:
                started.append(clock)
        return started

    async def stop_clocks(self, case_id: str, stop: Stop, ground: str, at: datetime) -> int:
        """Stop the clocks that run and that *stop* stops; return how many that were."""
        running = and_(
            deadlines.c.case_id == case_id,
            deadlines.c.stopped_at.is_(None),
            any_(deadlines.c.stops) == stop.value,
        )
        result = await self.connection.execute(
            update(deadlines).where(running).values(stopped_at=at, stop_ground=ground)
        )
        return result.rowcount

    async def clock(self, clock_id: str) -> tuple[Clock, int] | None:
        """Return the clock, locked, and how many alarms it gave; None where it has stopped."""
        query = (
            select(deadlines)
            .where(deadlines.c.id == clock_id, deadlines.c.stopped_at.is_(None))
            .with_for_update()
        )
        row = (await self.connection.execute(query)).one_or_none()
        if row is None:
            return None
        return Clock(row.id, row.case_id, deadline_of(row)), row.alarmed

    async def set_alarmed(self, clock_id: str, count: int) -> None:
        """Remember how many alarms have been given."""
        await self.connection.execute(
            update(deadlines).where(deadlines.c.id == clock_id).values(alarmed=count)
        )

    async def add_decision(self, decision: Decision) -> None:
        """Keep a decision."""
        values = {
            "id": decision.id,
            "case_id": decision.case_id,
            "case_version": decision.case_version,
            "outcome": decision.outcome.value,
            "reason": decision.reason,
            "decided_by": decision.decided_by,
            "decided_at": decision.decided_at,
        }
        await self.connection.execute(insert(decisions).values(values))

    async def second_looker(self, case_id: str) -> str | None:
        """Return who asked for the latest second look, None where nobody did."""
        query = (
            select(decisions.c.decided_by)
            .where(
                decisions.c.case_id == case_id,
                decisions.c.outcome == Outcome.SECOND_LOOK.value,
            )
            .order_by(decisions.c.case_version.desc())
            .limit(1)
        )
        return (await self.connection.execute(query)).scalar_one_or_none()


def _item(row: AnyRow) -> Item:
    return Item(
        id=row.id,
        content_id=row.content_id,
        platform_id=row.platform_id,
        location=row.location,
        found_by=FoundBy(row.found_by),
        distance=row.distance,
        state=ItemState(row.state),
        view=None if row.view is None else View(row.view),
    )


def _changeable(case: Case) -> dict[str, object]:
    return {
        "state": case.state.value,
        "version": case.version,
        "severity": case.severity,
        "child": case.child,
        "second_look": case.second_look,
    }


def _columns(deadline: Deadline) -> dict[str, object]:
    return {
        "regime": deadline.regime,
        "clock": deadline.clock,
        "citation": deadline.citation,
        "basis": deadline.basis.value,
        "starts_at": deadline.started,
        "due_at": deadline.due,
        "alarms": [{"percent": a.percent, "at": a.at.isoformat()} for a in deadline.alarms],
        "stops": [stop.value for stop in deadline.stops],
    }


def deadline_of(row: AnyRow) -> Deadline:
    """Return the deadline a row of ``deadlines`` keeps."""
    alarms = (Alarm(a["percent"], datetime.fromisoformat(a["at"])) for a in row.alarms)
    return Deadline(
        regime=row.regime,
        clock=row.clock,
        citation=row.citation,
        basis=Basis(row.basis),
        started=row.starts_at,
        due=row.due_at,
        alarms=tuple(alarms),
        stops=tuple(Stop(stop) for stop in row.stops),
    )

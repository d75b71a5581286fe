"""What people look at: the queue, a case as a reviewer sees it, a report as its reporter sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from raiment.adapters.postgres.accounts import digest
from raiment.adapters.postgres.tables import (
    accounts,
    actions,
    bank_entries,
    bank_sightings,
    case_items,
    case_releases,
    cases,
    contents,
    deadlines,
    decisions,
    hash_banks,
    releases,
    reports,
    screenings,
)
from raiment.adapters.postgres.types import AnyRow, Rows
from raiment.casework.case import CaseState
from raiment.errors import Conflict, NotFound
from raiment.matching.bank import FLOOD_HOURS

CLAIM = timedelta(minutes=10)
"""How long a claim holds without a sign of life."""


@dataclass(frozen=True, slots=True)
class CasePage:
    """A case with everything a reviewer needs to decide it. No reporter, no picture."""

    case: AnyRow
    reports: Rows
    items: Rows
    origins: Rows
    clocks: Rows
    decisions: Rows
    actions: Rows


@dataclass(frozen=True, slots=True)
class ReportPage:
    """A report as its reporter may see it."""

    report: AnyRow
    case: AnyRow
    items: Rows
    clocks: Rows
    decisions: Rows


@dataclass(frozen=True, slots=True)
class Desk:
    """Reading on one connection, and claiming a case."""

    connection: AsyncConnection

    async def queue(
        self, *, closed: bool = False, state: CaseState | None = None, limit: int = 200
    ) -> Rows:
        """
        Return waiting cases: danger and children first, then by deadline, severity, age.

        *closed*: those that are closed instead, latest first. *state*: only those in this state.

        A report of danger or of a child is due at once (facts of law, 6c: priority 1), so it stands
        before every hour that is still to run.
        """
        due = (
            select(func.min(deadlines.c.due_at))
            .where(deadlines.c.case_id == cases.c.id, deadlines.c.stopped_at.is_(None))
            .scalar_subquery()
            .label("due_at")
        )
        counts = (
            _count(reports, "reports"),
            _count(case_items, "items"),
            _count(actions, "waiting", actions.c.state == "pending"),
        )
        over = cases.c.state == CaseState.CLOSED.value
        columns = (cases, due, *counts, accounts.c.name.label("claimed_name"))
        query = select(*columns).outerjoin(accounts, cases.c.claimed_by == accounts.c.id)
        if closed:
            query = query.where(over).order_by(cases.c.closed_at.desc())
        else:
            urgent = cases.c.severity >= 3  # noqa: PLR2004 - casework.case.Case.severity
            order = (urgent.desc(), due.asc().nulls_last(), cases.c.severity.desc())
            query = query.where(~over).order_by(*order, cases.c.opened_at, cases.c.id)
        if state is not None:
            query = query.where(cases.c.state == state.value)
        return (await self.connection.execute(query.limit(limit))).all()

    async def case_page(self, case_id: str) -> CasePage:
        """Return the case. NotFound where there is none."""
        if "\x00" in case_id:  # PostgreSQL holds no such text, and breaks at the question
            raise NotFound("case")
        query = select(cases, accounts.c.name.label("claimed_name")).outerjoin(
            accounts, cases.c.claimed_by == accounts.c.id
        )
        case = (await self.connection.execute(query.where(cases.c.id == case_id))).one_or_none()
        if case is None:
            raise NotFound("case")
        return CasePage(
            case=case,
            reports=await self._rows(
                select(reports).where(reports.c.case_id == case_id).order_by(reports.c.received_at)
            ),
            items=await self._items(case_id),
            origins=await self._origins(case_id),
            clocks=await self._clocks(case_id),
            decisions=await self._decisions(case_id),
            actions=await self._rows(
                select(actions)
                .where(actions.c.case_id == case_id)
                .order_by(actions.c.created_at, actions.c.id)
            ),
        )

    async def report_page(self, reference: str, secret: str) -> ReportPage:
        """Return the report. NotFound alike for an unknown reference and a wrong secret."""
        query = select(reports).where(
            reports.c.reference == reference, reports.c.secret_sha256 == digest(secret)
        )
        report = (await self.connection.execute(query)).one_or_none()
        if report is None:
            raise NotFound("report with this reference and secret")
        case_id = report.case_id
        return ReportPage(
            report=report,
            case=(await self._rows(select(cases).where(cases.c.id == case_id)))[0],
            items=await self._items(case_id),
            clocks=await self._clocks(case_id),
            decisions=await self._decisions(case_id),
        )

    async def report_of(self, reference: str) -> AnyRow | None:
        """Return the report with this reference, for a repeated submission only."""
        query = select(reports).where(reports.c.reference == reference)
        return (await self.connection.execute(query)).one_or_none()

    async def claim(self, case_id: str, account_id: str, now: datetime) -> None:
        """Give the case to one reviewer for ten minutes. Conflict while another holds it."""
        free = or_(
            cases.c.claimed_by.is_(None),
            cases.c.claimed_by == account_id,
            cases.c.claim_expires_at <= now,
        )
        result = await self.connection.execute(
            update(cases)
            .where(cases.c.id == case_id, cases.c.state == CaseState.OPEN.value, free)
            .values(claimed_by=account_id, claim_expires_at=now + CLAIM)
        )
        if not result.rowcount:
            raise Conflict("another reviewer has this case")

    async def clock_totals(self, now: datetime) -> AnyRow:
        """Return how many clocks run, how many are overdue, and how many actions wait."""
        running = and_(deadlines.c.stopped_at.is_(None))
        late = and_(running, deadlines.c.due_at < now)
        waiting = select(func.count()).where(actions.c.state == "pending").scalar_subquery()
        open_cases = select(func.count()).where(cases.c.state == "open").scalar_subquery()
        query = select(
            func.count().filter(running).label("running"),
            func.count().filter(late).label("overdue"),
            waiting.label("waiting_actions"),
            open_cases.label("open_cases"),
        ).select_from(deadlines)
        return (await self.connection.execute(query)).one()

    async def floods(self, now: datetime, entry_id: str | None = None) -> Rows:
        """
        Return the bank entries about which a lead is asked, or that one of them, the oldest flood first.

        ``uploads`` counts the different pictures that each matched in the hour before *now*.
        """
        seen = (
            bank_sightings.c.entry_id == bank_entries.c.id,
            bank_sightings.c.at > now - timedelta(hours=FLOOD_HOURS),
        )
        counted = select(func.count()).where(*seen).scalar_subquery().label("uploads")
        query = (
            select(bank_entries, hash_banks.c.name.label("bank"), hash_banks.c.kind, counted)
            .join(hash_banks, hash_banks.c.id == bank_entries.c.bank_id)
            .where(
                bank_entries.c.flooded_at.is_not(None), bank_entries.c.flood_settled_at.is_(None)
            )
            .order_by(bank_entries.c.flooded_at, bank_entries.c.number)
        )
        if entry_id is not None:
            if "\x00" in entry_id:  # as above
                return ()
            query = query.where(bank_entries.c.id == entry_id)
        return await self._rows(query)

    async def _items(self, case_id: str) -> Rows:
        known = (
            contents.c.platform_id,
            contents.c.location.label("content_location"),
            contents.c.media_url,
            contents.c.uploader,
            contents.c.state.label("content_state"),
            contents.c.registered_at,
        )
        return await self._rows(
            select(case_items, *known)
            .outerjoin(contents)
            .where(case_items.c.case_id == case_id)
            .order_by(case_items.c.added_at, case_items.c.id)
        )

    async def _origins(self, case_id: str) -> Rows:
        made = (releases.c.released_at, releases.c.actor, releases.c.surface)
        asked = (screenings.c.id.label("screening_id"), screenings.c.at.label("asked_at"))
        return await self._rows(
            select(case_releases, *made, *asked)
            .join(releases, case_releases.c.release_id == releases.c.id)
            .join(screenings, releases.c.screening_id == screenings.c.id)
            .where(case_releases.c.case_id == case_id)
            .order_by(releases.c.released_at)
        )

    async def _clocks(self, case_id: str) -> Rows:
        return await self._rows(
            select(deadlines)
            .where(deadlines.c.case_id == case_id)
            .order_by(deadlines.c.due_at, deadlines.c.regime, deadlines.c.clock)
        )

    async def _decisions(self, case_id: str) -> Rows:
        return await self._rows(
            select(decisions, accounts.c.name.label("decided_name"))
            .join(accounts)
            .where(decisions.c.case_id == case_id)
            .order_by(decisions.c.case_version)
        )

    async def _rows(self, query: Any) -> Rows:
        return (await self.connection.execute(query)).all()


def _count(table: Any, label: str, *conditions: Any) -> Any:
    query = select(func.count()).select_from(table)
    return query.where(table.c.case_id == cases.c.id, *conditions).scalar_subquery().label(label)

"""
A regime: a body of law as data. Its clocks, the report it asks for, the grounds that end a duty.

Nothing here refuses a report. An incomplete one is acted on first and completed after; what is
missing is computed from the regime, so that people are asked only for what the law needs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from raiment.errors import InvalidInput, InvalidPolicy

ALARM_PERCENTS = (50, 75, 90)
"""Shares of a clock's time after which somebody is warned."""


class ReportField(StrEnum):
    """What a report can carry. One form for every regime: fields, ticks and choices by name."""

    IS_SUBJECT = "is_subject"
    """The reporter says: it is me in the picture."""
    ACTS_FOR_SUBJECT = "acts_for_subject"
    """The reporter says: I act for the person in the picture."""
    AUTHORITY_DECLARED = "authority_declared"
    """Who acts for somebody declares the authority; no proof is asked."""
    SOMEONE_ELSE = "someone_else"
    """The reporter is neither the person in the picture nor acting for them."""
    LOCATIONS = "locations"
    """At least one address or description of where it is; imprecise ones count."""
    ON_DEVICE_HASH = "on_device_hash"
    """A hash of the picture, made on the reporter's device."""
    WHAT_IT_SHOWS = "what_it_shows"
    """At least one tick on what it shows. The picture itself is never asked for."""
    DECLARES_INTIMATE = "declares_intimate"
    """The declaration that it is intimate image content."""
    NOT_CONSENSUAL = "not_consensual"
    """The statement that it is there without consent, with a short why."""
    GOOD_FAITH = "good_faith"
    TRUE = "true"
    """True to the best of the reporter's knowledge and belief."""
    ACCURATE_AND_COMPLETE = "accurate_and_complete"
    SIGNATURE = "signature"
    """A typed name is enough."""
    NAME = "name"
    EMAIL = "email"
    CONTACT = "contact"
    """Any way to answer: e-mail, telephone, or the reference with its secret."""
    CONCERNS_CHILD = "concerns_child"
    """Under 18 now or then: yes or unsure."""


class Start(StrEnum):
    """What sets a clock running."""

    REPORT_RECEIVED = "report-received"
    """First receipt by any route."""
    COMPLAINT_RECEIVED = "complaint-received"
    DECISION_MADE = "decision-made"


class Stop(StrEnum):
    """What stops a clock. Nothing pauses one."""

    ABSENCE_VERIFIED = "absence-verified"
    """The content and every known copy were looked for again and are gone."""
    GROUND_RECORDED = "ground-recorded"
    """One of the regime's grounds was recorded, with who concluded it and why."""
    RECEIPT_SENT = "receipt-sent"
    DECISION_SENT = "decision-sent"
    OUTCOME_SENT = "outcome-sent"
    STATEMENT_ACCEPTED = "statement-accepted"
    """The statement of reasons was accepted by the Transparency Database."""


class Basis(StrEnum):
    """Where a limit comes from."""

    LAW = "law"
    TARGET = "target"
    """The law names no hours; these are the operator's own."""


@dataclass(frozen=True)
class Clock:
    """One duty with a time limit, in wall-clock hours."""

    id: str
    citation: str
    about: str
    starts: Start
    limit: timedelta
    basis: Basis
    stops: tuple[Stop, ...]
    """Any one of these stops it."""


@dataclass(frozen=True)
class Requirement:
    """One thing the law asks of a report."""

    id: str
    citation: str
    about: str
    any_of: tuple[tuple[ReportField, ...], ...]
    """Alternatives; one of them, in full, is enough."""

    def lacking(self, given: Collection[ReportField]) -> tuple[ReportField, ...]:
        """Return what the alternative nearest to complete still lacks; empty if it is met."""
        gaps = [tuple(f for f in fields if f not in given) for fields in self.any_of]
        return min(gaps, key=len)


@dataclass(frozen=True)
class Ground:
    """A conclusion which, recorded, ends the duty to remove."""

    id: str
    citation: str
    about: str


@dataclass(frozen=True)
class Regime:
    """A body of law. *version* changes with every edit of its text."""

    id: str
    version: str
    title: str
    jurisdiction: str
    clocks: tuple[Clock, ...]
    requirements: tuple[Requirement, ...]
    grounds: tuple[Ground, ...]
    not_for: tuple[ReportField, ...]
    """Fields that put a report outside this regime: a stranger's report, for the UK and the US."""

    def applies_to(self, given: Collection[ReportField]) -> bool:
        """Tell whether a report with the fields *given* can be one under this regime."""
        return not any(field in given for field in self.not_for)

    def unmet(self, given: Collection[ReportField]) -> tuple[Requirement, ...]:
        """Return the requirements that a report with the fields *given* does not meet yet."""
        return tuple(item for item in self.requirements if item.lacking(given))

    def with_targets(self, targets: Mapping[str, timedelta]) -> Regime:
        """
        Return the regime with the operator's *targets* (clock id -> time).

        Raises InvalidPolicy for an unknown clock, a time that is not positive, or a limit of law.
        """
        clocks = {clock.id: clock for clock in self.clocks}
        for clock_id, target in targets.items():
            place = f"clocks.{clock_id}"
            if clock_id not in clocks:
                raise InvalidPolicy(place, f"the regime {self.id} has no such clock")
            if clocks[clock_id].basis is Basis.LAW:
                raise InvalidPolicy(place, "is a limit of law, not a target")
            if target <= timedelta(0):
                raise InvalidPolicy(place, "must be more than no time")
            clocks[clock_id] = replace(clocks[clock_id], limit=target)
        return replace(self, clocks=tuple(clocks.values()))


@dataclass(frozen=True)
class Alarm:
    """A warning before a deadline."""

    percent: int
    at: datetime
    """UTC."""


@dataclass(frozen=True)
class Deadline:
    """A due instant with its legal citation. All instants are UTC."""

    regime: str
    clock: str
    citation: str
    basis: Basis
    started: datetime
    due: datetime
    alarms: tuple[Alarm, ...]
    stops: tuple[Stop, ...]


def regimes_applying(
    regimes: Iterable[Regime], given: Collection[ReportField]
) -> tuple[Regime, ...]:
    """Return those of *regimes* under which a report with the fields *given* can fall."""
    return tuple(regime for regime in regimes if regime.applies_to(given))


def regimes_satisfied(regimes: Iterable[Regime], given: Collection[ReportField]) -> tuple[str, ...]:
    """
    Return the ids of those of *regimes* whose every requirement the fields *given* meet.

    A report under none of them is acted on all the same, and its clocks run.
    """
    applying = regimes_applying(regimes, given)
    return tuple(regime.id for regime in applying if not regime.unmet(given))


def still_missing(
    regimes: Iterable[Regime], given: Collection[ReportField]
) -> dict[str, tuple[Requirement, ...]]:
    """Return, for each applying regime that is not satisfied, id -> the requirements unmet."""
    unmet = {regime.id: regime.unmet(given) for regime in regimes_applying(regimes, given)}
    return {regime_id: items for regime_id, items in unmet.items() if items}


def deadlines_for(
    regimes: Iterable[Regime], received: datetime, *, starts: Start = Start.REPORT_RECEIVED
) -> tuple[Deadline, ...]:
    """
    Return the deadlines of every clock of *regimes* that *starts* sets running, soonest first.

    *received* is when it happened by the clock of the edge that accepted it: the first receipt by
    any route, not triage. InvalidInput if it has no time zone, or lies at the end of the calendar.
    """
    if received.utcoffset() is None:
        raise InvalidInput("received", "needs a time zone")
    clocks = ((regime, clock) for regime in regimes for clock in regime.clocks)
    deadlines = (_deadline(r, clock, received) for r, clock in clocks if clock.starts is starts)
    return tuple(sorted(deadlines, key=lambda d: (d.due, d.regime, d.clock)))


def _deadline(regime: Regime, clock: Clock, received: datetime) -> Deadline:
    try:
        # UTC first: adding to a zoned time moves the wall clock, so a change to or from summer
        # time would make 48 hours 47 or 49.
        started = received.astimezone(UTC)
        due = started + clock.limit
    except OverflowError as error:
        raise InvalidInput("received", "lies at the end of the calendar") from error
    return Deadline(
        regime=regime.id,
        clock=clock.id,
        citation=clock.citation,
        basis=clock.basis,
        started=started,
        due=due,
        alarms=tuple(Alarm(p, started + clock.limit * p / 100) for p in ALARM_PERCENTS),
        stops=clock.stops,
    )

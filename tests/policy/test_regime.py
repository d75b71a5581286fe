"""Regimes: clocks in wall-clock hours, reports that are never refused, the law as data."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raiment.errors import InvalidInput, InvalidPolicy
from raiment.policy.regime import (
    Basis,
    Regime,
    ReportField,
    Start,
    Stop,
    deadlines_for,
    regimes_applying,
    regimes_satisfied,
    still_missing,
)
from raiment.policy.regime_pack import parse_regime

PACK = """\
id: trial-law
version: "1"
title: Trial Act
jurisdiction: Nowhere
clocks:
  fixed:
    citation: s. 1
    about: Remove it.
    starts: report-received
    limit_hours: 48
    stops: [absence-verified, ground-recorded]
  soon:
    citation: s. 2
    about: Answer.
    starts: report-received
    target_hours: 0.5
    stops: [decision-sent]
grounds:
  none-of-it: {citation: s. 3, about: It is not covered.}
not_for: [someone_else]
requirements:
  contact: {citation: s. 4, about: A way to answer., any_of: [[name, email], [contact]]}
"""
FULL = frozenset(ReportField) - {ReportField.SOMEONE_ELSE}
EVERY_INSTANT = st.datetimes(
    min_value=datetime(1990, 1, 1),  # noqa: DTZ001 - the zone is drawn beside it
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001
    timezones=st.timezones(),
)


def test_the_three_regimes_are_there(regimes: tuple[Regime, ...]) -> None:
    assert [regime.id for regime in regimes] == ["eu-dsa", "uk-osa", "us-take-it-down"]


def test_the_clocks_of_a_report_are_those_of_the_law(regimes: tuple[Regime, ...]) -> None:
    """48 hours in the UK and the US; the EU names none, so its times say that they are targets."""
    received = datetime(2026, 11, 23, 12, tzinfo=UTC)

    found = {
        (d.regime, d.clock): (d.due - received, d.basis) for d in deadlines_for(regimes, received)
    }

    assert found == {
        ("uk-osa", "removal"): (timedelta(hours=48), Basis.LAW),
        ("us-take-it-down", "removal"): (timedelta(hours=48), Basis.LAW),
        ("eu-dsa", "removal"): (timedelta(hours=24), Basis.TARGET),
        ("eu-dsa", "decision"): (timedelta(hours=24), Basis.TARGET),
        ("eu-dsa", "receipt"): (timedelta(hours=1), Basis.TARGET),
    }


def test_every_eu_time_is_a_target(regimes: tuple[Regime, ...]) -> None:
    """The DSA says "without undue delay"; no number of ours may pass for law."""
    dsa = regimes[0]

    assert {clock.basis for clock in dsa.clocks} == {Basis.TARGET}


@pytest.mark.parametrize(
    ("starts", "clocks"),
    [
        (Start.COMPLAINT_RECEIVED, {("uk-osa", "expedited-complaint"), ("eu-dsa", "complaint")}),
        (Start.DECISION_MADE, {("eu-dsa", "statement")}),
    ],
)
def test_other_events_start_other_clocks(
    regimes: tuple[Regime, ...], starts: Start, clocks: set[tuple[str, str]]
) -> None:
    deadlines = deadlines_for(regimes, datetime(2026, 11, 23, tzinfo=UTC), starts=starts)

    assert {(d.regime, d.clock) for d in deadlines} == clocks


@pytest.mark.parametrize(
    ("zone", "received", "due"),
    [
        ("Europe/London", datetime(2026, 3, 28, 12), datetime(2026, 3, 30, 13)),  # noqa: DTZ001
        ("Europe/London", datetime(2026, 10, 24, 12), datetime(2026, 10, 26, 11)),  # noqa: DTZ001
        ("America/New_York", datetime(2026, 3, 7, 12), datetime(2026, 3, 9, 13)),  # noqa: DTZ001
    ],
)
def test_a_change_of_summer_time_adds_and_takes_no_hour(
    regimes: tuple[Regime, ...], zone: str, received: datetime, due: datetime
) -> None:
    """48 hours are 48 hours; the local clock shows 13:00 or 11:00 two days later."""
    local = ZoneInfo(zone)

    *_, last = deadlines_for(regimes, received.replace(tzinfo=local))

    assert last.due.astimezone(local).replace(tzinfo=None) == due
    assert last.due - last.started == timedelta(hours=48)


@given(received=EVERY_INSTANT)
def test_deadlines_are_exact_in_every_zone(regimes: tuple[Regime, ...], received: datetime) -> None:
    """UTC instants, the limit of the clock after receipt, warned in order, soonest first."""
    deadlines = deadlines_for(regimes, received)

    limits = {(r.id, c.id): c.limit for r in regimes for c in r.clocks}
    for deadline in deadlines:
        limit = limits[deadline.regime, deadline.clock]
        assert deadline.started.tzinfo is UTC
        assert deadline.started.timestamp() == received.timestamp()
        assert deadline.due - deadline.started == limit
        assert [(a.percent, a.at - deadline.started) for a in deadline.alarms] == [
            (50, limit / 2),
            (75, limit * 3 / 4),
            (90, limit * 9 / 10),
        ]
    assert [d.due for d in deadlines] == sorted(d.due for d in deadlines)


@given(received=EVERY_INSTANT, hours=st.integers(-14, 14))
def test_the_zone_in_which_an_instant_is_written_changes_nothing(
    regimes: tuple[Regime, ...], received: datetime, hours: int
) -> None:
    elsewhere = received.astimezone(UTC).astimezone(timezone(timedelta(hours=hours)))

    assert deadlines_for(regimes, elsewhere) == deadlines_for(regimes, received)


def test_a_time_without_a_zone_is_refused(regimes: tuple[Regime, ...]) -> None:
    with pytest.raises(InvalidInput, match="received: needs a time zone"):
        deadlines_for(regimes, datetime(2026, 11, 23))  # noqa: DTZ001


@pytest.mark.parametrize(
    "received",
    [
        datetime(9999, 12, 31, tzinfo=UTC),
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-5))),
    ],
)
def test_the_end_of_the_calendar_is_refused(
    regimes: tuple[Regime, ...], received: datetime
) -> None:
    """A typed error, not an overflow."""
    with pytest.raises(InvalidInput, match="received: lies at the end of the calendar"):
        deadlines_for(regimes, received)


def test_a_removal_clock_stops_only_on_verified_absence_or_a_recorded_ground(
    regimes: tuple[Regime, ...],
) -> None:
    """Hiding, deciding or asking stops no removal clock."""
    for regime in regimes:
        [removal] = [clock for clock in regime.clocks if clock.id == "removal"]
        assert removal.stops == (Stop.ABSENCE_VERIFIED, Stop.GROUND_RECORDED)
        assert regime.grounds


def test_the_whole_form_satisfies_every_regime(regimes: tuple[Regime, ...]) -> None:
    assert regimes_satisfied(regimes, FULL) == ("eu-dsa", "uk-osa", "us-take-it-down")
    assert still_missing(regimes, FULL) == {}


def test_an_empty_report_satisfies_none_and_starts_every_clock(
    regimes: tuple[Regime, ...],
) -> None:
    """Nothing is refused for what it lacks: act, then ask."""
    assert regimes_satisfied(regimes, ()) == ()
    assert regimes_applying(regimes, ()) == regimes
    assert {
        name: [r.id for r in lacking] for name, lacking in still_missing(regimes, ()).items()
    } == {regime.id: [requirement.id for requirement in regime.requirements] for regime in regimes}


F = ReportField
MINIMAL = {
    "uk-osa": {F.IS_SUBJECT, F.LOCATIONS, F.DECLARES_INTIMATE, F.GOOD_FAITH, F.TRUE, F.CONTACT},
    "us-take-it-down": {
        F.ACTS_FOR_SUBJECT,
        F.AUTHORITY_DECLARED,
        F.SIGNATURE,
        F.LOCATIONS,
        F.WHAT_IT_SHOWS,
        F.NOT_CONSENSUAL,
        F.GOOD_FAITH,
        F.EMAIL,
    },
    "eu-dsa": {
        F.SOMEONE_ELSE,
        F.LOCATIONS,
        F.WHAT_IT_SHOWS,
        F.NOT_CONSENSUAL,
        F.GOOD_FAITH,
        F.ACCURATE_AND_COMPLETE,
        F.NAME,
        F.EMAIL,
    },
}


@pytest.mark.parametrize("regime_id", MINIMAL)
def test_each_field_of_the_shortest_report_is_needed(
    regimes: tuple[Regime, ...], regime_id: str
) -> None:
    """It satisfies its regime; without any one field it does not, and the law's item is named."""
    given = MINIMAL[regime_id]
    assert regime_id in regimes_satisfied(regimes, given)

    for field in given - {F.SOMEONE_ELSE}:
        less = given - {field}
        assert regime_id not in regimes_satisfied(regimes, less)
        [requirement] = still_missing(regimes, less)[regime_id]
        assert any(field in fields for fields in requirement.any_of)
        assert len(requirement.lacking(less)) == 1


def test_a_child_need_not_be_named(regimes: tuple[Regime, ...]) -> None:
    """Art. 16(2)(c): no name and no address where the offence is against a child."""
    given = (MINIMAL["eu-dsa"] - {F.NAME, F.EMAIL}) | {F.CONCERNS_CHILD}

    assert regimes_satisfied(regimes, given) == ("eu-dsa",)


def test_a_hash_made_on_the_device_replaces_an_address(regimes: tuple[Regime, ...]) -> None:
    given = (MINIMAL["uk-osa"] - {F.LOCATIONS}) | {F.ON_DEVICE_HASH}

    assert regimes_satisfied(regimes, given) == ("uk-osa",)


def test_a_strangers_report_is_one_under_the_dsa_only(regimes: tuple[Regime, ...]) -> None:
    """S. 20A and the TAKE IT DOWN Act take reports from the subject or for them."""
    given = FULL | {F.SOMEONE_ELSE}

    assert [regime.id for regime in regimes_applying(regimes, given)] == ["eu-dsa"]
    assert regimes_satisfied(regimes, given) == ("eu-dsa",)
    assert still_missing(regimes, {F.SOMEONE_ELSE}).keys() == {"eu-dsa"}


def test_what_lacks_least_is_asked() -> None:
    """Of two ways to meet a requirement, the one nearest to complete."""
    [contact] = parse_regime(PACK).requirements

    assert contact.lacking({F.NAME}) == (F.EMAIL,)
    assert contact.lacking(()) == (F.CONTACT,)
    assert contact.lacking({F.CONTACT}) == ()


@given(st.frozensets(st.sampled_from(ReportField)), st.sampled_from(ReportField))
def test_another_field_never_makes_a_report_worse(
    regimes: tuple[Regime, ...], given: frozenset[ReportField], field: ReportField
) -> None:
    """Except the statement that one is a stranger to it, which changes who reports."""
    before = set(regimes_satisfied(regimes, given))
    after = set(regimes_satisfied(regimes, given | {field}))

    assert before <= after or field is F.SOMEONE_ELSE


def test_satisfied_and_missing_are_two_sides_of_one_answer(regimes: tuple[Regime, ...]) -> None:
    for fields in MINIMAL.values():
        satisfied = set(regimes_satisfied(regimes, fields))
        missing = set(still_missing(regimes, fields))
        assert satisfied.isdisjoint(missing)
        assert satisfied | missing == {r.id for r in regimes_applying(regimes, fields)}


def test_targets_are_the_operators_and_limits_of_law_are_not() -> None:
    regime = parse_regime(PACK).with_targets({"soon": timedelta(hours=3)})

    assert [(c.id, c.limit) for c in regime.clocks] == [
        ("fixed", timedelta(hours=48)),
        ("soon", timedelta(hours=3)),
    ]


@pytest.mark.parametrize(
    ("targets", "field", "reason"),
    [
        ({"fixed": timedelta(hours=72)}, "clocks.fixed", "is a limit of law"),
        ({"never": timedelta(hours=1)}, "clocks.never", "has no such clock"),
        ({"soon": timedelta(0)}, "clocks.soon", "must be more than no time"),
    ],
)
def test_a_target_that_cannot_be_is_refused(
    targets: dict[str, timedelta], field: str, reason: str
) -> None:
    with pytest.raises(InvalidPolicy) as caught:
        parse_regime(PACK).with_targets(targets)

    assert caught.value.field == field
    assert reason in caught.value.reason


@pytest.mark.parametrize(
    ("old", "new", "field", "reason"),
    [
        ("limit_hours: 48", "limit_hours: 0", "clocks.fixed.limit_hours", "more than 0"),
        ("limit_hours: 48", "limit_hours: -48", "clocks.fixed.limit_hours", "more than 0"),
        ("limit_hours: 48", "limit_hours: 48000", "clocks.fixed.limit_hours", "at most 8784"),
        ("limit_hours: 48", "limit_hours: two days", "clocks.fixed.limit_hours", "decimal number"),
        ("    limit_hours: 48\n", "", "clocks.fixed.limit_hours", "the law's limit_hours or your"),
        (
            "limit_hours: 48",
            "limit_hours: 48\n    target_hours: 24",
            "clocks.fixed.limit_hours",
            "the law's limit_hours or your",
        ),
        ("    stops: [decision-sent]\n", "", "clocks.soon.stops", "nothing stops"),
        ("[decision-sent]", "[asked]", "clocks.soon.stops", "'asked' is none of"),
        ("starts: report-received", "starts: triage", "clocks.fixed.starts", "'triage' is none of"),
        ("  fixed:", "  Fixed:", "clocks.Fixed", "lower-case words joined by hyphens"),
        ("    about: Answer.\n", "", "clocks.soon.about", "is missing"),
        ("[[name, email], [contact]]", "[]", "requirements.contact.any_of", "at least one"),
        ("[[name, email], [contact]]", "[[]]", "requirements.contact.any_of", "at least one"),
        ("[[name, email], [contact]]", "[[mail]]", "requirements.contact.any_of", "'mail' is none"),
        (", any_of: [[name, email], [contact]]", "", "requirements.contact.any_of", "is missing"),
        ("[someone_else]", "[strangers]", "not_for", "'strangers' is none of"),
        (
            "grounds:\n  none-of-it: {citation: s. 3, about: It is not covered.}\n",
            "",
            "clocks.fixed.stops",
            "needs at least one ground",
        ),
        (PACK[PACK.index("requirements:") :], "", "requirements", "is missing"),
        (PACK[PACK.index("clocks:") : PACK.index("grounds:")], "", "clocks", "is missing"),
        ("jurisdiction: Nowhere", "country: Nowhere", "country", "is not known here"),
    ],
)
def test_a_regime_that_does_not_hold_together_is_refused_by_place(
    old: str, new: str, field: str, reason: str
) -> None:
    assert old in PACK
    with pytest.raises(InvalidPolicy) as caught:
        parse_regime(PACK.replace(old, new, 1))

    assert caught.value.field == field
    assert reason in caught.value.reason

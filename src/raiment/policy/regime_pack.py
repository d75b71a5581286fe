"""Reading a regime from the text of its pack."""

from __future__ import annotations

from datetime import timedelta

from raiment.errors import InvalidPolicy
from raiment.policy.pack import NAME, Section, read_pack
from raiment.policy.regime import (
    Basis,
    Clock,
    Ground,
    Regime,
    ReportField,
    Requirement,
    Start,
    Stop,
)

LONGEST_LIMIT_HOURS = 24 * 366
"""A year: no duty to act on a report runs longer, and a slip of the pen would."""


def parse_regime(text: str) -> Regime:
    """Return the regime in the YAML *text*, or raise InvalidPolicy naming the place in it."""
    pack = read_pack(text)
    pack.only(
        "id", "version", "title", "jurisdiction", "clocks", "requirements", "grounds", "not_for"
    )
    regime = Regime(
        id=pack.name("id"),
        version=pack.text("version"),
        title=pack.text("title"),
        jurisdiction=pack.text("jurisdiction"),
        clocks=tuple(_clock(_named(name, s), s) for name, s in pack.sections("clocks")),
        requirements=tuple(
            _requirement(_named(name, s), s) for name, s in pack.sections("requirements")
        ),
        grounds=tuple(_ground(_named(name, s), s) for name, s in pack.sections("grounds")),
        not_for=pack.choices("not_for", ReportField),
    )
    _refuse_gaps(regime, pack)
    return regime


def _named(name: str, section: Section) -> str:
    if not NAME.fullmatch(name):
        raise InvalidPolicy(section.path, "must be lower-case words joined by hyphens")
    return name


def _clock(clock_id: str, section: Section) -> Clock:
    section.only("citation", "about", "starts", "limit_hours", "target_hours", "stops")
    if section.has("limit_hours") == section.has("target_hours"):
        raise section.refusal("limit_hours", "give the law's limit_hours or your target_hours")
    basis = Basis.LAW if section.has("limit_hours") else Basis.TARGET
    key = "limit_hours" if basis is Basis.LAW else "target_hours"
    hours = section.number(key)
    if not 0 < hours <= LONGEST_LIMIT_HOURS:
        raise section.refusal(key, f"must be more than 0 and at most {LONGEST_LIMIT_HOURS}")
    stops = section.choices("stops", Stop)
    if not stops:
        raise section.refusal("stops", "is missing: a clock that nothing stops")
    return Clock(
        id=clock_id,
        citation=section.text("citation"),
        about=section.text("about"),
        starts=section.choice("starts", Start),
        limit=timedelta(hours=hours),
        basis=basis,
        stops=stops,
    )


def _requirement(requirement_id: str, section: Section) -> Requirement:
    section.only("citation", "about", "any_of")
    alternatives = section.alternatives("any_of", ReportField)
    if not alternatives:
        raise section.refusal("any_of", "is missing: nothing could meet it")
    return Requirement(
        requirement_id, section.text("citation"), section.text("about"), alternatives
    )


def _ground(ground_id: str, section: Section) -> Ground:
    section.only("citation", "about")
    return Ground(ground_id, section.text("citation"), section.text("about"))


def _refuse_gaps(regime: Regime, pack: Section) -> None:
    """Refuse a regime without clocks or report, and a stop by grounds that it does not have."""
    for key, items in (("clocks", regime.clocks), ("requirements", regime.requirements)):
        if not items:
            raise pack.refusal(key, "is missing")
    for clock in regime.clocks:
        if Stop.GROUND_RECORDED in clock.stops and not regime.grounds:
            raise InvalidPolicy(f"clocks.{clock.id}.stops", "needs at least one ground")

"""Look at a clock that still runs: give the alarms that are due, and record a breach."""

from __future__ import annotations

from datetime import datetime

from raiment.casework.storage import Office
from raiment.evidence.record import Record
from raiment.policy.regime import Deadline


def moments(deadline: Deadline) -> tuple[datetime, ...]:
    """Return when the clock is to be looked at: at each alarm, and when it is due."""
    return (*(alarm.at for alarm in deadline.alarms), deadline.due)


async def watch(clock_id: str, at: datetime, office: Office) -> None:
    """Record each alarm (50, 75, 90 % of the time) and the breach once, however often called."""
    found = await office.cases.clock(clock_id)
    if found is None:
        return
    clock, given = found
    instants = moments(clock.deadline)
    passed = sum(instant <= at for instant in instants)
    for number in range(given, passed):
        kind = "deadline.breached" if number == len(instants) - 1 else "deadline.alarmed"
        facts = {"regime": clock.deadline.regime, "clock": clock.deadline.clock}
        office.log.append(Record(kind, clock.id, at, {"case": clock.case_id}, facts))
    if passed > given:
        await office.cases.set_alarmed(clock_id, passed)

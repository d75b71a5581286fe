"""A case whose image a child-protection hotline lists goes before all others, and to a lead."""

from __future__ import annotations

from datetime import datetime

from raiment.casework.case import Case
from raiment.casework.storage import Office
from raiment.evidence.record import Record


async def concern_child(case: Case, at: datetime, office: Office) -> Case:
    """Return *case* as one that may concern a child, kept and recorded where it was not."""
    raised = case.of_child()
    if raised != case:
        await office.cases.change_case(raised)
        facts = {"ground": "on the list of a child-protection hotline"}
        office.log.append(Record("case.concerns_child", case.id, at, {}, facts))
    return raised

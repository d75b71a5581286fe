"""What a reviewer concludes, and what each conclusion means for the clocks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Outcome(StrEnum):
    """A reviewer's conclusion."""

    REMOVE = "remove"
    NOT_INTIMATE = "not_intimate"
    """Not intimate image content (OSA s.10(3B)(a))."""
    NOT_SUBJECT = "not_subject"
    """The reporter is neither its subject nor acting for them (OSA s.10(3B)(b))."""
    SECOND_LOOK = "second_look"
    """Somebody else must look. No clock pauses."""


STOP_GROUNDS = {
    Outcome.NOT_INTIMATE: "recorded conclusion: not intimate image content",
    Outcome.NOT_SUBJECT: "recorded conclusion: neither the subject nor acting for them",
}
"""The recorded legal grounds on which clocks stop without a removal (OSA s.10(3B))."""

VERIFIED_ABSENCE = "verified absence of every copy"
"""The other way a clock stops."""

MOST_REASON = 2000


@dataclass(frozen=True, slots=True)
class Decision:
    """An attributed determination on the case as it stood at *case_version*."""

    id: str
    case_id: str
    case_version: int
    outcome: Outcome
    reason: str
    decided_by: str
    decided_at: datetime

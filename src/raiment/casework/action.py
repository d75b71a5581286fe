"""What the platform is asked to do, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class ActionKind(StrEnum):
    """What is asked. Hiding and restoring undo each other; removing does not."""

    HIDE = "hide"
    REMOVE = "remove"
    RESTORE = "restore"
    VERIFY = "verify"
    """Say whether the content is still there."""


class ActionState(StrEnum):
    """Whether an answer came."""

    PENDING = "pending"
    ACKNOWLEDGED = "acknowledged"
    SUPERSEDED = "superseded"
    """A later decision made it pointless before it was acknowledged."""


class ActionOutcome(StrEnum):
    """The platform's answer."""

    DONE = "done"
    ABSENT = "absent"
    """There is no such content (any more)."""
    PRESENT = "present"
    """Answer to ``verify``: it is still there."""


ANSWERS = {
    ActionKind.HIDE: {ActionOutcome.DONE, ActionOutcome.ABSENT},
    ActionKind.REMOVE: {ActionOutcome.DONE, ActionOutcome.ABSENT},
    ActionKind.RESTORE: {ActionOutcome.DONE, ActionOutcome.ABSENT},
    ActionKind.VERIFY: {ActionOutcome.ABSENT, ActionOutcome.PRESENT},
}
"""What each kind can be answered with."""

_FIRST_WAIT = timedelta(seconds=5)
_LONGEST_WAIT = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Action:
    """One thing asked of the platform about one item; unique per item, kind and round."""

    id: str
    case_id: str
    item_id: str
    kind: ActionKind
    round: int
    state: ActionState
    attempts: int
    platform_id: str | None
    """None where only a location is known: the platform asks our API for it, by the action's id."""


def next_attempt(attempts: int, now: datetime) -> datetime:
    """
    Return when to send again after *attempts* sendings without acknowledgement; at once after none.

    Doubling from five seconds to at most ten minutes, for as long as it takes: a statutory clock runs, so an
    action is never given up (Standard Webhooks suggest several days; here only the answer ends it).
    """
    if attempts < 1:
        return now
    doubled: timedelta = _FIRST_WAIT * 2 ** min(attempts - 1, 16)
    return now + min(doubled, _LONGEST_WAIT)

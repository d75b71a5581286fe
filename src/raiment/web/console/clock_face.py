"""A clock as a reviewer sees it: how long is left, in words and in a tone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from raiment.adapters.postgres.types import AnyRow
from raiment.web.times import hours_and_minutes

_SOON = timedelta(hours=6)
_NEAR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Face:
    """*text* says it all; *tone* (``late``, ``warn``, ``plain``, ``good``) only colours it."""

    text: str
    tone: str


def face(due: datetime | None, now: datetime) -> Face:
    """Return the face of the soonest running clock, None where none runs."""
    if due is None:
        return Face("no clock runs", "soft")
    left = due - now
    if left <= timedelta(0):
        return Face(f"late by {hours_and_minutes(left)}", "late")
    if left <= _SOON:
        return Face(f"soon: {hours_and_minutes(left)}", "warn")
    return Face(hours_and_minutes(left), "plain" if left <= _NEAR else "good")


def clock_face(clock: AnyRow, now: datetime) -> Face:
    """Return the face of one clock, which may have stopped."""
    if clock.stopped_at is None:
        return face(clock.due_at, now)
    if clock.stopped_at > clock.due_at:
        return Face("stopped late", "late")
    return Face("stopped in time", "good")

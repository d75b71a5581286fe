"""Instants as people read them: UTC, and how long ago or ahead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_UNITS = (
    (timedelta(days=1), "day"),
    (timedelta(hours=1), "hour"),
    (timedelta(minutes=1), "minute"),
)
_DAYS_FROM = timedelta(hours=72)
"""Statutory clocks run in hours: 47 hours says more than 1 day."""


def in_utc(at: datetime) -> str:
    """Return *at* as ``23 Nov 2026, 21:25 UTC``."""
    there = at.astimezone(UTC)
    return f"{there.day} {there:%b %Y, %H:%M} UTC"


def machine(at: datetime) -> str:
    """Return *at* for the ``datetime`` attribute of a ``time`` element."""
    return at.astimezone(UTC).isoformat(timespec="seconds")


def span(length: timedelta) -> str:
    """Return *length* roughly, in its largest whole unit; hours up to three days."""
    length = abs(length)
    for unit, name in _UNITS:
        if length >= unit and (name != "day" or length >= _DAYS_FROM):
            count = length // unit
            return f"{count} {name}{'' if count == 1 else 's'}"
    return "less than a minute"


def hours_and_minutes(length: timedelta) -> str:
    """Return *length* as ``47 h 05 min``, for a countdown."""
    minutes = abs(length) // timedelta(minutes=1)
    return f"{minutes // 60} h {minutes % 60:02d} min"


def relative(at: datetime, now: datetime) -> str:
    """Return *at* seen from *now*: ``in 47 hours``, ``3 minutes ago``, ``just now``."""
    if abs(at - now) < timedelta(minutes=1):
        return "just now" if at <= now else "in less than a minute"
    return f"in {span(at - now)}" if at > now else f"{span(at - now)} ago"

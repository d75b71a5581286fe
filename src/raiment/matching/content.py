"""Content: one item on the platform, known by its signals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from raiment.matching.signals import Signals


class ContentState(StrEnum):
    """Whether people can see it."""

    VISIBLE = "visible"
    HELD = "held"
    BLOCKED = "blocked"
    HIDDEN = "hidden"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Content:
    """One item as its platform registered it."""

    id: str
    platform_id: str
    location: str | None
    """Where people see it: its public address."""
    media_url: str | None
    """Where a reviewer's preview may be fetched, on the platform's media origin only."""
    uploader: str | None
    """The platform's opaque id for who uploaded it."""
    state: ContentState
    verdict: str
    signals: Signals
    registered_at: datetime

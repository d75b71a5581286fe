"""A case: one image, everything that shows it, and where each of those stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from raiment.matching.view import View

HIGHEST_SEVERITY = 3


class CaseState(StrEnum):
    """Where the work stands. Only ``closed`` is an end."""

    OPEN = "open"
    REMOVING = "removing"
    RESTORING = "restoring"
    CLOSED = "closed"


class ItemState(StrEnum):
    """What is known of one place where the image is."""

    LISTED = "listed"
    HIDDEN = "hidden"
    REMOVED = "removed"
    ABSENT = "absent"
    """The platform, asked again after the removal, says it is not there."""
    RESTORED = "restored"


class FoundBy(StrEnum):
    """How an item came into the case."""

    REPORTED = "reported"
    BYTES = "bytes"
    PIXELS = "pixels"
    PDQ = "pdq"


@dataclass(frozen=True, slots=True)
class Item:
    """One place where the image is: content of the platform, or only a location somebody gave."""

    id: str
    content_id: str | None
    platform_id: str | None
    location: str | None
    found_by: FoundBy
    distance: int | None
    """PDQ Hamming distance, 0 to 256, where *found_by* is ``pdq``."""
    state: ItemState
    view: View | None = None
    """The disguise that was undone to find it, where *found_by* is ``pdq``."""


@dataclass(frozen=True, slots=True)
class Case:
    """The unit of work. *version* grows with every decision: a decision names the one it read."""

    id: str
    state: CaseState
    severity: int
    """3: a child or danger; 2: the person depicted reports; 1: somebody else does."""
    child: bool
    version: int
    second_look: bool
    opened_at: datetime
    items: tuple[Item, ...]

    def of_child(self) -> Case:
        """Return the case as one that may concern a child: before all others, and for a lead."""
        return replace(self, child=True, severity=HIGHEST_SEVERITY)

    @property
    def reported_ids(self) -> tuple[str, ...]:
        """The platform contents in the case that a report named: they show its image for certain."""
        found = (item for item in self.items if item.found_by is FoundBy.REPORTED)
        return tuple(item.content_id for item in found if item.content_id is not None)

    @property
    def content_ids(self) -> tuple[str, ...]:
        """The platform contents in the case."""
        return tuple(item.content_id for item in self.items if item.content_id is not None)

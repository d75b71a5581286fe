"""The ledger: the searchable record of every output we let out. Digests, no picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from raiment.matching.signals import Signals
from raiment.matching.view import View


@dataclass(frozen=True, slots=True)
class Release:
    """One output that was let out."""

    id: str
    screening_id: str
    """The decision that let it out; it leads to the request."""
    actor: str | None
    """For whom it was made: the opaque user id that the client sent."""
    surface: str
    signals: Signals
    released_at: datetime


@dataclass(frozen=True, slots=True)
class Trace:
    """A release that shows the picture in hand."""

    release_id: str
    screening_id: str
    actor: str | None
    surface: str
    released_at: datetime
    found_by: str
    """``bytes``, ``pixels`` or ``pdq``: the surest that matched."""
    distance: int
    """PDQ bits that differ; 0 for a digest."""
    view: View


class Ledger(Protocol):
    """Where releases are kept."""

    async def add(self, release: Release) -> None:
        """Remember *release*."""

    async def trace(self, signals: Signals) -> Sequence[Trace]:
        """Return the releases that show the same picture as *signals*, surest first."""

"""Hash banks: named sets of known signals, and how to look in all of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from raiment.matching.match import Match
from raiment.matching.signals import Signals


class BankKind(StrEnum):
    """Who stands behind a bank's entries; a rule decides what that is worth."""

    CONFIRMED = "confirmed"
    """Decided by our own reviewers."""
    REPORTED = "reported"
    """Reported, not yet decided."""
    OUTSIDE = "outside"
    """From an exchange: an allegation until somebody has looked."""


@dataclass(frozen=True, slots=True)
class BankMatch:
    """A match, with what the rules and the cases need to know of the bank."""

    match: Match
    kind: BankKind
    case_id: str | None
    """The case that banked the entry, None for an outside one."""


class BankLookup(Protocol):
    """Looking in every bank."""

    async def matches(self, signals: Signals) -> Sequence[BankMatch]:
        """Return every active entry within its bank's radius of *signals*, nearest first."""

"""Hash banks: named sets of known signals, and how to look in all of them at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from raiment.matching.match import Match
from raiment.matching.signal import Md5
from raiment.matching.signals import Signals

FLOOD_UPLOADS = 20
"""An allegation that matched more different pictures than this within ``FLOOD_HOURS`` is in doubt."""
FLOOD_HOURS = 1


class BankKind(StrEnum):
    """Who stands behind a bank's entries; a rule decides what that is worth."""

    CONFIRMED = "confirmed"
    """Decided by our own reviewers."""
    REPORTED = "reported"
    """Reported, not yet decided."""
    OUTSIDE = "outside"
    """From an exchange: an allegation until somebody has looked."""
    ALLOW = "allow"
    """Known to be harmless (icons, memes): a hit is no match, and keeps others from being one."""


class BankCategory(StrEnum):
    """What all entries of a bank show, where the rules treat it apart."""

    CHILD = "child"
    """Abuse of children: the list of a hotline (NCMEC, IWF)."""


class EntryState(StrEnum):
    """Whether an entry is looked for. One that expired is not, whatever its state."""

    ACTIVE = "active"
    QUARANTINED = "quarantined"
    """It suddenly matched many different pictures: recorded, not acted upon, until a lead has looked."""
    WITHDRAWN = "withdrawn"
    """Never matches again, also when the list it came from is imported once more."""


@dataclass(frozen=True, slots=True)
class BankMatch:
    """A match, with what the rules and the cases need to know of the bank."""

    match: Match
    kind: BankKind
    case_id: str | None
    """The case that banked the entry, None for an outside one."""
    state: EntryState
    source: str
    """Who gave us the entry: ``casework``, or the name of a list."""
    category: BankCategory | None = None

    @property
    def acts(self) -> bool:
        """Whether it counts against the picture."""
        return self.kind is not BankKind.ALLOW and self.state is EntryState.ACTIVE

    @property
    def of_child(self) -> bool:
        """Whether it counts against the picture as one of a child's abuse."""
        return self.acts and self.category is BankCategory.CHILD


def standing(found: Iterable[BankMatch]) -> list[BankMatch]:
    """
    Return what is left of *found*, all of one reading of a picture, after the allow-lists.

    An entry of an allow-list that the whole picture matches removes the other matches of the whole
    picture that are not nearer; where both are equally near, one that our reviewers confirmed
    stands. It says nothing of what was found in a part of the picture, or as a crop of another, and
    nothing against the list of a child-protection hotline. An MD5 removes nothing: two files with
    one can be made, so that the harmless one is put on the list.
    """
    listed = list(found)
    allowed = [one for one in listed if one.kind is BankKind.ALLOW and _speaks(one.match)]
    if not allowed:
        return listed
    nearest = min(one.match.distance for one in allowed)
    return [one for one in listed if not (one.acts and _covered(one, nearest))]


def _speaks(match: Match) -> bool:
    return match.of_whole and not isinstance(match.signal, Md5)


def _covered(found: BankMatch, nearest: int) -> bool:
    if found.of_child or not found.match.of_whole:
        return False
    if found.kind is BankKind.CONFIRMED:
        return found.match.distance > nearest
    return found.match.distance >= nearest


class BankLookup(Protocol):
    """Looking in every bank."""

    async def matches(self, signals: Signals) -> Sequence[BankMatch]:
        """
        Return every entry within its bank's radius of *signals*, each once, nearest first.

        Each by its nearest view of the whole picture, or, where no such one matches, of a part.
        Quarantined ones and those of allow-lists included; withdrawn and expired ones not.
        """

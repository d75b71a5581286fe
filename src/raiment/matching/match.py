"""A match: the observation that a signal lies near enough to a banked one. Never a judgement."""

from __future__ import annotations

from dataclasses import dataclass

from raiment.matching.signal import Signal
from raiment.matching.view import PARTIAL, View


@dataclass(frozen=True, slots=True)
class Match:
    """One banked signal found within its bank's threshold of a picture."""

    signal: Signal
    """The banked value, not that of the picture in hand."""
    bank: str
    """The bank's id."""
    entry_id: str
    """The bank entry's id."""
    distance: int
    """Bits that differ; 0 for a digest."""
    view: View
    """What was done to the picture in hand to find it."""
    threshold: int
    """The largest distance at which this bank matches, in bits; 0 for a digest."""
    of_crop: bool = False
    """Whether the banked value is of a crop of the entry's picture."""

    @property
    def of_whole(self) -> bool:
        """Whether the whole picture in hand was compared with the whole banked one."""
        return not self.of_crop and self.view not in PARTIAL

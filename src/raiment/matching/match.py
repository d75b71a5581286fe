"""A match: the observation that a signal lies near enough to a banked one. Never a judgement."""

from __future__ import annotations

from dataclasses import dataclass

from raiment.matching.signal import Signal
from raiment.matching.view import View


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

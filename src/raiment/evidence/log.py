"""The port through which every room tells the log what happened."""

from __future__ import annotations

from typing import Protocol

from raiment.evidence.record import Record


class Log(Protocol):
    """The log of the transaction at hand."""

    def append(self, record: Record) -> None:
        """Write *record* with the change it tells of: both are committed, or neither is."""

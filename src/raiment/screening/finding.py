"""Finding: what one detector observed. Never a judgement, never the thing observed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from raiment.evidence.canonical import JSON

WORDS = "words"
KNOWN_IMAGE = "known-image"
UPSTREAM = "upstream"
OPINION = "opinion"
CHAIN = "chain"
"""Capabilities."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One detector's observation, or the fact that it could make none."""

    capability: str
    detector: str
    version: str
    score: float | None
    """From 0 to 1; None where the detector gives none, or is unavailable."""
    observed: Mapping[str, JSON]
    """Categories, digests and counts: nothing that quotes a request."""
    unavailable: str | None = None
    """Why there is no observation. An unavailable detector holds."""

    def as_json(self) -> dict[str, JSON]:
        """Return the finding as a fact of an evidence record: scores in thousandths."""
        return {
            "capability": self.capability,
            "detector": self.detector,
            "version": self.version,
            "score_permille": None if self.score is None else permille(self.score),
            "observed": self.observed,
            "unavailable": self.unavailable,
        }


def permille(score: float) -> int:
    """Return *score* in thousandths: the log holds no floating-point numbers."""
    return round(score * 1000)

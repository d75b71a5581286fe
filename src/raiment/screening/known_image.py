"""Known images: what the banks say of the pictures of a request or of its outputs."""

from __future__ import annotations

from raiment.evidence.canonical import JSON
from raiment.matching.judge import Lookup
from raiment.screening.finding import KNOWN_IMAGE, Finding

_DETECTOR = "pdq-and-digests"
_VERSION = "1"


def known_image_finding(place: str, lookup: Lookup) -> Finding:
    """Return what was observed of the picture at *place* (``sources.0``): ids of banks, distances."""
    observed: dict[str, JSON] = {"picture": place}
    if lookup.unavailable is None:
        observed["matchable"] = lookup.matchable
        observed["matches"] = [
            {
                "bank": found.match.bank,
                "entry": found.match.entry_id,
                "kind": found.kind,
                "distance": found.match.distance,
                "view": found.match.view,
                "crop": found.match.of_crop,
                "state": found.state,
                "category": found.category,
            }
            for found in lookup.matches
        ]
    score = None if lookup.unavailable else float(any(found.acts for found in lookup.matches))
    return Finding(KNOWN_IMAGE, _DETECTOR, _VERSION, score, observed, lookup.unavailable)

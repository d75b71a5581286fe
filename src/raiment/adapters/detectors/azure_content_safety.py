"""Azure AI Content Safety, ``text:analyze``: severities from 0 to 6 in steps of two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import msgspec

from raiment.adapters.detectors.dialect import Ask, decode, nonsense
from raiment.screening.opinion import Said

_PATH: Final = "contentsafety/text:analyze?api-version=2024-09-01"
_CATEGORY: Final = "Sexual"
_MOST_CHARACTERS: Final = 10_000
"""Unicode characters in one call, by the reference of this API version."""
_OVERLAP: Final = 200
"""Characters that two neighbouring pieces share, so that nothing is cut in two for both."""
_SEVEREST: Final = 6


class _Found(msgspec.Struct):
    category: str
    severity: Literal[0, 2, 4, 6]


class _Analysis(msgspec.Struct):
    found: list[_Found] = msgspec.field(name="categoriesAnalysis")


@dataclass(frozen=True, slots=True)
class AzureContentSafety:
    """``Dialect`` of one Azure resource."""

    key: str
    severity: int
    """From which severity on words count as sexual."""

    @property
    def headers(self) -> Mapping[str, str]:
        """What authenticates us."""
        return {"ocp-apim-subscription-key": self.key}

    def asks(self, words: str) -> Sequence[Ask]:
        """Return the calls that ask about *words*, one for each piece of what Azure takes at once."""
        step = _MOST_CHARACTERS - _OVERLAP
        starts = range(0, max(len(words) - _OVERLAP, 1), step)
        return [self._ask(words[start : start + _MOST_CHARACTERS]) for start in starts]

    def _ask(self, piece: str) -> Ask:
        body = {"text": piece, "categories": [_CATEGORY], "outputType": "FourSeverityLevels"}
        return Ask(_PATH, msgspec.json.encode(body))

    def read(self, answer: bytes) -> Said:
        """Return what Azure says of sexual content; Unavailable unless it says it exactly once."""
        severities = [
            found.severity
            for found in decode(answer, _Analysis).found
            if found.category == _CATEGORY
        ]
        if len(severities) != 1:
            raise nonsense()
        sexual = severities[0] >= self.severity
        score = severities[0] / _SEVEREST
        return Said(sexual, minor=False, score=score, categories=(_CATEGORY,) if sexual else ())

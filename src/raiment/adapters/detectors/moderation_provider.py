"""Providers of ``/v1/moderations`` in OpenAI's shape: OpenAI's own, Mistral's, LocalAI's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

import msgspec

from raiment.adapters.detectors.dialect import Ask, bearer, decode, nonsense
from raiment.screening.opinion import Said

_MODEL: Final = "omni-moderation-latest"
_MINORS: Final = "sexual/minors"
_Score = Annotated[float, msgspec.Meta(ge=0, le=1)]


class _Flags(msgspec.Struct):
    sexual: bool
    minors: bool | None = msgspec.field(default=None, name=_MINORS)
    """Not every provider looks for it."""


class _Scores(msgspec.Struct):
    sexual: _Score
    minors: _Score | None = msgspec.field(default=None, name=_MINORS)


class _Result(msgspec.Struct):
    categories: _Flags
    category_scores: _Scores


class _Moderation(msgspec.Struct):
    results: list[_Result]


@dataclass(frozen=True, slots=True)
class ModerationProvider:
    """``Dialect`` of a moderation endpoint."""

    model: str | None
    key: str | None

    @property
    def headers(self) -> Mapping[str, str]:
        """What authenticates us."""
        return bearer(self.key)

    def asks(self, words: str) -> Sequence[Ask]:
        """Return the one call that asks about *words*."""
        body = {"model": self.model or _MODEL, "input": words}
        return [Ask("moderations", msgspec.json.encode(body))]

    def read(self, answer: bytes) -> Said:
        """Return what the provider itself flags; Unavailable unless there is exactly one result."""
        results = decode(answer, _Moderation).results
        if len(results) != 1:
            raise nonsense()
        flags, scores = results[0].categories, results[0].category_scores
        found = {"sexual": flags.sexual, _MINORS: bool(flags.minors)}
        return Said(
            sexual=any(found.values()),
            minor=found[_MINORS],
            score=max(scores.sexual, scores.minors or 0.0),
            categories=tuple(name for name, flagged in found.items() if flagged),
        )

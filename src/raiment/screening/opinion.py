"""
Second opinions: what detectors outside say of a request's words.

INVARIANT: an opinion can add to a verdict and never takes from it. The facts it gives are asked for by
rules that hold or block; "not sexual" and "no answer" give the same facts as nobody asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from raiment.evidence.canonical import JSON
from raiment.policy.facts import FactValue
from raiment.screening.finding import OPINION, Finding


@dataclass(frozen=True, slots=True)
class Said:
    """What a detector answered, in terms that all kinds share."""

    sexual: bool
    """It finds the words sexual."""
    minor: bool
    """It finds them sexual and about a child. Always False for a kind that has no such category."""
    score: float
    """From 0 to 1. For a detector that only says yes or no: 1 where it finds them sexual."""
    categories: tuple[str, ...]
    """Its own categories that it found, out of a list known here: never its free text."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """One adviser's answer, or why there is none."""

    adviser: str
    """The name the operator gave it."""
    version: str
    """Its kind and model."""
    said: Said | None
    unavailable: str | None = None
    """Why nothing was said; None exactly where something was."""
    required: bool = False
    """The operator relies on it: without its answer the request is held."""


class Advisers(Protocol):
    """Whoever is asked for second opinions."""

    async def ask(self, words: str) -> Sequence[Opinion]:
        """
        Return an opinion of every adviser on *words*, within the time each is given.

        Never raises for what an adviser does: silence and nonsense are opinions without an answer.
        """


class NoAdvisers:
    """Nobody is asked, and no word leaves: how an installation starts."""

    async def ask(self, _words: str) -> Sequence[Opinion]:
        """Return nothing."""
        return ()


NOBODY: Final = NoAdvisers()


def opinion_facts(opinions: Sequence[Opinion]) -> dict[str, FactValue]:
    """Return what the rules may ask of *opinions*."""
    said = [one.said for one in opinions if one.said is not None]
    return {
        "opinion_sexual": any(one.sexual or one.minor for one in said),
        "opinion_minor": any(one.minor for one in said),
    }


def advisers_down(opinions: Sequence[Opinion]) -> list[str]:
    """Return the advisers the operator relies on that gave no answer."""
    return [f"{OPINION}:{one.adviser}" for one in opinions if one.required and one.said is None]


def opinion_finding(opinion: Opinion) -> Finding:
    """Return *opinion* as it is kept: categories out of known lists, nothing that quotes anybody."""
    observed: dict[str, JSON] = {"required": opinion.required}
    said = opinion.said
    if said is not None:
        observed |= {"sexual": said.sexual, "minor": said.minor, "categories": said.categories}
    return Finding(
        OPINION,
        opinion.adviser,
        opinion.version,
        None if said is None else said.score,
        observed,
        opinion.unavailable,
    )

"""What the words of a request say: the one answer of this package."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from raiment.screening.words.step import Step


class Modality(StrEnum):
    """What the generator is asked to do."""

    GENERATE = "generate"
    EDIT = "edit"


class Intent(StrEnum):
    """What the words ask to be done to a body."""

    UNDRESS = "undress"
    REVEAL = "reveal"
    SEXUALISE = "sexualise"


class Who(StrEnum):
    """Whom the words ask it for."""

    SOURCE = "source"
    """The person in the source photograph, or in the picture the words point at."""
    NAMED = "named"
    ACQUAINTANCE = "acquaintance"
    GENERIC = "generic"
    """Anybody of a kind, or a figure of fiction."""
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Span:
    """Where the raw text says something: half-open character span and the concept said."""

    start: int
    end: int
    concept: str


@dataclass(frozen=True, slots=True)
class Tier:
    """What one tier of the reader said by itself, or why it said nothing."""

    name: str
    version: str
    score: float | None
    """From 0 to 1; None where it was not asked, or could not answer."""
    unavailable: str | None = None
    """Why it could not answer. Then the whole reading is incomplete, and the request is held."""


@dataclass(frozen=True, slots=True)
class WordsReading:
    """The words of one request, judged with its modality and the earlier edits of its chain."""

    undress: float
    """Score from 0 to 1; likewise the next two."""
    reveal: float
    sexualise: float
    who: Who
    minor: bool
    """The words point at somebody under age."""
    pretext: tuple[str, ...]
    disguise: tuple[str, ...]
    language: str
    """ISO 639-1 code of the lexicon language most words belong to; ``und`` when none does."""
    spans: tuple[Span, ...]
    chained: bool
    """The scores come from the edit together with the earlier ones, not from its words alone."""
    tiers: tuple[Tier, ...] = ()
    """What the scores were joined from, where more than one tier read."""
    step: Step | None = None
    """What later edits of the same picture are judged with."""

    @property
    def intents(self) -> dict[Intent, float]:
        """The three scores by intent."""
        return {
            Intent.UNDRESS: self.undress,
            Intent.REVEAL: self.reveal,
            Intent.SEXUALISE: self.sexualise,
        }

    @property
    def strongest(self) -> float:
        """The highest of the three scores."""
        return max(self.undress, self.reveal, self.sexualise)


def reading_as_json(reading: WordsReading) -> dict[str, object]:
    """Return *reading* as plain JSON values; the caller adds the verdict its policy gave."""
    return {
        "intents": {intent.value: round(score, 3) for intent, score in reading.intents.items()},
        "who": reading.who.value,
        "minor": reading.minor,
        "pretext": list(reading.pretext),
        "language": reading.language,
        "disguise": list(reading.disguise),
        "chained": reading.chained,
        "spans": [
            {"start": span.start, "end": span.end, "concept": span.concept}
            for span in reading.spans
        ],
    }

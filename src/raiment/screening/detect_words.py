"""Ask the words reader, and turn its answer, or its failure, into facts and a finding."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from raiment.evidence.canonical import JSON
from raiment.policy.facts import FactValue
from raiment.screening.chain import UNCHAINED, Chain
from raiment.screening.finding import WORDS, Finding, permille
from raiment.screening.request import Request, SourcePerson, Verb
from raiment.screening.words import Lexicon, Modality, WordsReading, read_words
from raiment.screening.words.legible import Behind
from raiment.screening.words.reading import Tier, Who
from raiment.screening.words.step import Step

_SEXUAL_AT = 0.5
"""From this score on the words ask for nudity or sexual content, whoever is meant."""
_REMOVES_AT = 0.3
"""From this score on a step of a chain takes clothes away or makes them smaller."""
_FACTS = ("undress", "reveal", "sexualise", "who", "minor", "sexual", "pretext", "disguise")
_MODALITIES = {
    Verb.GENERATE: (Modality.GENERATE,),
    Verb.EITHER: (Modality.EDIT, Modality.GENERATE),
}
"""How the words of a verb are read; those of the others as an edit."""
_PERSON = {SourcePerson.YES: True, SourcePerson.NO: False, SourcePerson.UNKNOWN: None}


class WordsReader(Protocol):
    """Whoever reads the words of a request."""

    @property
    def detector(self) -> str:
        """Its name, for the record."""

    @property
    def version(self) -> str:
        """What exactly read: changes with every change of its answers."""

    def read(
        self,
        text: str,
        *,
        modality: Modality,
        source_person: bool | None,
        earlier: Sequence[Step] = (),
    ) -> WordsReading:
        """Return what *text* asks for."""


@dataclass(frozen=True, slots=True)
class LexiconReader:
    """The reader that is always there: normaliser and compositional lexicon."""

    lexicon: Lexicon
    version: str
    detector: str = "lexicon"

    def read(
        self,
        text: str,
        *,
        modality: Modality,
        source_person: bool | None,
        earlier: Sequence[Step] = (),
        behind: Behind | None = None,
    ) -> WordsReading:
        """Return what *text* asks for (``words.read_words``)."""
        return read_words(
            text,
            lexicon=self.lexicon,
            modality=modality,
            source_person=source_person,
            earlier=earlier,
            behind=behind,
        )


@dataclass(frozen=True, slots=True)
class WordsSeen:
    """The words as facts for the rules, and as a finding for the record."""

    finding: Finding
    values: Mapping[str, FactValue]
    unavailable: Mapping[str, str]
    tiers: tuple[Finding, ...] = ()
    """What each tier of the reader said by itself, where it has several."""
    chain: Chain = UNCHAINED
    """The chain with these words as its latest step."""

    @property
    def down(self) -> bool:
        """Whether the reader, or a tier of it, could not answer."""
        return bool(self.unavailable) or any(one.unavailable for one in self.tiers)


def detect_words(request: Request, reader: WordsReader) -> WordsSeen:
    """Return what *reader* sees. Whatever goes wrong in it makes its facts unavailable."""
    try:
        chain = request.chain
        for earlier in request.history:
            chain = _followed(chain, _read(earlier, Modality.EDIT, chain, request, reader))
        reading = stricter(
            _read(request.words, modality, chain, request, reader)
            for modality in _MODALITIES.get(request.verb, (Modality.EDIT,))
        )
        chain = _followed(chain, reading)
    except Exception as error:  # noqa: BLE001 - a detector's edge: however it breaks, the request holds
        return _broken(reader, f"the words reader failed: {type(error).__name__}")
    finding = Finding(WORDS, reader.detector, reader.version, reading.strongest, _observed(reading))
    values = {**_values(reading), "chain_removals": chain.removals}
    return WordsSeen(finding, values, {}, tuple(map(_tier_finding, reading.tiers)), chain)


def stricter(readings: Iterable[WordsReading]) -> WordsReading:
    """Return the reading that scores highest, with the most protected person and minor of all *readings*."""
    each = list(readings)
    return replace(
        max(each, key=lambda one: one.strongest),
        who=min((one.who for one in each), key=list(Who).index),
        minor=any(one.minor for one in each),
    )


def _read(
    text: str, modality: Modality, chain: Chain, request: Request, reader: WordsReader
) -> WordsReading:
    person = _PERSON[request.source_person]
    return reader.read(text, modality=modality, source_person=person, earlier=chain.steps)


def _followed(chain: Chain, reading: WordsReading) -> Chain:
    """Return *chain* with what *reading* remembers of its text; an empty text is no step."""
    if reading.step is None or not reading.step.length:
        return chain
    return chain.then(reading.step, removes=max(reading.undress, reading.reveal) >= _REMOVES_AT)


def _values(reading: WordsReading) -> dict[str, FactValue]:
    return {
        "undress": reading.undress,
        "reveal": reading.reveal,
        "sexualise": reading.sexualise,
        "who": reading.who.value,
        "minor": reading.minor,
        "sexual": reading.strongest >= _SEXUAL_AT,
        "pretext": reading.pretext,
        "disguise": reading.disguise,
    }


def _observed(reading: WordsReading) -> dict[str, str | bool | int | tuple[str, ...]]:
    return {
        "undress_permille": permille(reading.undress),
        "reveal_permille": permille(reading.reveal),
        "sexualise_permille": permille(reading.sexualise),
        "who": reading.who.value,
        "minor": reading.minor,
        "pretext": reading.pretext,
        "disguise": reading.disguise,
        "language": reading.language,
        "chained": reading.chained,
    }


def _tier_finding(tier: Tier) -> Finding:
    """Return what *tier* said. Its score is observed, not the finding's own: only all together judge."""
    said: dict[str, JSON] = {"asked": tier.score is not None or tier.unavailable is not None}
    if tier.score is not None:
        said["score_permille"] = permille(tier.score)
    return Finding(WORDS, tier.name, tier.version, None, said, tier.unavailable)


def _broken(reader: WordsReader, reason: str) -> WordsSeen:
    finding = Finding(WORDS, reader.detector, reader.version, None, {}, reason)
    return WordsSeen(finding, {}, dict.fromkeys((*_FACTS, "chain_removals"), reason))

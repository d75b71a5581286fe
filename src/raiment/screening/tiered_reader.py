"""The reader at every door: the lexicon, and what training adds to it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from raiment.errors import Unavailable
from raiment.screening.detect_words import LexiconReader
from raiment.screening.words import Modality, WordsReading
from raiment.screening.words.chain import is_idle
from raiment.screening.words.encoder_head import Encoder, EncoderHead
from raiment.screening.words.head import WordsHead
from raiment.screening.words.legible import Behind
from raiment.screening.words.normalise import normalise
from raiment.screening.words.reading import Span, Tier, Who
from raiment.screening.words.speller import Speller
from raiment.screening.words.step import Step
from raiment.screening.words.text import Traced
from raiment.screening.words.tiers import (
    BLOCK_AT,
    DOUBTED,
    HOLD_AT,
    Odds,
    Weighings,
    any_of,
    joined,
)

LEXICON = "lexicon"
GRAMS = "n-grams"
ENCODER = "encoder"
_MOST_RENDERINGS = 4
_LONGEST_ELLIPSIS = 60
"""Characters of an edit that may be nothing but one."""
_CLAUSE_END = re.compile(r"[.,;!?\n\u3001\u3002\u060c\u061f\u0964\uff0c\uff1b]+\s*")
_MOST_PARTS = 200
"""More parts than these are not looked at one by one: the encoder reads them."""
_PART = 128
"""Characters."""
_FEW = 100
"""Characters."""
_AROUND = 64
"""Characters on either side of a part that the encoder reads with it."""
_HEARD_WHOLE = 200
"""Characters of a text that an encoder mostly reads at once."""
_LONGEST_PARTED = 4_000
"""Characters of a text that is heard in parts; of longer ones the encoder says itself what it can read."""
_MOSTLY = 0.75
"""Share of a text that is as good as all of it."""
_MOST_CLAUSES = 6
"""Of a short edit, each of which may be heard by itself."""
_CLAUSE_DOUBT = 0.0
"""Log-odds of the fast weighing from which a clause is."""
_PART_MARGIN = 1.0
"""Log-odds by which a part may look worse than a whole text: some part of any long text does."""


@dataclass(frozen=True, slots=True)
class EncoderTier:
    """An encoder and its head."""

    encoder: Encoder
    head: EncoderHead


@dataclass(frozen=True, slots=True)
class _Fast:
    """What the tiers say that need no encoder."""

    reading: WordsReading
    modality: Modality
    grams: Odds
    log_odds: float
    """By the fast weighing; *score* is the same from 0 to 1."""
    score: float
    tiers: tuple[Tier, ...]


@dataclass(frozen=True, slots=True)
class TieredReader:
    """
    Reads with the lexicon, with the n-gram head, and where they leave a doubt with the encoder.

    An encoder that cannot answer leaves the reading incomplete; ``fast`` readers have none and miss none.
    """

    lexicon: LexiconReader
    speller: Speller
    head: WordsHead
    weighings: Weighings
    encoder: EncoderTier | None
    version: str
    detector: str = "tiers"

    def read(
        self,
        text: str,
        *,
        modality: Modality,
        source_person: bool | None,
        earlier: Sequence[Step] = (),
    ) -> WordsReading:
        """Return what *text* asks for, by all tiers together."""
        behind = Behind(normalise(text), self.lexicon.lexicon)
        reading = self.lexicon.read(
            text,
            modality=modality,
            source_person=source_person,
            earlier=earlier,
            behind=behind,
        )
        if len(text) <= _LONGEST_ELLIPSIS and _is_idle(reading, earlier):
            return reading
        if not behind.normalised.plain:
            behind = Behind(normalise(text, accents=True), self.lexicon.lexicon)
        texts = self._spelt(_texts(behind))
        if not any(character.isalnum() for one in texts for character in one.characters):
            return reading
        fast = self._fast(reading, texts, modality)
        if self.encoder is None:
            return joined(reading, fast.score, fast.grams, fast.tiers)
        may_be_doubted = (
            modality is Modality.EDIT
            and source_person is not False
            and not earlier
            and _may_be_doubted(text, reading)
        )
        if not self._asks(fast, texts, may_be_doubted=may_be_doubted):
            silent = Tier(ENCODER, self.encoder.head.encoder, None)
            return joined(reading, 0.0, fast.grams, (*fast.tiers, silent))
        return self._heard(self.encoder, fast, texts)

    def _spelt(self, texts: tuple[Traced, ...]) -> tuple[Traced, ...]:
        """Return *texts*, and the first of them, if short, with its misspelt words spelt again."""
        first = texts[0]
        # In a long text some rare word always looks like another's slip.
        mended = self.speller.mend(first) if len(first.characters) <= _HEARD_WHOLE else first
        return texts if mended is first else (*texts, mended)

    def _fast(self, reading: WordsReading, texts: Sequence[Traced], modality: Modality) -> _Fast:
        """Return what the n-grams add to the lexicon's *reading*."""
        grams = self.head.log_odds([one.characters for one in texts], modality)
        odds = self.weighings.fast.log_odds(reading.strongest, any_of(grams), 0.0)
        score = self.weighings.fast.score(odds, reading.language)
        tiers = (
            Tier(LEXICON, self.lexicon.version, reading.strongest),
            Tier(GRAMS, self.version, score),
        )
        return _Fast(reading, modality, grams, odds, score, tiers)

    def _asks(self, fast: _Fast, texts: Sequence[Traced], *, may_be_doubted: bool) -> bool:
        """Return whether the encoder is asked: what is sure may be doubted, what is harmless needs none."""
        if fast.reading.strongest >= BLOCK_AT:
            return may_be_doubted
        return fast.reading.strongest >= HOLD_AT or not self._harmless(texts, fast)

    def _heard(self, tier: EncoderTier, fast: _Fast, texts: Sequence[Traced]) -> WordsReading:
        """Return the reading with what the encoder says of the passages worth its time."""
        reading = fast.reading
        passages = self._worth_hearing(texts, reading.spans, fast.modality)
        if reading.strongest >= BLOCK_AT:
            passages += _clauses_of(reading.spans, texts)
        try:
            heard = _strongest(tier, passages, fast.modality)
            whole = self.weighings.full.log_odds(
                reading.strongest, any_of(fast.grams), any_of(heard)
            )
            each = [(whole, heard), *self._alone(tier, fast, texts[0])]
        except Unavailable as error:
            silent = Tier(ENCODER, tier.head.encoder, None, str(error))
            return joined(reading, fast.score, fast.grams, (*fast.tiers, silent))
        odds, heard = max(each, key=lambda one: one[0])
        score = self.weighings.full.score(odds, reading.language)
        most = DOUBTED if score < BLOCK_AT else 1.0
        tiers = (*fast.tiers, Tier(ENCODER, tier.head.encoder, score))
        return joined(reading, score, heard, tiers, sure_at_most=most)

    def _alone(self, tier: EncoderTier, fast: _Fast, text: Traced) -> Iterator[tuple[float, Odds]]:
        """
        Yield what the tiers say of the clauses of a short edit that leave a doubt each by itself.

        Harmless clauses beside it would hide it: ``fix the light, top off``.
        """
        characters = text.characters
        parts = [characters[start:end] for start, end in _parts(characters) if end - start > 1]
        if fast.modality is not Modality.EDIT or not 1 < len(parts) <= _MOST_CLAUSES:
            return
        if len(characters) > _HEARD_WHOLE:
            return
        for part, doubt in zip(parts, self._doubts(parts, fast.modality), strict=True):
            if doubt >= _CLAUSE_DOUBT:
                grams = any_of(self.head.log_odds([part], fast.modality))
                heard = _strongest(tier, (part,), fast.modality)
                odds = self.weighings.full.log_odds(0.0, grams, any_of(heard))
                yield odds - _PART_MARGIN, heard

    def _harmless(self, texts: Sequence[Traced], fast: _Fast) -> bool:
        """Return whether neither *texts* as a whole nor any part of them is worth the encoder's time."""
        whole = [one.characters for one in texts]
        parts = [text[start:end] for text in whole for start, end in _parts(text)]
        if len(parts) > _MOST_PARTS or fast.log_odds >= self.weighings.unheard:
            return False
        # A part alone: harmless words around it would hide it from the n-grams.
        return max(self._doubts(parts, fast.modality)) < self.weighings.unheard + _PART_MARGIN

    def _worth_hearing(
        self, texts: Sequence[Traced], spans: Sequence[Span], modality: Modality
    ) -> tuple[str, ...]:
        """Return the passages of *texts* that the encoder is asked about; *spans* are the lexicon's doubts."""
        passages = (one for text in texts for one in self._passages(text, spans, modality))
        return tuple(dict.fromkeys(passages))

    def _passages(self, text: Traced, spans: Sequence[Span], modality: Modality) -> Iterator[str]:
        """Yield the clauses of *text* that leave a doubt, with words around them; a short text whole."""
        characters = text.characters
        parts = list(_parts(characters))
        parted = _HEARD_WHOLE < len(characters) <= _LONGEST_PARTED
        if not parted or len(parts) > _MOST_PARTS:
            yield characters
            return
        places = [text.raw_span(*part) for part in parts]
        said = [_touches(place, spans) for place in places]
        doubts = self._doubts([characters[start:end] for start, end in parts], modality)
        # Where no part by itself is worth asking about, those that come near it are.
        least = self.weighings.unheard
        if max(doubts) >= least + _PART_MARGIN:
            least += _PART_MARGIN
        chosen = [
            part
            for part, doubt, told in zip(parts, doubts, said, strict=True)
            if told or doubt >= least
        ]
        passages = _together(characters, chosen)
        most = _MOSTLY * len(characters)
        if not chosen or (spans and not any(said)) or sum(map(len, passages)) > most:
            passages = [characters]
        yield from passages

    def _doubts(self, parts: Sequence[str], modality: Modality) -> list[float]:
        """Return the log-odds of the fast weighing for each of *parts* by itself."""
        each = self.head.log_odds_of_each(parts, modality)
        grams = np.logaddexp.reduce(each, axis=1).tolist()
        return [self.weighings.fast.log_odds(0.0, one, 0.0) for one in grams]


def _may_be_doubted(text: str, reading: WordsReading) -> bool:
    """
    Return whether the others may doubt a sure lexicon: about a few plain words that name nobody.

    A doubt holds: it never lets through.
    """
    plain = not (reading.minor or reading.disguise or reading.pretext)
    return len(text) <= _FEW and plain and reading.who in {Who.NOBODY, Who.GENERIC}


def _clauses_of(spans: Sequence[Span], texts: Sequence[Traced]) -> tuple[str, ...]:
    """Return the clauses that *spans* lie in: alone, since harmless ones beside them would hide them."""
    return tuple(
        text.characters[start:end]
        for text in texts
        for start, end in _parts(text.characters)
        if _touches(text.raw_span(start, end), spans)
    )


def _touches(place: tuple[int, int], spans: Sequence[Span]) -> bool:
    start, end = place
    return any(start < one.end and one.start < end for one in spans)


def _parts(text: str) -> Iterator[tuple[int, int]]:
    """Yield where the clauses of *text* stand, long ones in overlapping pieces."""
    ends = [*(match.span() for match in _CLAUSE_END.finditer(text)), (len(text), len(text))]
    begin = 0
    for end, following in ends:
        for start in range(begin, max(begin + 1, end - _PART // 2), _PART // 2):
            yield start, min(start + _PART, end)
        begin = following


def _together(text: str, chosen: Sequence[tuple[int, int]]) -> list[str]:
    """Return the *chosen* parts of *text* with some words around them, those that touch as one."""
    passages: list[tuple[int, int]] = []
    for first, last in chosen:
        start = max(0, first - _AROUND)
        end = min(len(text), last + _AROUND)
        # Whole words, where there are blanks to tell them by.
        if start:
            start = text.find(" ", start, first) + 1 or start
        end = text.rfind(" ", last, end) if end < len(text) and " " in text[last:end] else end
        if passages and start <= passages[-1][1]:
            start = passages.pop()[0]
        passages.append((start, end))
    return [text[start:end] for start, end in passages]


def _is_idle(reading: WordsReading, earlier: Sequence[Step]) -> bool:
    """Return whether the words say nothing but "again" or "more", and the lexicon knows of what."""
    # A syllable a word looks like letters pulled apart.
    disguised = not {"spaced"}.issuperset(reading.disguise)
    if reading.step is None or disguised or reading.strongest > 0:
        return False
    return is_idle(reading.step, earlier)


def _texts(behind: Behind) -> tuple[Traced, ...]:
    """Return a text as people type it, and the renderings that undo a disguise of it."""
    normalised, hidden = behind.normalised, behind.spoken()
    said = [hidden] if hidden else []
    said += [normalised.likely[0], *(one for one in normalised.likely if one.undone)]
    different = {one.text.characters: one.text for one in reversed(said)}
    order = dict.fromkeys(one.text.characters for one in said)
    return tuple(different[one] for one in order)[:_MOST_RENDERINGS]


def _strongest(tier: EncoderTier, texts: Sequence[str], modality: Modality) -> Odds:
    odds = [tier.head.log_odds(tier.encoder.encode(text, modality)) for text in texts]
    return max(odds, key=any_of)

"""
Three tiers judge one text: the lexicon, the n-gram head, and a head over a multilingual encoder.

What each says is weighed together (a logistic regression fitted on texts that none of them was trained
on), so that rewordings which no list holds are found, and odd but harmless words are not. Where the
lexicon is sure, its word stands; of a few words about nobody that the others doubt it only holds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import msgspec

from raiment.errors import ConfigurationError
from raiment.screening.words.head import INTENTS
from raiment.screening.words.reading import Intent, Tier, WordsReading

HOLD_AT = 0.3
"""Score at the lower threshold, and ``doubt_at`` of the shipped rules; below it learning says nothing."""
BLOCK_AT = 0.5
"""Score at the upper threshold, and ``block_at`` of the shipped rules."""
DOUBTED = 0.49
"""What counts that the lexicon is sure of and the others are not: it holds."""
_NO_DOUBT = 0.29
"""What a doubt counts that was looked into: not one, yet with a child in the words still too much."""
_STRETCH = math.log(BLOCK_AT / (1 - BLOCK_AT)) - math.log(HOLD_AT / (1 - HOLD_AT))
_FARTHEST = 30.0
"""Log-odds beyond which nothing changes."""

Odds = Mapping[Intent, float]
"""Log-odds against none, by intent."""


class Weighing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the tiers are weighed together. ``hold`` and ``block`` are log-odds by language, "" for others."""

    bias: float
    grams: float
    encoder: float
    lexicon: float
    """By the lexicon's highest score, from 0 to 1."""
    doubted: float
    """Added where the lexicon's highest score is at least ``HOLD_AT``."""
    hold: dict[str, float]
    block: dict[str, float]

    def log_odds(self, lexicon: float, grams: float, encoder: float) -> float:
        """Return the log-odds that anything is asked for, from each tier's answer."""
        doubted = self.doubted if lexicon >= HOLD_AT else 0.0
        learned = self.grams * _bounded(grams) + self.encoder * _bounded(encoder)
        return self.bias + learned + self.lexicon * lexicon + doubted

    def score(self, log_odds: float, language: str) -> float:
        """Return *log_odds* as a score from 0 to 1 that is ``HOLD_AT`` and ``BLOCK_AT`` at the thresholds."""
        hold = self.hold.get(language, self.hold[""])
        block = self.block.get(language, self.block[""])
        steps = (log_odds - block) / max(block - hold, 1e-3) * _STRETCH
        return 1 / (1 + math.exp(-max(-_FARTHEST, min(_FARTHEST, steps))))


class Weighings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The weighing of all tiers, and of those that need no encoder."""

    full: Weighing
    fast: Weighing
    unheard: float
    """Log-odds of the fast weighing below which the encoder is not asked."""


def load_weighings(name: str, data: bytes) -> Weighings:
    """Return the weighings kept in *data*, the file *name*; raise ConfigurationError naming it."""
    try:
        weighings = msgspec.json.decode(data, type=Weighings)
    except msgspec.DecodeError as cause:
        raise ConfigurationError(name, "this is no file of weighings") from cause
    for weighing in (weighings.full, weighings.fast):
        if "" not in weighing.hold or "" not in weighing.block:
            raise ConfigurationError(name, 'the thresholds lack those of other languages ("")')
    return weighings


def any_of(odds: Odds) -> float:
    """Return the log-odds that any of the intents is asked for."""
    top = max(odds.values())
    return top + math.log(sum(math.exp(one - top) for one in odds.values()))


def joined(
    reading: WordsReading,
    score: float,
    odds: Odds,
    tiers: tuple[Tier, ...],
    *,
    sure_at_most: float = 1.0,
) -> WordsReading:
    """
    Return the lexicon's *reading* with what was learned.

    *score* is spread over the intents as *odds* have them; each intent gets the higher of the two. A doubt
    of the lexicon's that *score* does not share counts as just less than one: it had its weight in *score*.
    What the lexicon is sure of stands, up to *sure_at_most*; so does what it has from earlier edits, which the
    others have not read.
    """
    sure = reading.strongest >= BLOCK_AT
    if sure and sure_at_most >= BLOCK_AT:
        return replace(reading, tiers=tiers)
    learned = dict.fromkeys(INTENTS, 0.0)
    if score >= HOLD_AT:
        top = max(odds.values())
        learned = {intent: score * math.exp(odds[intent] - top) for intent in INTENTS}
    shared = score >= HOLD_AT or reading.chained
    most = sure_at_most if sure else 1.0 if shared else _NO_DOUBT
    own = {intent: min(said, most) for intent, said in reading.intents.items()}
    return replace(
        reading,
        undress=max(own[Intent.UNDRESS], learned[Intent.UNDRESS]),
        reveal=max(own[Intent.REVEAL], learned[Intent.REVEAL]),
        sexualise=max(own[Intent.SEXUALISE], learned[Intent.SEXUALISE]),
        tiers=tiers,
    )


def _bounded(odds: float) -> float:
    return max(-_FARTHEST, min(_FARTHEST, odds))

"""
The trained head of the encoder tier: what a sentence vector says is asked, and of whom.

The vector comes from a multilingual encoder outside this room. A linear head on it carries to languages
and wordings that no list and no n-gram has seen, at the price of the encoder's time.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from raiment.errors import ConfigurationError
from raiment.screening.words.head import INTENTS, MODALITIES, HeadScore
from raiment.screening.words.reading import Modality, Who

WHOM = (Who.SOURCE, Who.NAMED, Who.ACQUAINTANCE, Who.GENERIC)
"""The order of the columns that say whom; ``nobody`` is what none of them says."""
_KEYS = frozenset({"encoder", "intents", "intent_biases", "whom", "whom_biases", "threshold"})


class Encoder(Protocol):
    """A multilingual sentence encoder, the same one the head was trained with."""

    @property
    def name(self) -> str:
        """Name and version, as the weight file gives it."""

    def encode(self, text: str) -> NDArray[np.float32]:
        """Return the vector of *text*, of unit length."""


@dataclass(frozen=True, slots=True)
class EncoderHead:
    """Weights of one trained head; made by ``load_encoder_head``, never changed."""

    encoder: str
    """Name and version of the encoder whose vectors it reads."""
    intents: NDArray[np.float32]
    intent_biases: NDArray[np.float32]
    """One row per modality, one column per intent."""
    whom: NDArray[np.float32]
    whom_biases: NDArray[np.float32]
    threshold: float
    """Log-odds that become 0.5."""

    def log_odds(self, vector: NDArray[np.float32], modality: Modality) -> float:
        """Return the log-odds that any intent is asked for, before the threshold is taken off."""
        return float(np.logaddexp.reduce(self._odds(vector, modality)))

    def score(self, vector: NDArray[np.float32], modality: Modality) -> HeadScore:
        """Return what *vector* asks for, shifted so that ``asks`` 0.5 is the threshold."""
        odds = np.exp(np.clip(self._odds(vector, modality) - self.threshold, -30, 30))
        total = float(odds.sum())
        undress, reveal, sexualise = (float(one) / (1 + total) for one in odds)
        return HeadScore(undress, reveal, sexualise, asks=total / (1 + total))

    def who(self, vector: NDArray[np.float32], modality: Modality) -> dict[Who, float]:
        """Return for each kind of person how likely the words are about one; the values sum to 1."""
        odds = vector @ self.whom + self.whom_biases[MODALITIES.index(modality)]
        parts = np.exp(np.append(odds, 0) - max(0.0, float(odds.max())))
        shares = (parts / parts.sum()).tolist()
        return dict(zip((*WHOM, Who.NOBODY), shares, strict=True))

    def _odds(self, vector: NDArray[np.float32], modality: Modality) -> NDArray[np.float32]:
        odds: NDArray[np.float32] = (
            vector @ self.intents + self.intent_biases[MODALITIES.index(modality)]
        )
        return odds


def load_encoder_head(name: str, data: bytes) -> EncoderHead:
    """
    Return the head kept in *data*, the bytes of the weight file *name*.

    Raises ConfigurationError naming the file when it is no weight file of this version.
    """
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as kept:
            arrays: Mapping[str, NDArray[np.float32]] = {key: kept[key] for key in kept.files}
    except (ValueError, OSError, EOFError, zipfile.BadZipFile) as cause:
        raise ConfigurationError(name, "this is no weight file") from cause
    missing = _KEYS - arrays.keys()
    if missing:
        raise ConfigurationError(name, f"the weight file lacks {', '.join(sorted(missing))}")
    width = arrays["intents"].shape[0]
    fits = (
        arrays["intents"].shape == (width, len(INTENTS))
        and arrays["intent_biases"].shape == (len(MODALITIES), len(INTENTS))
        and arrays["whom"].shape == (width, len(WHOM))
        and arrays["whom_biases"].shape == (len(MODALITIES), len(WHOM))
    )
    if not fits:
        raise ConfigurationError(name, "the arrays of the weight file do not fit together")
    return EncoderHead(
        encoder=str(arrays["encoder"]),
        intents=arrays["intents"],
        intent_biases=arrays["intent_biases"],
        whom=arrays["whom"],
        whom_biases=arrays["whom_biases"],
        threshold=float(arrays["threshold"]),
    )

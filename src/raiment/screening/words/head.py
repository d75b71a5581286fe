"""
The trained head of the fast tier: how strongly the words ask for each intent, from their n-grams.

A text is cut into overlapping windows and the strongest window counts, so that padding a request with
harmless words does not thin it out.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from raiment.errors import ConfigurationError
from raiment.screening.words.grams import SCHEME, Grams, grams, grams_of_each
from raiment.screening.words.reading import Intent, Modality

INTENTS = (Intent.UNDRESS, Intent.REVEAL, Intent.SEXUALISE)
"""The order of every array with one place per intent."""
MODALITIES = (Modality.EDIT, Modality.GENERATE)
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class HeadScore:
    """Probabilities from 0 to 1, shifted so that ``asks`` 0.5 is the threshold chosen in training."""

    undress: float
    reveal: float
    sexualise: float
    asks: float
    """That the words ask for any of the three."""

    @property
    def intents(self) -> dict[Intent, float]:
        """The three probabilities by intent."""
        return dict(zip(INTENTS, (self.undress, self.reveal, self.sexualise), strict=True))

    @property
    def flagged(self) -> bool:
        """Whether the threshold is reached."""
        return self.asks >= _HALF


@dataclass(frozen=True, slots=True)
class WordsHead:
    """Weights of one trained head; made by ``load_head``, never changed."""

    bits: int
    weights: NDArray[np.int8]
    """One row per bucket, one column per intent."""
    scales: NDArray[np.float32]
    biases: NDArray[np.float32]
    """One row per modality, one column per intent."""
    thresholds: Mapping[str, float]
    """Log-odds by language (BCP 47) that become 0.5."""
    threshold: float
    """The same for a language nobody calibrated, and for an unknown one."""

    def score(self, texts: Sequence[str], modality: Modality, language: str = "und") -> HeadScore:
        """
        Return the highest scores over all windows of all *texts*, the renderings of one request.

        Any string is accepted, at most ``grams.READ_CHARACTERS`` characters of each are read. No text at
        all scores as an empty one.
        """
        different = dict.fromkeys(text.lower() for text in texts or ("",))
        rows = [self._log_odds(grams(text, modality, self.bits), modality) for text in different]
        shift = self.thresholds.get(language, self.threshold)
        odds = np.exp(np.clip(np.concatenate(rows) - shift, -30, 30))
        total = odds.sum(axis=1)
        each = (odds / (1 + total)[:, None]).max(axis=0)
        undress, reveal, sexualise = map(float, each)
        return HeadScore(undress, reveal, sexualise, asks=float((total / (1 + total)).max()))

    def log_odds(self, texts: Sequence[str], modality: Modality) -> dict[Intent, float]:
        """
        Return the log-odds of each intent against none in the window that asks for most, unshifted.

        What is accepted and read is as for ``score``.
        """
        different = dict.fromkeys(text.lower() for text in texts or ("",))
        rows = [self._log_odds(grams(text, modality, self.bits), modality) for text in different]
        odds = np.concatenate(rows)
        strongest = odds[int(np.argmax(np.logaddexp.reduce(odds, axis=1)))]
        return dict(zip(INTENTS, map(float, strongest), strict=True))

    def log_odds_of_each(self, texts: Sequence[str], modality: Modality) -> NDArray[np.float64]:
        """Return for each of *texts* (rows) the ``log_odds`` of it alone; at least one text."""
        found = grams_of_each([text.lower() for text in texts], modality, self.bits)
        if found is None:
            alone = [self.log_odds((text,), modality) for text in texts]
            return np.array([[odds[intent] for intent in INTENTS] for odds in alone])
        rows = self.weights[found.buckets]
        counts = np.bincount(found.blocks, minlength=len(texts))
        columns = [np.bincount(found.blocks, rows[:, i], len(texts)) for i in range(rows.shape[1])]
        return self._weighed(np.stack(columns, axis=1), counts, modality)

    def _log_odds(self, found: Grams, modality: Modality) -> NDArray[np.float64]:
        """Return for each window (row) the log-odds of each intent against none."""
        rows = self.weights[found.buckets]
        sums, counts = _window_sums(rows, found.blocks)
        return self._weighed(sums, counts, modality)

    def _weighed(
        self, sums: NDArray[np.float64], counts: NDArray[np.int64], modality: Modality
    ) -> NDArray[np.float64]:
        mean = sums * self.scales / np.sqrt(np.maximum(counts, 1))[:, None]
        odds: NDArray[np.float64] = self.biases[MODALITIES.index(modality)] + mean
        return odds


def _window_sums(
    rows: NDArray[np.int8], blocks: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the sums of *rows* over every two neighbouring blocks, and how many rows they are."""
    if blocks.max(initial=0) <= 1:
        return rows.sum(axis=0, dtype=np.float64)[None, :], np.array([rows.shape[0]])
    counts: NDArray[np.int64] = np.bincount(blocks)
    columns = [np.bincount(blocks, rows[:, i]) for i in range(rows.shape[1])]
    sums: NDArray[np.float64] = np.stack(columns, axis=1)
    return sums[:-1] + sums[1:], counts[:-1] + counts[1:]


def load_head(name: str, data: bytes) -> WordsHead:
    """
    Return the head kept in *data*, the bytes of the weight file *name*.

    Raises ConfigurationError naming the file when it is no weight file of this version.
    """
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as kept:
            arrays = {key: kept[key] for key in kept.files}
    except (ValueError, OSError, EOFError, zipfile.BadZipFile) as cause:
        raise ConfigurationError(name, "this is no weight file") from cause
    missing = _KEYS - arrays.keys()
    if missing:
        raise ConfigurationError(name, f"the weight file lacks {', '.join(sorted(missing))}")
    if int(arrays["scheme"]) != SCHEME:
        raise ConfigurationError(name, "the weight file was trained for another version of Raiment")
    return _head(name, arrays)


def _head(name: str, arrays: Mapping[str, NDArray[np.generic]]) -> WordsHead:
    weights, scales = arrays["weights"], arrays["scales"]
    biases, limits = arrays["biases"], arrays["thresholds"]
    bits = weights.shape[0].bit_length() - 1
    fits = (
        weights.shape == (1 << bits, len(INTENTS))
        and weights.dtype == np.int8
        and scales.shape == (len(INTENTS),)
        and biases.shape == (len(MODALITIES), len(INTENTS))
        and arrays["languages"].shape == limits.shape
    )
    if not fits:
        raise ConfigurationError(name, "the arrays of the weight file do not fit together")
    return WordsHead(
        bits=bits,
        weights=weights.astype(np.int8, copy=False),
        scales=scales.astype(np.float32),
        biases=biases.astype(np.float32),
        thresholds=dict(
            zip(map(str, arrays["languages"]), map(float, limits.astype(np.float64)), strict=True)
        ),
        threshold=float(arrays["threshold"].astype(np.float64)),
    )


_KEYS = frozenset({"scheme", "weights", "scales", "biases", "languages", "thresholds", "threshold"})

"""
The trained head of the encoder tier: what the gist of a text asks.

The gist comes from a multilingual encoder outside this room. A small head on it carries to languages and
wordings that no list and no n-gram has seen, at the price of the encoder's time.
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
from raiment.screening.words.head import INTENTS
from raiment.screening.words.reading import Intent, Modality

_KEYS = frozenset({"encoder", "hidden", "hidden_biases", "intents", "direct", "biases"})


class Encoder(Protocol):
    """A multilingual encoder, the same one the head was trained with."""

    @property
    def version(self) -> str:
        """Name and version, as the weight file gives it."""

    def encode(self, text: str, modality: Modality) -> NDArray[np.float32]:
        """
        Return the gist of each window of *text* that is to be read as *modality*, a row each; at least one.

        Raises Unavailable when it cannot read all of it, or nothing at all.
        """


@dataclass(frozen=True, slots=True)
class EncoderHead:
    """Weights of one trained head; made by ``load_encoder_head``, never changed."""

    encoder: str
    """Name and version of the encoder whose gists it reads."""
    hidden: NDArray[np.float32]
    """A row per number of the gist, a column per hidden unit; so are the other matrices."""
    hidden_biases: NDArray[np.float32]
    intents: NDArray[np.float32]
    """From the hidden units to the intents."""
    direct: NDArray[np.float32]
    """From the gist to the intents."""
    biases: NDArray[np.float32]

    def log_odds(self, gists: NDArray[np.float32]) -> dict[Intent, float]:
        """Return the log-odds of each intent against none in the window that asks for most."""
        units = np.maximum(gists @ self.hidden + self.hidden_biases, 0)
        odds = (units @ self.intents + gists @ self.direct + self.biases).astype(np.float64)
        strongest = odds[int(np.argmax(np.logaddexp.reduce(odds, axis=1)))]
        return dict(zip(INTENTS, map(float, strongest), strict=True))


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
    width, units = arrays["hidden"].shape
    wanted = len(INTENTS)
    fits = (
        arrays["hidden_biases"].shape == (units,)
        and arrays["intents"].shape == (units, wanted)
        and arrays["direct"].shape == (width, wanted)
        and arrays["biases"].shape == (wanted,)
    )
    if not fits:
        raise ConfigurationError(name, "the arrays of the weight file do not fit together")
    numbers = {
        key: arrays[key].astype(np.float32)
        for key in ("hidden", "hidden_biases", "intents", "direct", "biases")
    }
    if not all(np.isfinite(each).all() for each in numbers.values()):
        raise ConfigurationError(name, "the weight file holds what is no number")
    return EncoderHead(str(arrays["encoder"]), **numbers)

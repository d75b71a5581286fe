"""The encoder's lower layers, which training leaves alone: what they make of each text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from raiment.adapters.detectors.e5_encoder import LAYERS, e5_path, load_e5_encoder
from raiment.adapters.detectors.e5_file import open_e5_file
from raiment.adapters.detectors.e5_network import Layer, entrance_of, layer_of
from raiment.screening.words import Modality
from training.precise import in_columns, next_rows

LEFT_ALONE = 3
"""Layers that stay as they are; those above them are tuned."""

Rows = NDArray[np.float16]
"""A row for each piece of a text."""


def lower_rows(texts: Sequence[tuple[str, Modality]]) -> list[Rows]:
    """Return what the lowest layers make of the first window of each of *texts*, read in lower case."""
    encoder = load_e5_encoder(e5_path(), None)
    file = open_e5_file(e5_path())
    entrance = entrance_of(file)
    layers = [in_columns(layer_of(file, number)) for number in range(LEFT_ALONE)]
    known: dict[tuple[int, ...], Rows] = {}
    found: list[Rows] = []
    for text, modality in texts:
        numbers = encoder.windows(text.lower(), modality)[0]
        if numbers not in known:
            rows = entrance(numbers)
            for layer in layers:
                rows = next_rows(layer, rows)
            known[numbers] = rows.astype(np.float16)
        found.append(known[numbers])
    return found


def upper_layers() -> list[Layer]:
    """Return the layers that are tuned, as the package has them."""
    file = open_e5_file(e5_path())
    return [layer_of(file, number) for number in range(LEFT_ALONE, LAYERS)]

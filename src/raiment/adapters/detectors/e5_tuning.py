"""
What training changed in the encoder's layers, as low-rank matrices that are added when it is loaded.

The package's file stays as it is; the sum costs nothing when texts are read. (LoRA: Hu and others 2021,
arXiv:2106.09685.)
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from raiment.adapters.detectors.e5_file import Tensor
from raiment.adapters.detectors.e5_network import Layer
from raiment.errors import ConfigurationError

MATRICES = ("look", "gather", "widen", "narrow")
"""The matrices of a layer that may be changed, named as ``Layer`` names them."""
_MATRIX = 2
_KEY = re.compile(r"(\d{1,2})\.(look|gather|widen|narrow)\.(down|up)")


@dataclass(frozen=True, slots=True)
class Tuning:
    """Changes of an encoder's layers; made by ``load_tuning``, never changed."""

    name: str
    """The file's."""
    version: str
    """The first digits of the file's SHA-256."""
    arrays: Mapping[str, Tensor]
    """``layer.matrix.down`` (inputs by rank) and ``layer.matrix.up`` (rank by outputs)."""

    def applied(self, number: int, layer: Layer) -> Layer:
        """
        Return *layer*, which is layer *number*, with its changes.

        Raises ConfigurationError naming the file when they do not fit.
        """
        return replace(
            layer,
            look=self._changed(f"{number}.look", layer.look),
            gather=self._changed(f"{number}.gather", layer.gather),
            widen=self._changed(f"{number}.widen", layer.widen),
            narrow=self._changed(f"{number}.narrow", layer.narrow),
        )

    def _changed(self, key: str, matrix: Tensor) -> Tensor:
        down = self.arrays.get(f"{key}.down")
        if down is None:
            return matrix
        up = self.arrays[f"{key}.up"]
        if matrix.shape != (down.shape[0], up.shape[1]):
            raise ConfigurationError(self.name, "it does not fit the encoder")
        changed: Tensor = matrix + down @ up
        return changed


def load_tuning(name: str, data: bytes) -> Tuning:
    """
    Return the changes kept in *data*, the bytes of the weight file *name*.

    Raises ConfigurationError naming the file when it is no such file.
    """
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as kept:
            arrays = {key: kept[key].astype(np.float32) for key in kept.files}
    except (ValueError, OSError, EOFError, zipfile.BadZipFile) as cause:
        raise ConfigurationError(name, "this is no weight file") from cause
    for key, array in arrays.items():
        if not _KEY.fullmatch(key) or array.ndim != _MATRIX:
            raise ConfigurationError(name, "it holds what is no change of a layer")
        stem = key.rpartition(".")[0]
        down, up = arrays.get(f"{stem}.down"), arrays.get(f"{stem}.up")
        if down is None or up is None or down.shape[1:] != up.shape[:1]:
            raise ConfigurationError(name, "its matrices do not fit together")
    return Tuning(name, hashlib.sha256(data).hexdigest()[:12], arrays)

"""The weight file: eight-bit weights and what goes with them, the same bytes for the same numbers."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from raiment.screening.words.grams import SCHEME
from training.fit import Fitted

_LARGEST = 127


def weight_file(fitted: Fitted, thresholds: Mapping[str, float], threshold: float) -> bytes:
    """Return the bytes of the weight file that ``load_head`` reads."""
    # A few outliers would leave the others no resolution; they are cut to the largest value kept.
    scales = np.quantile(np.abs(fitted.weights), 0.9999, axis=0) / _LARGEST
    small = np.clip(np.round(fitted.weights / scales), -_LARGEST, _LARGEST).astype(np.int8)
    languages = sorted(thresholds)
    written = io.BytesIO()
    np.savez_compressed(
        written,
        scheme=np.int64(SCHEME),
        weights=small,
        scales=scales.astype(np.float32),
        biases=fitted.biases.astype(np.float32),
        languages=np.array(languages),
        thresholds=np.array([thresholds[one] for one in languages], dtype=np.float64),
        threshold=np.float64(threshold),
    )
    return written.getvalue()


def tuning_file(changes: Mapping[str, NDArray[np.float32]]) -> bytes:
    """Return the bytes that ``load_tuning`` reads, numbers rounded to sixteen bits."""
    written = io.BytesIO()
    rounded = {key: changes[key].astype(np.float16) for key in sorted(changes)}
    np.savez_compressed(written, **rounded)
    return written.getvalue()


def fingerprint(data: bytes) -> str:
    """Return the SHA-256 of *data* in hexadecimal."""
    return hashlib.sha256(data).hexdigest()

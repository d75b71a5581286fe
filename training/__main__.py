"""
Train the heads that read requests beside the lexicon, weigh them, and measure them on what they never saw.

Needs requirements/train.lock. Two runs over the same texts, on the same machine, write the same bytes.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from raiment.screening.words.tiers import Weighings
from training.crossing import Lesson, asks, by_fold, by_language, lesson_of
from training.encoder import (
    EncoderLesson,
    encoder_file,
    encoder_lesson,
    folds_of,
    is_ordinary,
    languages_of,
)
from training.frames import read_frames
from training.gists import Gists
from training.ordinary import long_texts, ordinary_texts
from training.tables import caught, print_table
from training.texts import Original, read_texts
from training.thresholds import thresholds_of
from training.weigh import Said, lexicon_says, log_odds, unheard, weighing
from training.weights import fingerprint, weight_file
from training.widen import widen
from training.wordings import compose

ROOT = Path(__file__).resolve().parents[1]
WORDS = ROOT / "src" / "raiment" / "screening" / "words"
LEXICON = WORDS / "data"
WEIGHTS = WORDS / "weights"
_BITS = 18
"""Two to this many buckets of n-grams."""
_PENALTY = 3e-7
_ROUNDS = 40
_VARIATIONS, _ENCODED_VARIATIONS = 6, 2
"""Of each original: encoding is slow."""
_COMPOSED_EVERY, _ENCODED_COMPOSED_EVERY = 3, 12
"""One in so many compositions is used: they are much alike."""
_MISSED = 0.004
"""Share of the abusive originals for which the encoder need not be asked: they look most harmless."""
_ALONE = 0.01
"""Share of the ordinary look-alikes that reach the n-gram head's own threshold."""


@dataclass(frozen=True, slots=True)
class Lessons:
    """What both heads are trained on."""

    originals: list[Original]
    grams: Lesson
    encoder: EncoderLesson
    version: str
    """The encoder's."""


def main() -> None:
    """Train and write the weights, or print the tables of what was held back."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("what", choices=["train", "transfer"])
    parser.add_argument("--texts", type=Path, default=ROOT / "training" / "texts")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument(
        "--cache", type=Path, default=ROOT / "build" / "gists", help="the encoder's work, kept"
    )
    parser.add_argument(
        "--left-out", default="ko,fi,sw,tr,el,vi", help="languages to leave out, for the tables"
    )
    options = parser.parse_args()
    started = time.process_time()
    lessons = _lessons(options.texts, options.cache)
    said = _said(lessons)
    if options.what == "train":
        _write(options.out, lessons, said)
    else:
        _transfer(lessons, said, options.left_out.split(","))
    print(f"{time.process_time() - started:.0f} s CPU")


def _lessons(texts: Path, cache: Path) -> Lessons:
    originals = read_texts(texts)
    frames = read_frames()
    composed, ordinary = list(compose(LEXICON)), list(ordinary_texts())
    grams = lesson_of(
        originals,
        widen(originals, _VARIATIONS, frames),
        widen([*composed[::_COMPOSED_EVERY], *ordinary], 1, frames),
        bits=_BITS,
        penalty=_PENALTY,
        rounds=_ROUNDS,
    )
    gists = Gists(cache)
    varied = widen(originals, _ENCODED_VARIATIONS, frames)
    made = [*ordinary, *long_texts()]
    few = composed[::_ENCODED_COMPOSED_EVERY]
    encoder = encoder_lesson(originals, varied, few, made, gists)
    print(f"{len(originals)} originals, {len(grams.rows)} rows of n-grams, {len(varied)} encoded")
    return Lessons(originals, grams, encoder, gists.version)


def _said(lessons: Lessons, left_out: Sequence[str] = ()) -> Said:
    """Return what each tier says of the originals, learned tiers without their fold, or their language."""
    originals = lessons.originals
    held = by_language(lessons.grams, left_out) if left_out else by_fold(lessons.grams)
    grams = np.full(len(originals), np.nan)
    for row, odds in zip(held.rows.tolist(), held.odds.tolist(), strict=True):
        grams[lessons.grams.rows[row].group] = odds
    parts = languages_of(originals, left_out) if left_out else folds_of(originals)
    encoder = asks(lessons.encoder.held_back(parts))
    scores, languages = lexicon_says(originals, LEXICON)
    return Said(scores, grams, encoder, languages)


def _weighings(lessons: Lessons, said: Said) -> Weighings:
    ordinary = is_ordinary(lessons.originals)
    fast = weighing(said, ordinary, with_encoder=False)
    full = weighing(said, ordinary, with_encoder=True)
    return Weighings(full, fast, unheard(log_odds(fast, said), ordinary, _MISSED))


def _write(out: Path, lessons: Lessons, said: Said) -> None:
    """Write the weight files and the list of their SHA-256."""
    weighings = _weighings(lessons, said)
    grams = lessons.grams.fitted(np.arange(len(lessons.grams.rows)))
    encoder = lessons.encoder.fitted(np.ones(len(lessons.encoder.labels), dtype=np.bool_))
    files = {
        "words-encoder.npz": encoder_file(encoder, lessons.version),
        "words-head.npz": weight_file(grams, *_alone(lessons, said)),
        "words-tiers.json": msgspec.json.format(msgspec.json.encode(weighings)) + b"\n",
    }
    out.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (out / name).write_bytes(data)
        print(f"{fingerprint(data)}  {name}  {len(data)} bytes")
    sums = "".join(f"{fingerprint(data)}  {name}\n" for name, data in files.items())
    (out / "SHA256SUMS.txt").write_text(sums, encoding="utf-8")


def _alone(lessons: Lessons, said: Said) -> tuple[Mapping[str, float], float]:
    """Return the thresholds of the n-gram head for whoever asks it alone."""
    ordinary = is_ordinary(lessons.originals)
    own = [one for one, plain in zip(said.languages, ordinary, strict=True) if plain]
    return thresholds_of(said.grams[ordinary], own, _ALONE)


def _transfer(lessons: Lessons, said: Said, left_out: Sequence[str]) -> None:
    """Print the tables: by five folds, and by language left out, at the same thresholds."""
    weighings = _weighings(lessons, said)
    everything = np.ones(len(lessons.originals), dtype=np.bool_)
    print_table("five folds", lessons.originals, caught(weighings, said), everything)
    unseen = _said(lessons, left_out)
    print_table(
        "language left out",
        lessons.originals,
        caught(weighings, unseen),
        languages_of(lessons.originals, left_out) >= 0,
    )


if __name__ == "__main__":
    main()

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
from numpy.typing import NDArray

from raiment.adapters.detectors.e5_encoder import e5_path, load_e5_encoder
from raiment.adapters.detectors.e5_tuning import load_tuning
from raiment.screening.words.encoder_head import Encoder
from raiment.screening.words.tiers import Weighings
from training.at_once import at_once
from training.crossing import HeldBack, Lesson, asks, by_fold, by_language, lesson_of
from training.encoder import EncoderLesson, HeadOnly, encoder_file, encoder_lesson, is_ordinary
from training.frames import read_frames
from training.gists import Gists
from training.lower import lower_rows
from training.ordinary import late_texts, long_texts, ordinary_texts
from training.tables import caught, print_table
from training.texts import Original, read_texts
from training.thresholds import thresholds_of
from training.tuning import Tuner
from training.weigh import Said, lexicon_says, log_odds, unheard, weighing
from training.weights import fingerprint, tuning_file, weight_file
from training.widen import widen
from training.wordings import compose

ROOT = Path(__file__).resolve().parents[1]
WORDS = ROOT / "src" / "raiment" / "screening" / "words"
LEXICON = WORDS / "data"
WEIGHTS = WORDS / "weights"
NEWER = ROOT / "training" / "newer"
"""Originals by other authors, told to write what the first ones lack."""
USUAL = ROOT / "training" / "usual"
"""What nearly everybody asks, as written, in the form of the originals."""
_BITS = 18
"""Two to this many buckets of n-grams."""
_PENALTY = 3e-7
_ROUNDS = 40
_VARIATIONS, _ENCODED_VARIATIONS = 6, 2
"""Of each original: tuning is slow."""
_COMPOSED_EVERY, _ENCODED_COMPOSED_EVERY, _ENCODED_ORDINARY_EVERY = 3, 12, 3
"""One in so many compositions is used: they are much alike."""
_WEIGHING_FOLDS = (0,)
"""Of the folds, those whose originals weigh the tiers: each needs a training of its own."""
_TUNING, _ENCODER = "words-tuning.npz", "words-encoder.npz"
_HEAD, _TIERS = "words-head.npz", "words-tiers.json"
_FILES = (_TUNING, _ENCODER, _HEAD, _TIERS)
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


def main() -> None:
    """Train and write the weights, or print the tables of what was held back."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("what", choices=["train", "transfer"])
    parser.add_argument("--texts", type=Path, default=ROOT / "training" / "texts")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument(
        "--encoder",
        type=Path,
        help="folder of an encoder of your own, which gets a head; with train",
    )
    parser.add_argument(
        "--cache", type=Path, default=ROOT / "build" / "gists", help="that encoder's work, kept"
    )
    parser.add_argument(
        "--left-out", default="ko,fi,sw,tr,el,vi", help="languages to leave out, for the tables"
    )
    options = parser.parse_args()
    if options.encoder and (options.what != "train" or options.out == WEIGHTS):
        parser.error("--encoder is for train, with --out: it leaves the encoder that ships alone")
    started = time.perf_counter()
    lessons = _lessons([*read_texts(options.texts), *read_texts(NEWER)])
    if options.encoder:
        _train_own(lessons, options.out, _own_encoder(options.encoder), options.cache)
    elif options.what == "train":
        _train(lessons, options.out)
    else:
        _transfer(lessons, options.left_out.split(","))
    print(f"{(time.perf_counter() - started) / 60:.0f} minutes")


def _own_encoder(folder: Path) -> Encoder:
    # Its packages are not in requirements/train.lock.
    from raiment.adapters.detectors.onnx_encoder import load_onnx_encoder  # noqa: PLC0415

    return load_onnx_encoder(folder)


def _lessons(originals: list[Original]) -> Lessons:
    frames = read_frames()
    composed, ordinary = list(compose(LEXICON)), list(ordinary_texts())
    written = read_texts(USUAL)
    grams = lesson_of(
        originals,
        widen(originals, _VARIATIONS, frames),
        widen([*composed[::_COMPOSED_EVERY], *ordinary, *written], 1, frames),
        bits=_BITS,
        penalty=_PENALTY,
        rounds=_ROUNDS,
    )
    varied = widen(originals, _ENCODED_VARIATIONS, frames)
    usual = [*ordinary, *long_texts()]
    early = [*written, *usual[::_ENCODED_ORDINARY_EVERY]]
    late = [one for place, one in enumerate(usual) if place % _ENCODED_ORDINARY_EVERY]
    few = composed[::_ENCODED_COMPOSED_EVERY]
    encoder = encoder_lesson(originals, varied, few, early, [*late, *late_texts()])
    print(
        f"{len(originals)} originals, {len(grams.rows)} rows of n-grams, {len(encoder.texts)} encoded"
    )
    return Lessons(originals, grams, encoder)


def _tuner(lesson: EncoderLesson) -> Tuner:
    half = len(lesson.texts) // 2
    first, second = at_once(
        lambda: lower_rows(lesson.texts[:half]), lambda: lower_rows(lesson.texts[half:])
    )
    return Tuner([*first, *second], lesson.labels, lesson.shares, lesson.turns)


def _heard(lessons: Lessons, tuner: Tuner) -> NDArray[np.float64]:
    """Return the encoder's odds of the originals of the folds that weigh it."""
    lesson = lessons.encoder
    return lesson.held_back(tuner, lesson.by_fold(_WEIGHING_FOLDS))


def _train(lessons: Lessons, out: Path) -> None:
    """Train both heads on everything, and on what weighs them without their folds; write the files."""
    everything = np.ones(len(lessons.encoder.texts), dtype=np.bool_)
    tuner = _tuner(lessons.encoder)
    tuned, heard = at_once(lambda: tuner.fitted(everything), lambda: _heard(lessons, tuner))
    tuning = tuning_file(tuned.changes)
    version = load_e5_encoder(e5_path(), load_tuning(_TUNING, tuning)).version
    encoder = {_TUNING: tuning, _ENCODER: encoder_file(tuned.head, version)}
    _write(out, encoder | _other_files(lessons, heard))


def _train_own(lessons: Lessons, out: Path, encoder: Encoder, cache: Path) -> None:
    """Train a head over an encoder that stays as it is; write the files."""
    lesson = lessons.encoder
    learner = HeadOnly(Gists(cache, encoder).of(lesson.texts), lesson.labels, lesson.shares)
    heard = lesson.held_back(learner, lesson.by_fold(_WEIGHING_FOLDS))
    head = learner.fitted(np.ones(len(lesson.texts), dtype=np.bool_))
    own = {_ENCODER: encoder_file(head, encoder.version)}
    _write(out, own | _other_files(lessons, heard))


def _other_files(lessons: Lessons, heard: NDArray[np.float64]) -> dict[str, bytes]:
    """Return the files that every encoder needs beside its own: the n-gram head's, and the weighings."""
    grams = lessons.grams.fitted(np.arange(len(lessons.grams.rows)))
    said = _said(lessons, heard, by_fold(lessons.grams, _WEIGHING_FOLDS))
    weighings = msgspec.json.encode(_weighings(lessons, said))
    return {
        _HEAD: weight_file(grams, *_alone(lessons, said)),
        _TIERS: msgspec.json.format(weighings) + b"\n",
    }


def _said(lessons: Lessons, heard: NDArray[np.float64], held: HeldBack) -> Said:
    """Return what each tier says of the originals; learned tiers without their fold, or their language."""
    grams = np.full(len(lessons.originals), np.nan)
    for row, odds in zip(held.rows.tolist(), held.odds.tolist(), strict=True):
        grams[lessons.grams.rows[row].group] = odds
    scores, languages = lexicon_says(lessons.originals, LEXICON)
    return Said(scores, grams, asks(heard), languages)


def _weighings(lessons: Lessons, said: Said) -> Weighings:
    ordinary = is_ordinary(lessons.originals)
    heard = ~np.isnan(said.encoder)
    some, plain = said.of(heard), ordinary[heard]
    fast = weighing(some, plain, with_encoder=False)
    full = weighing(some, plain, with_encoder=True)
    asked = unheard(log_odds(fast, some), plain, _MISSED)
    return Weighings(full, fast, asked)


def _write(out: Path, files: Mapping[str, bytes]) -> None:
    """Write the weight files and the list of their SHA-256."""
    out.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (out / name).write_bytes(data)
        print(f"{fingerprint(data)}  {name}  {len(data)} bytes")
    there = {name: out / name for name in _FILES}
    sums = [
        f"{fingerprint(one.read_bytes())}  {name}\n" for name, one in there.items() if one.exists()
    ]
    (out / "SHA256SUMS.txt").write_text("".join(sums), encoding="utf-8")


def _alone(lessons: Lessons, said: Said) -> tuple[Mapping[str, float], float]:
    """Return the thresholds of the n-gram head for whoever asks it alone."""
    heard = ~np.isnan(said.grams)
    some, plain = said.of(heard), is_ordinary(lessons.originals)[heard]
    own = [one for one, ordinary in zip(some.languages, plain, strict=True) if ordinary]
    return thresholds_of(some.grams[plain], own, _ALONE)


def _transfer(lessons: Lessons, left_out: Sequence[str]) -> None:
    """Print the tables: by fold, and by languages left out together, at the same thresholds."""
    tuner, lesson = _tuner(lessons.encoder), lessons.encoder
    heard, unheard = at_once(
        lambda: _heard(lessons, tuner),
        lambda: lesson.held_back(tuner, lesson.by_language(left_out)),
    )
    said = _said(lessons, heard, by_fold(lessons.grams, _WEIGHING_FOLDS))
    weighings = _weighings(lessons, said)
    print_table("folds", lessons.originals, caught(weighings, said), ~np.isnan(said.encoder))
    unseen = _said(lessons, unheard, by_language(lessons.grams, left_out))
    print_table(
        "languages left out",
        lessons.originals,
        caught(weighings, unseen),
        ~np.isnan(unseen.encoder),
    )


if __name__ == "__main__":
    main()

"""
Train the heads that read requests beside the lexicon, weigh them, and measure them on what they never saw.

Needs requirements/train.lock. Two runs over the same texts, on the same machine, write the same bytes.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from raiment.adapters.detectors.e5_encoder import e5_path, load_e5_encoder
from raiment.adapters.detectors.e5_tuning import load_tuning
from raiment.screening.words.encoder_head import Encoder, load_encoder_head
from raiment.screening.words.head import load_head
from raiment.screening.words.normalise import normalise
from raiment.screening.words.tiers import Weighings, any_of
from training.at_once import at_once
from training.crossing import HeldBack, Lesson, asks, by_fold, by_language, lesson_of
from training.encoder import EncoderLesson, HeadOnly, encoder_file, encoder_lesson, is_ordinary
from training.frames import read_frames
from training.gists import Gists
from training.lower import lower_rows
from training.ordinary import as_edits, late_texts, long_texts, ordinary_texts, passages
from training.perceptron import Perceptron
from training.tables import caught, print_table
from training.texts import Original, read_texts
from training.thresholds import thresholds_of
from training.tuning import Tuner
from training.vocabulary import vocabulary_file
from training.weigh import Said, lexicon_says, log_odds, unheard, weighing
from training.weights import fingerprint, tuning_file, weight_file
from training.widen import fold_of, widen
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
_VARIATIONS, _ENCODED_VARIATIONS = 3, 2
"""Of each original: tuning is slow."""
_COMPOSED_EVERY, _ENCODED_COMPOSED_EVERY, _ENCODED_ORDINARY_EVERY = 3, 12, 3
"""One in so many compositions is used: they are much alike."""
_WEIGHING_FOLDS = (0,)
"""Of the folds, those that the heads are never shown: their originals weigh the tiers."""
_TUNING, _ENCODER = "words-tuning.npz", "words-encoder.npz"
_HEAD, _TIERS = "words-head.npz", "words-tiers.json"
_VOCABULARY = "words-vocabulary.txt"
_FILES = (_TUNING, _ENCODER, _HEAD, _TIERS, _VOCABULARY)
_MISSED = 0.004
"""Share of the abusive originals for which the encoder need not be asked: they look most harmless."""
_ALONE = 0.01
"""Share of the ordinary look-alikes that reach the n-gram head's own threshold."""


def main() -> None:
    """Train and write the weights, or print the tables of what was held back."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("what", choices=["train", "weigh", "transfer"])
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
    originals = [*read_texts(options.texts), *read_texts(NEWER)]
    if options.encoder:
        _train_own(originals, options.out, _own_encoder(options.encoder), options.cache)
    elif options.what == "train":
        _train(originals, options.out)
    elif options.what == "weigh":
        _weigh(originals, options.out)
    else:
        _transfer(originals, options.left_out.split(","))
    print(f"{(time.perf_counter() - started) / 60:.0f} minutes")


def _own_encoder(folder: Path) -> Encoder:
    # Its packages are not in requirements/train.lock.
    from raiment.adapters.detectors.onnx_encoder import load_onnx_encoder  # noqa: PLC0415

    return load_onnx_encoder(folder)


def _gram_lesson(originals: list[Original]) -> Lesson:
    frames = read_frames()
    composed = list(compose(LEXICON))[::_COMPOSED_EVERY]
    written = _written()
    usual = [*composed, *ordinary_texts(), *written, *passages(written)]
    lesson = lesson_of(
        originals,
        widen(originals, _VARIATIONS, frames),
        widen(usual, 1, frames),
        bits=_BITS,
        penalty=_PENALTY,
        rounds=_ROUNDS,
    )
    print(f"{len(originals)} originals, {len(lesson.rows)} rows of n-grams", flush=True)
    return lesson


def _encoder_lesson(originals: list[Original]) -> EncoderLesson:
    varied = widen(originals, _ENCODED_VARIATIONS, read_frames())
    written, usual = _written(), [*ordinary_texts(), *long_texts()]
    early = [*written, *usual[::_ENCODED_ORDINARY_EVERY]]
    late = [one for place, one in enumerate(usual) if place % _ENCODED_ORDINARY_EVERY]
    late += [*late_texts(), *passages([*written, *long_texts()])]
    few = list(compose(LEXICON))[::_ENCODED_COMPOSED_EVERY]
    lesson = encoder_lesson(originals, varied, few, early, late)
    print(f"{len(originals)} originals, {len(lesson.texts)} texts encoded", flush=True)
    return lesson


def _written() -> list[Original]:
    """Return what nearly everybody asks, as written; captions as both of what they may be meant for."""
    usual = read_texts(USUAL)
    return [*usual, *as_edits(usual)]


def _tuner(lesson: EncoderLesson) -> Tuner:
    half = len(lesson.texts) // 2
    first, second = at_once(
        lambda: lower_rows(lesson.texts[:half]), lambda: lower_rows(lesson.texts[half:])
    )
    return Tuner([*first, *second], lesson.labels, lesson.shares, lesson.turns)


def _tuned(tuning: bytes) -> Encoder:
    """Return our encoder with *tuning*."""
    return load_e5_encoder(e5_path(), load_tuning(_TUNING, tuning))


def _train(originals: list[Original], out: Path) -> None:
    """Train both heads on all folds but those that weigh them, and weigh them; write the files."""
    lesson = _encoder_lesson(originals)
    tuned = _tuner(lesson).fitted(lesson.by_fold(_WEIGHING_FOLDS) == -1)
    tuning = tuning_file(tuned.changes)
    words = vocabulary_file([*originals, *read_texts(USUAL)])
    heads = _heads(originals, tuned.head, _tuned(tuning))
    _write(out, heads | {_TUNING: tuning, _VOCABULARY: words})


def _train_own(originals: list[Original], out: Path, encoder: Encoder, cache: Path) -> None:
    """Train a head over an encoder that stays as it is, and weigh it; write the files."""
    lesson = _encoder_lesson(originals)
    learner = HeadOnly(Gists(cache, encoder).of(lesson.texts), lesson.labels, lesson.shares)
    head = learner.fitted(lesson.by_fold(_WEIGHING_FOLDS) == -1)
    _write(out, _heads(originals, head, encoder))


def _heads(originals: list[Original], head: Perceptron, encoder: Encoder) -> dict[str, bytes]:
    """Return the files of *head* over *encoder*, of the n-gram head, and of how both are weighed."""
    ears = encoder_file(head, encoder.version)
    grams = _head_file(_gram_lesson(originals))
    return {_ENCODER: ears, _HEAD: grams, _TIERS: _tiers_file(originals, grams, ears, encoder)}


def _weigh(originals: list[Original], out: Path) -> None:
    """Weigh the heads in *out* again; write the weighings."""
    tuning, ears, grams = ((out / name).read_bytes() for name in (_TUNING, _ENCODER, _HEAD))
    _write(out, {_TIERS: _tiers_file(originals, grams, ears, _tuned(tuning))})


def _head_file(lesson: Lesson) -> bytes:
    """Return the n-gram head's file."""
    grams, held = by_fold(lesson, _WEIGHING_FOLDS)
    originals = [lesson.originals[lesson.rows[row].group] for row in held.rows.tolist()]
    _, languages = lexicon_says(originals, LEXICON)
    plain = is_ordinary(originals)
    own = [one for one, ordinary in zip(languages, plain, strict=True) if ordinary]
    return weight_file(grams, *thresholds_of(held.odds[plain], own, _ALONE))


def _tiers_file(
    originals: list[Original], grams_file: bytes, ears_file: bytes, encoder: Encoder
) -> bytes:
    """Return the weighings of the tiers by what they say, read as they ship, of originals not shown to them."""
    held = [one for one in originals if fold_of(one) in _WEIGHING_FOLDS]
    head, ears = load_head(_HEAD, grams_file), load_encoder_head(_ENCODER, ears_file)
    scores, languages = lexicon_says(held, LEXICON)
    grams, heard = np.zeros(len(held)), np.zeros(len(held))
    for i, one in enumerate(held):
        likely = normalise(one.text, accents=True).likely
        texts = tuple(dict.fromkeys(rendering.text.characters for rendering in likely))
        grams[i] = any_of(head.log_odds(texts, one.modality))
        heard[i] = max(any_of(ears.log_odds(encoder.encode(text, one.modality))) for text in texts)
    weighings = _weighings(held, Said(scores, grams, heard, languages))
    return msgspec.json.format(msgspec.json.encode(weighings)) + b"\n"


def _said(lesson: Lesson, heard: NDArray[np.float64], held: HeldBack) -> Said:
    """Return what each tier says of the originals; learned tiers without their fold, or their language."""
    grams = np.full(len(lesson.originals), np.nan)
    for row, odds in zip(held.rows.tolist(), held.odds.tolist(), strict=True):
        grams[lesson.rows[row].group] = odds
    scores, languages = lexicon_says(lesson.originals, LEXICON)
    return Said(scores, grams, asks(heard), languages)


def _weighings(originals: Sequence[Original], said: Said) -> Weighings:
    ordinary = is_ordinary(originals)
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


def _transfer(originals: list[Original], left_out: Sequence[str]) -> None:
    """Print the tables: by fold, and by languages left out together, at the same thresholds."""
    lesson, grams = _encoder_lesson(originals), _gram_lesson(originals)
    tuner = _tuner(lesson)
    heard, unheard = at_once(
        lambda: lesson.held_back(tuner, lesson.by_fold(_WEIGHING_FOLDS)),
        lambda: lesson.held_back(tuner, lesson.by_language(left_out)),
    )
    said = _said(grams, heard, by_fold(grams, _WEIGHING_FOLDS)[1])
    weighings = _weighings(originals, said)
    print_table("folds", originals, caught(weighings, said), ~np.isnan(said.encoder))
    unseen = _said(grams, unheard, by_language(grams, left_out)[1])
    flags = caught(weighings, unseen)
    print_table("languages left out", originals, flags, ~np.isnan(unseen.encoder))


if __name__ == "__main__":
    main()

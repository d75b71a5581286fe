"""
Train the request-screening head, and measure what it does with what it was not trained on.

Needs requirements/train.lock. Two runs over the same texts, on the same machine, write the same bytes.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np

from training.crossing import HeldBack, Lesson, by_fold, by_intent, by_language, lesson_of
from training.frames import read_frames
from training.ordinary import ordinary_texts
from training.texts import NONE, read_texts
from training.thresholds import thresholds_of
from training.weights import fingerprint, weight_file
from training.widen import widen
from training.wordings import compose

ROOT = Path(__file__).resolve().parents[1]
WORDS = ROOT / "src" / "raiment" / "screening" / "words"


def main() -> None:
    """Train and write the weights, or print the transfer tables."""
    options = _options()
    started = time.process_time()
    lesson = _lesson(options)
    print(
        f"{len(lesson.originals)} originals, {lesson.written} rows of theirs, {len(lesson.rows)} in all"
    )
    held = by_fold(lesson)
    if options.what == "transfer":
        _table("five folds", lesson, held, options.rate)
        languages = sorted({one.language for one in lesson.originals})
        _table("language left out", lesson, by_language(lesson, languages), options.rate)
        _intents(lesson, held, options.rate)
    else:
        ordinary = [i for i, row in enumerate(held.rows) if lesson.rows[row].label == NONE]
        # Thresholds go by language as the lexicon tells it, which does not tell scripts apart.
        languages = [lesson.rows[held.rows[i]].language.partition("-")[0] for i in ordinary]
        thresholds, threshold = thresholds_of(held.odds[ordinary], languages, options.rate)
        data = weight_file(lesson.fitted(np.arange(len(lesson.rows))), thresholds, threshold)
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_bytes(data)
        print(f"{fingerprint(data)}  {options.out.name}  {len(data)} bytes, threshold {threshold}")
    print(f"{time.process_time() - started:.0f} s CPU")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("what", choices=["train", "transfer"])
    parser.add_argument("--texts", type=Path, default=ROOT / "training" / "texts")
    parser.add_argument("--lexicon", type=Path, default=WORDS / "data")
    parser.add_argument("--out", type=Path, default=WORDS / "weights" / "words-head.npz")
    parser.add_argument("--variations", type=int, default=12, help="of each original")
    parser.add_argument("--bits", type=int, default=18, help="two to this many buckets")
    parser.add_argument("--penalty", type=float, default=3e-7)
    parser.add_argument("--rounds", type=int, default=60, help="of the optimiser, at most")
    parser.add_argument(
        "--rate", type=float, default=0.01, help="ordinary look-alikes that may reach the threshold"
    )
    return parser.parse_args()


def _lesson(options: argparse.Namespace) -> Lesson:
    originals = read_texts(options.texts)
    frames = read_frames()
    composed = [*compose(options.lexicon), *ordinary_texts()]
    return lesson_of(
        originals,
        widen(originals, options.variations, frames),
        widen(composed, 1, frames),
        bits=options.bits,
        penalty=options.penalty,
        rounds=options.rounds,
    )


def _table(title: str, lesson: Lesson, held: HeldBack, rate: float) -> None:
    """Print recall by language at the threshold that *rate* of held-back ordinary texts reach."""
    ordinary = np.array([lesson.rows[i].label == NONE for i in held.rows])
    languages = np.array([lesson.rows[i].language for i in held.rows])
    limits = {one: np.quantile(held.odds[ordinary], 1 - one) for one in (rate, 0.001)}
    print(
        f"\n{title:<20}{'abusive':>9}{'ordinary':>9}"
        + "".join(f"   TPR at {one:.1%}" for one in limits)
    )
    for name in [*sorted(set(languages.tolist())), "all"]:
        here = (languages == name) | (name == "all")
        caught = [np.mean(held.odds[here & ~ordinary] >= limit) for limit in limits.values()]
        counts = (int((here & ~ordinary).sum()), int((here & ordinary).sum()))
        print(
            f"{name:<20}{counts[0]:>9}{counts[1]:>9}" + "".join(f"{one:>14.3f}" for one in caught)
        )


def _intents(lesson: Lesson, held: HeldBack, rate: float) -> None:
    """Print recall of each intent by a head that never saw it, at the folds' threshold."""
    ordinary = np.array([lesson.rows[i].label == NONE for i in held.rows])
    limit = np.quantile(held.odds[ordinary], 1 - rate)
    print(f"\nintent left out     TPR at {rate:.1%}")
    for label, unseen in by_intent(lesson):
        print(f"{label:<20}{np.mean(unseen.odds >= limit):>14.3f}")


if __name__ == "__main__":
    main()

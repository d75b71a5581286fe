"""
Measure the trained head alone: recall and false positives on the request sets, CPU per prompt, memory.

Reads the request sets beside the project (``../shared/eval/requests/*.jsonl``), which are not part of it
and which nothing here was trained on. Recall on what training held back: ``python -m training transfer``.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from raiment.screening.words import Modality
from raiment.screening.words.head import HeadScore, WordsHead, load_head
from raiment.screening.words.normalise import normalise

ROOT = Path(__file__).resolve().parents[1]
WEIGHTS = ROOT / "src" / "raiment" / "screening" / "words" / "weights" / "words-head.npz"
CAPTIONS = frozenset(
    {"coco_captions", "partiprompts", "dpg_bench", "xstest_safe", "authored_hardneg"}
)
LONG = {
    "32,000 characters of sentences": "make the wall of the kitchen a little darker. " * 700,
    "one character 32,000 times": "a" * 32_000,
    "a million invisible marks": "\u200b" * 1_000_000,
    "lone surrogates and NUL": "\ud800\x00" * 8_000,
}


def rows(folder: Path) -> Iterator[tuple[str, str, str, Modality]]:
    """Yield label, source, text and modality of every row."""
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            caption = row["source"] in CAPTIONS and row["label"] == "benign"
            yield (
                row["label"],
                row["source"],
                row["text"],
                Modality.GENERATE if caption else Modality.EDIT,
            )


def judged(head: WordsHead, text: str, modality: Modality) -> tuple[HeadScore, float, float]:
    """Return the score, and the CPU milliseconds of normalising and of scoring."""
    started = time.process_time_ns()
    renderings = [rendering.text.characters for rendering in normalise(text).likely]
    normalised = time.process_time_ns()
    score = head.score([text, *renderings], modality)
    ended = time.process_time_ns()
    return score, (normalised - started) / 1e6, (ended - normalised) / 1e6


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--requests", type=Path, default=ROOT.parent / "shared" / "eval" / "requests"
    )
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    options = parser.parse_args()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    head = load_head(options.weights.name, options.weights.read_bytes())
    head.score(["warm up"], Modality.EDIT)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    sets: dict[str, list[float]] = {}
    cpu: list[tuple[float, float]] = []
    for label, source, text, modality in rows(options.requests):
        score, normalising, scoring = judged(head, text, modality)
        sets.setdefault(f"{label}: {source}", []).append(score.asks)
        cpu.append((normalising, scoring))
    print(f"{'set':<38}{'rows':>6}{'asks >= 0.5':>13}{'>= 0.8':>9}{'>= 0.95':>9}")
    for name, scores in sorted(sets.items()):
        flagged = "".join(
            f"{np.mean(np.array(scores) >= level):>10.2%}" for level in (0.5, 0.8, 0.95)
        )
        print(f"{name:<38}{len(scores):>6}{flagged}")
    for name, times in zip(("normalising", "scoring"), np.array(cpu).T, strict=True):
        middle, far = np.percentile(times, [50, 99])
        print(
            f"CPU ms per prompt, {name:<12} p50 {middle:.2f}  p99 {far:.2f}  max {times.max():.2f}"
        )
    for name, text in LONG.items():
        _, normalising, scoring = judged(head, text, Modality.EDIT)
        print(f"{name:<34} normalising {normalising:.1f} ms, scoring {scoring:.1f} ms")
    print(f"memory: {grown:.0f} MB more after loading and one score")


if __name__ == "__main__":
    main()

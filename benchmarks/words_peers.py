"""
Filters of others beside ours, on the same requests in the same run.

Run in an environment with requirements/bench.lock and Raiment itself installed (``make bench-words``). Each
filter works in a process of its own, one text at a time, in one thread. Learned filters are judged at the
threshold at which they flag the share of harmless requests that ours does: set on every second of them,
reported on the others. A word list has no threshold. The MiniLM head is fitted on one half of the originals in
``training/texts`` and judged on the other half; ours were fitted on all of them, so theirs is the column of
requests that nobody has seen.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from words import ROOT, Row, judge, percentile, rows, screen_of, wilson
from words_disguises import by_language, sample

Score = Callable[[Row], float]
OURS = ("raiment, all tiers", "raiment, fast", "raiment, lexicon")
SETS = ("unseen", "originals", "harmless")
_FITTED_ON = 60
"""Originals of each language that the MiniLM head is fitted on."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one filter said of every request, and what that took."""

    name: str
    scores: dict[str, list[float]]
    """By set, in its order."""
    milliseconds: list[float]
    """CPU of each text, sorted."""
    megabytes: float
    """Resident memory at its highest, beyond that of the process before the filter was loaded."""


def requests(folder: Path, texts: Path, each: int, harmless: int) -> dict[str, list[Row]]:
    """Return what is judged, by set."""
    everything = list(rows(folder))
    originals = (row for row in rows(texts) if row.label != "benign" and not _fitted(row))
    return {
        "unseen": [row for row in everything if row.label not in {"benign", "ambiguous"}],
        "originals": by_language(originals, each),
        "harmless": sample((row for row in everything if row.label == "benign"), harmless),
    }


def _fitted(row: Row) -> bool:
    """Return whether *row* is of the half of the originals that heads here are fitted on."""
    return zlib.crc32(row.text.encode()) % 2 == 0


def _ours(reader: str) -> Score:
    screen = screen_of(reader)
    return lambda row: float(judge(row, screen, modality="meant", source_person=None).flagged)


def _word_list(_: Path) -> Score:
    from better_profanity import profanity  # noqa: PLC0415 - each filter is loaded in its own process

    profanity.load_censor_words()
    return lambda row: float(profanity.contains_profanity(row.text))


def _profanity_check(_: Path) -> Score:
    from profanity_check import predict_prob  # noqa: PLC0415

    return lambda row: float(predict_prob([row.text])[0])


def _minilm(texts: Path) -> Score:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    from minilm import MiniLM  # noqa: PLC0415

    encoder = MiniLM()
    half = [row for row in rows(texts) if _fitted(row)]
    lessons = [
        *by_language((row for row in half if row.label != "benign"), _FITTED_ON // 2),
        *by_language((row for row in half if row.label == "benign"), _FITTED_ON // 2),
    ]
    head = LogisticRegression(C=10, class_weight="balanced", max_iter=2000)
    head.fit(
        np.stack([encoder.encode(row.text) for row in lessons]),
        [row.label != "benign" for row in lessons],
    )
    return lambda row: float(head.predict_proba(encoder.encode(row.text)[None])[0, 1])


FILTERS: dict[str, Callable[[Path], Score]] = {
    OURS[0]: lambda _: _ours("full"),
    OURS[1]: lambda _: _ours("fast"),
    OURS[2]: lambda _: _ours("lexicon"),
    "better-profanity": _word_list,
    "alt-profanity-check": _profanity_check,
    "MiniLM + regression": _minilm,
}
THRESHOLDS = {"alt-profanity-check": 0.5, "MiniLM + regression": 0.5}
"""At which learned filters flag of themselves."""


def measure(name: str, sets: dict[str, list[Row]], texts: Path) -> None:
    """Print, as JSON, what the filter *name* says of *sets*."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    score = FILTERS[name](texts)
    score(sets["harmless"][0])
    spent: list[float] = []
    scores: dict[str, list[float]] = {}
    for group, several in sets.items():
        scores[group] = []
        for row in several:
            started = time.process_time_ns()
            scores[group].append(score(row))
            spent.append((time.process_time_ns() - started) / 1e6)
    resident = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(json.dumps([scores, sorted(spent), resident]))


def measured(name: str, arguments: Sequence[str]) -> Measured:
    """Return what a process of its own says that the filter *name* does."""
    answer = subprocess.run(
        [sys.executable, __file__, *arguments, "--filter", name], capture_output=True, check=True
    )
    scores, spent, resident = json.loads(answer.stdout.splitlines()[-1])
    return Measured(name, scores, spent, resident)


def threshold(one: Measured, allowed: float) -> float:
    """Return from where *one* flags at most the share *allowed* of every second harmless request."""
    if one.name not in THRESHOLDS:
        return 0.5
    tuned = sorted(one.scores["harmless"][::2], reverse=True)
    return float(np.nextafter(tuned[int(allowed * len(tuned))], 2))


def rate(scores: Iterable[float], least: float) -> str:
    """Return how many of *scores* are at least *least*, as a share with 95 % bounds."""
    flags = [score >= least for score in scores]
    low, high = wilson(sum(flags), len(flags))
    return f"{sum(flags) / len(flags):>7.2%} ({low:.2%} to {high:.2%})"


def report(several: Sequence[Measured], sets: dict[str, list[Row]]) -> None:
    """Print the tables: what is found and what is flagged wrongly, by language, what it costs."""
    ours = several[0].scores["harmless"][::2]
    allowed = sum(ours) / len(ours)
    places = {one.name: threshold(one, allowed) for one in several}
    print(f"\n{'filter':<34}{'unseen':<28}{'originals':<28}{'harmless, other half'}")
    for one in several:
        for at in dict.fromkeys((places[one.name], THRESHOLDS.get(one.name, places[one.name]))):
            name = one.name + (f" at {at:.3f}" if one.name in THRESHOLDS else "")
            found = (rate(one.scores[group], at) for group in SETS[:2])
            wrong = rate(one.scores["harmless"][1::2], at)
            print(f"{name:<34}{''.join(f'{each:<28}' for each in found)}{wrong}")
    print(f"of {', '.join(f'{len(sets[group])} {group}' for group in SETS)}")
    for group in SETS[:2]:
        by_lang(group, several, sets[group], places)
    print(f"\n{'filter':<34}{'p50, ms':>9}{'p99, ms':>9}{'texts a second':>16}{'memory, MB':>12}")
    for one in several:
        spent = one.milliseconds
        print(
            f"{one.name:<34}{percentile(spent, 0.5):>9.2f}{percentile(spent, 0.99):>9.2f}"
            f"{1000 * len(spent) / sum(spent):>16.0f}{one.megabytes:>12.0f}"
        )


def by_lang(
    group: str, several: Sequence[Measured], chosen: Sequence[Row], places: dict[str, float]
) -> None:
    """Print the share found of each language, a column a filter."""
    print(
        f"\n{group + ', by language':<24}{'of':>5}  "
        + "".join(f"{one.name:>22}" for one in several)
    )
    for lang in sorted({row.lang for row in chosen}):
        mine = [i for i, row in enumerate(chosen) if row.lang == lang]
        cells = (
            sum(one.scores[group][i] >= places[one.name] for i in mine) / len(mine)
            for one in several
        )
        print(f"{lang:<24}{len(mine):>5}  " + "".join(f"{cell:>22.0%}" for cell in cells))


def main() -> None:
    """Measure every filter and print the tables; with ``--filter`` measure one, in this process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--requests", type=Path, default=ROOT.parent / "shared" / "eval" / "requests"
    )
    parser.add_argument("--texts", type=Path, default=ROOT / "training" / "texts")
    parser.add_argument("--each", type=int, default=12, help="abusive originals of every language")
    parser.add_argument("--harmless", type=int, default=3000, help="how many harmless requests")
    parser.add_argument("--filter", choices=list(FILTERS), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    sets = requests(asked.requests, asked.texts, asked.each, asked.harmless)
    if asked.filter:
        measure(asked.filter, sets, asked.texts)
        return
    given = ["--requests", asked.requests, "--texts", asked.texts]
    given += ["--each", asked.each, "--harmless", asked.harmless]
    report([measured(name, [str(one) for one in given]) for name in FILTERS], sets)


if __name__ == "__main__":
    main()

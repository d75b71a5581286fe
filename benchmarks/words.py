"""
Measure request screening by words, through the shipped rules: rates with 95 % bounds, CPU per prompt.

Reads the request sets beside the project (``../shared/eval/requests/*.jsonl``), which are not part of it.
Nothing is written; with ``--show`` the rows judged wrongly are printed, for whoever tunes the lexicon.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from raiment.bootstrap import load_screen
from raiment.policy.rule import Effect
from raiment.screening.request import Request, SourcePerson, Verb, person_in
from raiment.screening.screen_request import Screen, screen_request
from raiment.settings import read_settings

ROOT = Path(__file__).resolve().parents[1]
CAPTIONS = frozenset(
    {"coco_captions", "partiprompts", "dpg_bench", "xstest_safe", "authored_hardneg"}
)
"""Sources whose texts describe a whole picture; all others are edit instructions."""


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled request."""

    text: str
    label: str
    lang: str
    source: str
    modality: str = ""
    """What the text is meant for, where its set says so."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One request, whether it was blocked or held, and the CPU it took in milliseconds."""

    row: Row
    flagged: bool
    blocked: bool
    milliseconds: float


def wilson(hits: int, total: int) -> tuple[float, float]:
    """Return the 95 % Wilson score interval of *hits* in *total*."""
    if total == 0:
        return (0.0, 1.0)
    z = 1.959964
    rate = hits / total
    centre = rate + z * z / (2 * total)
    spread = z * math.sqrt(rate * (1 - rate) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    return (max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale))


def learned() -> set[str]:
    """Return what training shows word for word, in any language, in lower case."""
    files = (ROOT / "training").glob("*/*.tsv")
    lines = (line for path in files for line in path.read_text(encoding="utf-8").splitlines())
    return {line.split("\t")[-1].strip().casefold() for line in lines if not line.startswith("#")}


def rows(folder: Path) -> Iterator[Row]:
    """Yield every row of the sets in *folder*."""
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            fields = json.loads(line)
            yield Row(fields["text"], fields["label"], fields["lang"], fields["source"])
    for path in sorted(folder.glob("*.tsv")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip() and not line.startswith("#"):
                label, modality, _, text = line.split("\t")
                label = "benign" if label == "none" else label
                yield Row(text, label, path.stem, "originals", modality)


def judge(row: Row, screen: Screen, *, modality: str, source_person: SourcePerson | None) -> Judged:
    """Return the rules' verdict on *row* as its source is meant, or in the one modality asked for."""
    caption = row.source in CAPTIONS and row.label == "benign"
    verb = Verb(row.modality or ("generate" if caption else "edit"))
    if modality != "meant":
        verb = Verb(modality)
    sources = int(verb is Verb.EDIT)
    request = Request(
        verb=verb,
        texts=(row.text,),
        source_person=source_person or person_in(verb, sources),
        sources=sources,
        masked=False,
        surface="words",
    )
    started = time.process_time_ns()
    effect = screen_request(request, {}, "scr_bench", screen).effect
    spent = (time.process_time_ns() - started) / 1e6
    return Judged(row, effect is not Effect.ALLOW, effect is Effect.BLOCK, spent)


def screen_of(reader: str) -> Screen:
    """Return what the doors judge with, its words read by the *reader* of that name."""
    screen = load_screen(
        read_settings({"RAIMENT_WORDS": "fast" if reader == "lexicon" else reader})
    )
    return replace(screen, words=screen.words.lexicon) if reader == "lexicon" else screen


def table(title: str, groups: Iterable[tuple[str, list[Judged]]]) -> None:
    """Print flagged, total, rate with bounds, and what was blocked rather than held, of each group."""
    print(f"\n{title:<34}{'flagged':>9}{'of':>7}{'rate':>9}   95 % bounds        blocked")
    for name, judged in groups:
        hits = sum(one.flagged for one in judged)
        low, high = wilson(hits, len(judged))
        bounds = f"{low:.2%} to {high:.2%}"
        blocked = sum(one.blocked for one in judged) / len(judged)
        print(
            f"{name:<34}{hits:>9}{len(judged):>7}{hits / len(judged):>9.2%}   {bounds:<19}{blocked:.2%}"
        )


def grouped(judged: Iterable[Judged], key: str) -> list[tuple[str, list[Judged]]]:
    """Return *judged* by a field of their rows, or by label and that field."""
    groups: dict[str, list[Judged]] = {}
    for one in judged:
        name = f"{one.row.label}: {getattr(one.row, key)}"
        groups.setdefault(name, []).append(one)
    return sorted(groups.items())


def by_language(judged: Iterable[Judged]) -> list[tuple[str, list[Judged]]]:
    """Return *judged* by language, the least found first."""
    groups: dict[str, list[Judged]] = {}
    for one in judged:
        groups.setdefault(one.row.lang, []).append(one)
    return sorted(groups.items(), key=lambda it: sum(one.flagged for one in it[1]) / len(it[1]))


def percentile(values: list[float], share: float) -> float:
    """Return the value below which *share* of the sorted *values* lie."""
    return values[min(len(values) - 1, int(share * len(values)))]


def main() -> None:
    """Judge every row and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--requests",
        type=Path,
        default=ROOT.parent / "shared" / "eval" / "requests",
        help="a folder of JSON lines, or of originals such as training/texts",
    )
    parser.add_argument("--reader", choices=["lexicon", "fast", "full"], default="full")
    parser.add_argument("--half", choices=["even", "odd"], help="only every second row")
    parser.add_argument(
        "--modality", choices=["meant", "edit", "generate", "either"], default="meant"
    )
    parser.add_argument("--source-person", choices=["true", "false", "unknown"], default="unknown")
    parser.add_argument("--show", action="store_true", help="print the rows judged wrongly")
    asked = parser.parse_args()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    screen = screen_of(asked.reader)
    source_person = {
        "true": SourcePerson.YES,
        "false": SourcePerson.NO,
        "unknown": None,
    }[asked.source_person]
    shown = set() if (ROOT / "training") in asked.requests.resolve().parents else learned()
    chosen = [row for row in rows(asked.requests) if row.text.strip().casefold() not in shown]
    if left_out := sum(1 for _ in rows(asked.requests)) - len(chosen):
        print(f"{left_out} rows left out that training happens to show word for word")
    if asked.half:
        chosen = chosen[asked.half == "odd" :: 2]
    judged = [
        judge(row, screen, modality=asked.modality, source_person=source_person) for row in chosen
    ]
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    table("by source", grouped(judged, "source"))
    authored = [one for one in judged if one.row.source.startswith("authored")]
    table("authored, by language", grouped(authored, "lang"))
    originals = [
        one for one in judged if one.row.source == "originals" and one.row.label != "benign"
    ]
    table("originals that ask for something", by_language(originals))
    everything = Counter((one.row.label == "benign", one.flagged) for one in judged)
    benign = everything[True, True] + everything[True, False]
    low, high = wilson(everything[True, True], benign)
    print(f"\nall benign: {everything[True, True]} of {benign} flagged, {low:.3%} to {high:.3%}")
    spent = sorted(one.milliseconds for one in judged)
    print(
        f"CPU per prompt: p50 {percentile(spent, 0.5):.2f} ms, p99 {percentile(spent, 0.99):.2f} ms; "
        f"memory: {grown:.0f} MB more"
    )
    if asked.show:
        for one in judged:
            if one.flagged == (one.row.label == "benign"):
                print(f"{one.row.label}\t{one.row.lang}\t{one.row.source}\t{one.row.text}")


if __name__ == "__main__":
    main()

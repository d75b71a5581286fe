"""
Measure request screening by words: hit and false-positive rates with 95 % bounds, and CPU per prompt.

Reads the request sets beside the project (``../shared/eval/requests/*.jsonl``), which are not part of it.
Nothing is written; with ``--show`` the rows judged wrongly are printed, for whoever tunes the lexicon.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from raiment.screening.words import Lexicon, Modality, compile_lexicon, read_words

ROOT = Path(__file__).resolve().parents[1]
LEXICON = ROOT / "src" / "raiment" / "screening" / "words" / "data"
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


def judge(
    row: Row, lexicon: Lexicon, *, modality: str, source_person: bool | None, threshold: float
) -> Judged:
    """Return *row* judged as its source is meant, or in the one modality asked for."""
    caption = row.source in CAPTIONS and row.label == "benign"
    as_meant = Modality(row.modality or ("generate" if caption else "edit"))
    started = time.process_time_ns()
    reading = read_words(
        row.text,
        lexicon=lexicon,
        modality=as_meant if modality == "meant" else Modality(modality),
        source_person=source_person,
    )
    return Judged(row, reading.strongest >= threshold, (time.process_time_ns() - started) / 1e6)


def table(title: str, groups: Iterable[tuple[str, list[Judged]]]) -> None:
    """Print flagged, total, rate and bounds of each group."""
    print(f"\n{title:<34}{'flagged':>9}{'of':>7}{'rate':>9}   95 % bounds")
    for name, judged in groups:
        hits = sum(one.flagged for one in judged)
        low, high = wilson(hits, len(judged))
        print(
            f"{name:<34}{hits:>9}{len(judged):>7}{hits / len(judged):>9.2%}   {low:.2%} to {high:.2%}"
        )


def grouped(judged: Iterable[Judged], key: str) -> list[tuple[str, list[Judged]]]:
    """Return *judged* by a field of their rows, or by label and that field."""
    groups: dict[str, list[Judged]] = {}
    for one in judged:
        name = f"{one.row.label}: {getattr(one.row, key)}"
        groups.setdefault(name, []).append(one)
    return sorted(groups.items())


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
    parser.add_argument(
        "--threshold", type=float, default=0.5, help="block or hold from this score on"
    )
    parser.add_argument("--modality", choices=["meant", "edit", "generate"], default="meant")
    parser.add_argument("--source-person", choices=["true", "false", "unknown"], default="unknown")
    parser.add_argument("--show", action="store_true", help="print the rows judged wrongly")
    asked = parser.parse_args()
    lexicon = compile_lexicon(
        {path.name: path.read_text(encoding="utf-8") for path in sorted(LEXICON.glob("*.tsv"))}
    )
    source_person = {"true": True, "false": False, "unknown": None}[asked.source_person]
    judged = [
        judge(
            row,
            lexicon,
            modality=asked.modality,
            source_person=source_person,
            threshold=asked.threshold,
        )
        for row in rows(asked.requests)
    ]
    table("by source", grouped(judged, "source"))
    authored = [one for one in judged if one.row.source.startswith("authored")]
    table("authored, by language", grouped(authored, "lang"))
    everything = Counter((one.row.label == "benign", one.flagged) for one in judged)
    benign = everything[True, True] + everything[True, False]
    low, high = wilson(everything[True, True], benign)
    print(f"\nall benign: {everything[True, True]} of {benign} flagged, {low:.3%} to {high:.3%}")
    spent = sorted(one.milliseconds for one in judged)
    print(
        f"CPU per prompt: p50 {percentile(spent, 0.5):.2f} ms, p99 {percentile(spent, 0.99):.2f} ms"
    )
    if asked.show:
        for one in judged:
            if one.flagged == (one.row.label == "benign"):
                print(f"{one.row.label}\t{one.row.lang}\t{one.row.source}\t{one.row.text}")


if __name__ == "__main__":
    main()

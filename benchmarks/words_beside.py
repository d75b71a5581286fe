"""
What may stand beside a request without hiding it: courtesies, haste, where it applies, of every language.

Originals of ``training/texts`` of which the lexicon is sure by itself, each with every phrase of
``training/frames.tsv`` before and after it. Counted is what the lexicon alone no longer flags, and of that
what all tiers together let through: a harmless word of a table excuses what is charged beside it, and some
should not. With ``--show`` what got through is printed.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from raiment.screening.words import Modality
from raiment.screening.words.tiers import BLOCK_AT, HOLD_AT
from words import Row, rows, screen_of

ROOT = Path(__file__).resolve().parents[1]
EACH = 25
"""Originals of each language."""


def frames(table: str) -> Mapping[str, list[tuple[str, str]]]:
    """Return by language what stands before and after: one of both is empty."""
    found: dict[str, list[tuple[str, str]]] = {}
    for line in table.splitlines():
        if line and not line.startswith("#"):
            language, place, phrases = line.split("\t")
            pairs = [(one, "") if place == "before" else ("", one) for one in phrases.split("|")]
            found.setdefault(language, []).extend(pairs)
    return found


def sure(lexicon: object, most: int) -> Iterator[Row]:
    """Yield the first *most* originals of each language of which *lexicon* is sure."""
    count: Counter[str] = Counter()
    for row in rows(ROOT / "training" / "texts"):
        if row.label != "benign" and count[row.lang] < most and score(lexicon, row) >= BLOCK_AT:
            count[row.lang] += 1
            yield row


def score(reader: object, row: Row, before: str = "", after: str = "") -> float:
    """Return the highest score of *row* between *before* and *after*, the person unknown."""
    reading = reader.read(  # type: ignore[attr-defined]
        f"{before}{row.text}{after}", modality=Modality(row.modality), source_person=None
    )
    return float(reading.strongest)


def main() -> None:
    """Print what was lost, by language."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=EACH, help="originals of each language")
    parser.add_argument("--show", action="store_true")
    asked = parser.parse_args()
    lexicon, full = screen_of("lexicon").words, screen_of("full").words
    beside = frames((ROOT / "training" / "frames.tsv").read_text(encoding="utf-8"))
    tried, lost, through = Counter[str](), Counter[str](), Counter[str]()
    for row in sure(lexicon, asked.each):
        own = beside.get(row.lang) or beside.get(row.lang.partition("-")[0]) or []
        for before, after in (*own, *beside["any"]):
            tried[row.lang] += 1
            if score(lexicon, row, before, after) >= HOLD_AT:
                continue
            lost[row.lang] += 1
            if score(full, row, before, after) < HOLD_AT:
                through[row.lang] += 1
                if asked.show:
                    print(f"{row.lang}\t{before}{row.text}{after}")
    print(f"{'language':<10}{'tried':>8}{'lexicon loses':>15}{'all tiers lose':>16}")
    for language in sorted(lost, key=lost.__getitem__, reverse=True):
        print(f"{language:<10}{tried[language]:>8}{lost[language]:>15}{through[language]:>16}")
    print(f"{'all':<10}{sum(tried.values()):>8}{sum(lost.values()):>15}{sum(through.values()):>16}")


if __name__ == "__main__":
    main()

"""
Measure minor x sexual: every word for a child with every word for nudity, of every language.

The cases are composed at run time from the lexicon's own tables and never written out. The other half are
the family pictures of ``training/texts/family.txt``: none may be held for a child being in them.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Mapping
from importlib.resources import files
from itertools import product
from pathlib import Path

from raiment.screening.words import Lexicon, Modality, WordsReading, compile_lexicon, read_words

FAMILY = Path(__file__).resolve().parents[1] / "training" / "texts"
SEXUAL = ("nude", "undress", "sexual", "explicit")
HELD = 0.5
MINOR_HELD = 0.2
"""From this score on a request with a child in it is blocked (``minor_at`` of the rules)."""


def tables() -> dict[str, str]:
    """Return the lexicon's tables by file name."""
    folder = files("raiment.screening.words") / "data"
    return {
        entry.name: entry.read_text(encoding="utf-8")
        for entry in folder.iterdir()
        if entry.name.endswith(".tsv")
    }


def terms(table: str) -> Mapping[str, list[str]]:
    """Return the terms of one table by concept; a stem stands for itself, a gap for nothing."""
    found: dict[str, list[str]] = {}
    for line in table.splitlines():
        concept, tab, row = line.partition("\t")
        if tab and not line.startswith("#"):
            plain = (term.strip().rstrip("*").replace("~ ", "") for term in row.split(","))
            found.setdefault(concept, []).extend(plain)
    return found


def composed(table: str, most: int) -> Iterator[str]:
    """Yield age term and sexual term of one language in both orders, *most* sexual terms a concept."""
    words = terms(table)
    charged = [term for concept in SEXUAL for term in words.get(concept, ())[:most]]
    for young, said in product(words.get("minor", ()), charged):
        yield f"{said} {young}"
        yield f"{young}, {said}"


def blocked(reading: WordsReading) -> bool:
    """Return whether the rules on children hold."""
    return reading.minor and reading.strongest >= MINOR_HELD


def judge(text: str, lexicon: Lexicon, modality: Modality) -> WordsReading:
    """Return *text* read as a request nobody has looked at the picture of."""
    return read_words(text, lexicon=lexicon, modality=modality, source_person=None)


def main() -> None:
    """Print the share found by language, and the family pictures that were held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--terms", type=int, default=4, help="sexual terms of each concept")
    asked = parser.parse_args()
    shipped = tables()
    lexicon = compile_lexicon(shipped)
    found: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for name, table in sorted(shipped.items()):
        for text, modality in product(composed(table, asked.terms), Modality):
            total[name] += 1
            found[name] += blocked(judge(text, lexicon, modality))
        print(f"{name:<14}{found[name]:>8}{total[name]:>8}{found[name] / total[name]:>9.2%}")
    print(f"{'all':<14}{found.total():>8}{total.total():>8}{found.total() / total.total():>9.3%}")
    family = [
        line.split("\t")[3]
        for path in sorted(FAMILY.glob("*.tsv"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith("none\t")
    ]
    held = [text for text in family if blocked(judge(text, lexicon, Modality.EDIT))]
    print(f"ordinary texts held for a child: {len(held)} of {len(family)}")


if __name__ == "__main__":
    main()

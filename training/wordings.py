"""
The grammar: short requests composed from the lexicon's terms, one language at a time.

Every language with a lexicon table gets the same compositions in its own word order. They teach the head
which words go together; manners, idioms and look-alikes come from the originals.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from pathlib import Path

from raiment.screening.words import Modality, Who
from training.texts import NONE, Original

_COLOURS = Path(__file__).with_name("colours.tsv")
_TAGS = {"fil": "tl"}
"""Lexicon tables named otherwise than the texts of their language."""
_EACH = 24
"""Wordings of each composition and language."""
_SHAPES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("undress", ("undress",)),
    ("undress", ("undress", "pronoun")),
    ("undress", ("pronoun", "nude")),
    ("undress", ("add", "pronoun", "nude")),
    ("undress", ("remove", "clothes")),
    ("undress", ("strip", "clothes")),
    ("undress", ("remove", "underwear")),
    ("undress", ("strip", "garment")),
    ("undress", ("without", "clothes")),
    ("undress", ("show", "under", "clothes")),
    ("reveal", ("wear", "skimpy")),
    ("reveal", ("wear", "underwear")),
    ("reveal", ("pronoun", "skimpy")),
    ("reveal", ("sheer", "garment")),
    ("reveal", ("add", "garment", "sheer")),
    ("reveal", ("less", "skimpy")),
    ("sexualise", ("pose",)),
    ("sexualise", ("pronoun", "pose")),
    ("sexualise", ("sexual", "pronoun")),
    ("sexualise", ("bigger", "part")),
    ("sexualise", ("explicit",)),
    (NONE, ("clothes", "colour")),
    (NONE, ("garment", "colour")),
    (NONE, ("outer", "colour")),
    (NONE, ("pronoun", "clothes", "colour")),
    (NONE, ("add", "pronoun", "clothes", "colour")),
    (NONE, ("add", "pronoun", "garment", "colour")),
    (NONE, ("wear", "colour", "clothes")),
    (NONE, ("replace", "clothes", "colour")),
    (NONE, ("replace", "garment", "colour")),
    (NONE, ("remove", "people", "photo")),
    (NONE, ("remove", "detail")),
    (NONE, ("remove", "outer")),
    (NONE, ("remove", "thing")),
    (NONE, ("strip", "thing")),
    (NONE, ("strip", "outer")),
    (NONE, ("replace", "garment", "garment")),
    (NONE, ("replace", "outer", "outer")),
    (NONE, ("wear", "outer")),
    (NONE, ("wear", "garment")),
    (NONE, ("add", "detail")),
    (NONE, ("show", "thing")),
    (NONE, ("less", "thing")),
    (NONE, ("bigger", "thing")),
    (NONE, ("sheer", "thing")),
    (NONE, ("wet", "thing")),
    (NONE, ("bare", "thing")),
    (NONE, ("harmless",)),
    (NONE, ("shop", "swimwear")),
    (NONE, ("shop", "garment")),
    (NONE, ("people", "garment")),
    (NONE, ("people", "outer")),
    (NONE, ("medical", "people")),
    (NONE, ("art", "people")),
    (NONE, ("without", "thing")),
    (NONE, ("without", "detail")),
    (NONE, ("function", "people", "function", "thing")),
    (NONE, ("function", "thing", "function", "detail")),
)
_VERBS = frozenset({"undress", "strip", "remove", "show", "replace", "wear", "add"})


def compose(folder: Path) -> Iterator[Original]:
    """Yield the compositions of every lexicon table in *folder*, by language and shape."""
    colours = dict(_colours())
    for path in sorted(folder.glob("*.tsv")):
        terms, verb_last = _read(path)
        language = _TAGS.get(path.stem, path.stem)
        terms["colour"] = colours.get(language, [])
        for label, shape in _SHAPES:
            if all(terms.get(concept) for concept in shape):
                yield from _fill(language, label, shape, terms, verb_last=verb_last)


def _fill(
    language: str,
    label: str,
    shape: tuple[str, ...],
    terms: Mapping[str, list[str]],
    *,
    verb_last: bool,
) -> Iterator[Original]:
    dice = random.Random(f"{language} {' '.join(shape)}")
    order = sorted(shape, key=_VERBS.__contains__) if verb_last else list(shape)
    filled = {tuple(dice.choice(terms[concept]) for concept in order) for _ in range(_EACH)}
    for words in sorted(filled):
        modality = Modality.GENERATE if "people" in shape else Modality.EDIT
        text = "".join(words) if language.startswith(("zh", "ja")) else " ".join(words)
        yield Original(language, label, modality, Who.SOURCE, text)


def _colours() -> Iterator[tuple[str, list[str]]]:
    for line in _COLOURS.read_text(encoding="utf-8").splitlines():
        language, tab, words = line.partition("\t")
        if tab and not line.startswith("#"):
            yield language, words.split("|")


def _read(path: Path) -> tuple[dict[str, list[str]], bool]:
    """Return the terms of a table by concept, stems as they stand, and whether its verbs come last."""
    terms: dict[str, list[str]] = {}
    verb_last = False
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            verb_last |= line.split() == ["#:", "order", "verb-last"]
            continue
        concept, tab, written = line.partition("\t")
        if tab:
            plain = (term.strip().rstrip("*") for term in written.split(",") if "~" not in term)
            terms.setdefault(concept, []).extend(term for term in plain if term)
    return terms, verb_last

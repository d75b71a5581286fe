"""
The compositional rules: which concepts together ask for what.

Each rule has four scores, for the four situations a request can be in (see ``Situation``): what is an
assault on the person in a photograph may be a garment in a shop or a figure in a painting.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from raiment.screening.words.hits import Hit
from raiment.screening.words.reading import Intent
from raiment.screening.words.scene import Scene


class Situation(IntEnum):
    """How close the request is to a real person; the column of a rule's scores."""

    PERSON = 0
    """An edit of a photograph, and the words or the image module point at the person in it."""
    EDIT = 1
    """An edit; nothing says whether a person is in the picture."""
    REAL = 2
    """A generation showing a named person, an acquaintance or somebody pointed at."""
    FICTION = 3
    """A generation of nobody in particular."""


class Rule(NamedTuple):
    """Hits of ``first`` and ``second`` within ``reach`` words say ``intent`` with a situation's score."""

    intent: Intent
    first: tuple[str, ...]
    second: tuple[str, ...]
    reach: int
    scores: tuple[float, float, float, float]
    kind: str = "near"
    """``near``: either order; ``person``: as object, unless the verb has another; ``object``: second is what first acts on; ``then``: first before second;
    ``next``: second right behind first, up to ``reach`` words, nothing else named between."""


@dataclass(frozen=True, slots=True)
class Charge:
    """One rule that held: its intent, its score here, and the hits that made it hold."""

    intent: Intent
    score: float
    hits: tuple[Hit, ...]


_U, _R, _S = Intent.UNDRESS, Intent.REVEAL, Intent.SEXUALISE
_CLOTHED = ("clothes", "garment")
_INTIMATE = ("underwear", "skimpy", "swimwear")
_WORN = (*_CLOTHED, *_INTIMATE)
_SOMEBODY = ("pronoun", "definite", "people", "acquaintance", "famous", "photo")

ALONE: tuple[tuple[str, Intent, tuple[float, float, float, float]], ...] = (
    ("undress", _U, (0.95, 0.9, 0.95, 0.6)),
    ("nude", _U, (0.95, 0.85, 0.95, 0.6)),
    ("shirtless", _R, (0.8, 0.3, 0.7, 0.1)),
    ("revealing", _R, (0.8, 0.4, 0.75, 0.15)),
    ("underwear", _R, (0.4, 0.2, 0.4, 0.1)),
    ("part", _S, (0.6, 0.3, 0.6, 0.3)),
    ("sexual", _S, (0.8, 0.4, 0.8, 0.45)),
    ("explicit", _S, (0.95, 0.8, 0.95, 0.7)),
    ("pose", _S, (0.75, 0.3, 0.75, 0.2)),
)
RULES: tuple[Rule, ...] = (
    Rule(_U, ("remove", "strip", "undress"), ("clothes",), 6, (0.95, 0.85, 0.95, 0.35), "object"),
    Rule(_U, ("remove", "strip", "undress"), _INTIMATE, 6, (0.95, 0.9, 0.95, 0.4), "object"),
    Rule(_U, ("remove", "strip", "undress"), ("garment",), 6, (0.9, 0.6, 0.9, 0.15), "object"),
    Rule(_U, ("remove", "strip"), ("cover",), 5, (0.75, 0.3, 0.7, 0.1), "object"),
    Rule(
        _U,
        ("strip",),
        ("pronoun", "definite", "acquaintance", "famous", "people"),
        2,
        (0.9, 0.8, 0.9, 0.4),
        "person",
    ),
    Rule(_R, ("remove", "strip"), ("veil",), 5, (0.7, 0.4, 0.7, 0.1), "object"),
    Rule(_U, ("without",), ("clothes", "underwear"), 2, (0.95, 0.85, 0.95, 0.5), "next"),
    Rule(_U, ("without",), ("garment", "skimpy", "swimwear"), 2, (0.85, 0.4, 0.85, 0.2), "next"),
    Rule(_U, ("negative",), ("clothes", "garment", "underwear"), 12, (0.9, 0.8, 0.8, 0.6), "then"),
    Rule(_U, ("replace",), ("bare", "skin"), 8, (0.5, 0.3, 0.5, 0.1), "then"),
    Rule(_U, _WORN, ("bare",), 8, (0.85, 0.6, 0.85, 0.2)),
    Rule(_U, ("show", "add"), ("part",), 6, (0.9, 0.6, 0.9, 0.35), "then"),
    Rule(_U, ("bare",), ("part", "skin"), 2, (0.85, 0.5, 0.85, 0.3), "next"),
    Rule(_U, ("show",), ("bare",), 4, (0.7, 0.3, 0.6, 0.1), "then"),
    Rule(_U, ("under",), _WORN, 3, (0.6, 0.3, 0.6, 0.1), "next"),
    Rule(_R, ("sheer",), _WORN, 4, (0.9, 0.45, 0.9, 0.2)),
    Rule(_R, ("less",), ("clothes", "garment"), 3, (0.7, 0.3, 0.7, 0.1)),
    Rule(_R, ("less", "tiny"), _INTIMATE, 3, (0.85, 0.6, 0.8, 0.2)),
    Rule(_R, ("wet",), _CLOTHED, 3, (0.8, 0.4, 0.75, 0.1)),
    Rule(_R, ("wet",), _INTIMATE, 3, (0.8, 0.5, 0.75, 0.15)),
    Rule(_R, ("wear", "replace", "add"), ("underwear", "skimpy"), 6, (0.85, 0.45, 0.85, 0.15)),
    Rule(_R, ("wear", "replace", "add"), ("swimwear",), 6, (0.6, 0.2, 0.6, 0.05)),
    Rule(_R, ("show",), ("underwear", "skin", "skimpy"), 4, (0.7, 0.35, 0.6, 0.1), "then"),
    Rule(_S, ("bigger",), ("part", "skin"), 4, (0.85, 0.4, 0.85, 0.3)),
    Rule(
        _S,
        ("stance",),
        ("sexual", "part", "revealing", "underwear", "skimpy", "pose"),
        10,
        (0.85, 0.5, 0.85, 0.4),
    ),
    Rule(_S, ("fluid",), (*_SOMEBODY, "part", "skin"), 6, (0.85, 0.4, 0.8, 0.2)),
)
_TRIPLES: tuple[
    tuple[
        Intent, tuple[str, ...], tuple[str, ...], tuple[str, ...], tuple[float, float, float, float]
    ],
    ...,
] = (
    (_U, ("replace",), _WORN, ("skin", "bare", "nude"), (0.9, 0.7, 0.9, 0.3)),
    (_U, ("show",), ("under",), _WORN, (0.9, 0.75, 0.9, 0.3)),
    (_U, ("negation",), ("keep",), _WORN, (0.9, 0.7, 0.9, 0.3)),
    (
        _U,
        ("remove", "strip"),
        ("everything",),
        ("pronoun", "definite", "acquaintance"),
        (0.85, 0.7, 0.8, 0.2),
    ),
    (_R, ("add", "wear", "replace"), ("tiny",), _CLOTHED, (0.7, 0.3, 0.6, 0.05)),
    (_R, ("add",), ("sheer",), _WORN, (0.9, 0.6, 0.9, 0.2)),
)
_HARMLESS = frozenset({"thing", "harmless"})
_CALM = frozenset({"shop", "medical", "art"})
_EXCUSED = frozenset({"nude", "part", "undress", "sheer", "underwear", "without"})
_CALMED = 0.5
_TRIPLE_REACH = 10


def charges(scene: Scene, situation: Situation) -> Iterator[Charge]:
    """Yield every rule that holds in *scene*, scored for *situation*."""
    for concept, intent, scores in ALONE:
        for hit in scene.of((concept,)):
            if not _excused(scene, hit, situation):
                yield Charge(intent, _calmed(scene, scores, situation), (hit,))
    for rule in RULES:
        for first, second in scene.pairs(rule.first, rule.second, rule.reach):
            if second.concept == "swimwear" and scene.has("shop"):
                continue
            if _holds(scene, rule.kind, first, second) and not _excused(scene, first, situation):
                yield Charge(rule.intent, _calmed(scene, rule.scores, situation), (first, second))
    yield from _triples(scene, situation)


def _triples(scene: Scene, situation: Situation) -> Iterator[Charge]:
    for intent, first, second, third, scores in _TRIPLES:
        if not (scene.has(*first) and scene.has(*second) and scene.has(*third)):
            continue
        for one, other in scene.pairs(second, third, _TRIPLE_REACH):
            verb = next((v for v, _ in scene.pairs(first, (one.concept,), _TRIPLE_REACH)), None)
            if verb is not None and ("negation" in first or not scene.refused(verb)):
                yield Charge(intent, _calmed(scene, scores, situation), (verb, one, other))


def _holds(scene: Scene, kind: str, first: Hit, second: Hit) -> bool:
    """Return whether the two hits stand to each other as *kind* demands."""
    if kind == "object":
        return scene.is_object(first, second)
    if kind == "person":
        return scene.is_object(first, second) and not scene.has_other_object(first)
    if kind == "near":
        return True
    if scene.verb_last:
        # Postpositions and final verbs: what English puts before stands behind.
        return kind == "then" or scene.is_object(first, second)
    return first.last < second.first and (kind == "then" or scene.is_object(first, second))


def _excused(scene: Scene, hit: Hit, situation: Situation) -> bool:
    """Return whether *hit* is refused by the words, or said of an object and of nobody."""
    if scene.refused(hit):
        return True
    if hit.concept not in _EXCUSED or not scene.beside(
        hit, _HARMLESS, 1 if situation is Situation.PERSON else 3
    ):
        return False
    return situation is not Situation.PERSON or not scene.beside(hit, frozenset(_SOMEBODY), 3)


def _calmed(scene: Scene, scores: tuple[float, float, float, float], situation: Situation) -> float:
    """Return the situation's score, halved by a shop, clinic or studio around nobody in particular."""
    score = scores[situation]
    nobody = situation in {Situation.EDIT, Situation.FICTION}
    return score * _CALMED if nobody and scene.has(*_CALM) else score

"""
The compositional rules: which concepts together ask for what.

Each rule has four scores, for the four situations a request can be in (see ``Situation``): what is an
assault on the person in a photograph may be a garment in a shop or a figure in a painting.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from raiment.screening.words.reading import Intent


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


Scores = tuple[float, float, float, float]
Concepts = tuple[str, ...]


class Single(NamedTuple):
    """One concept that says *intent* by itself."""

    intent: Intent
    concept: str
    scores: Scores


class Rule(NamedTuple):
    """
    Hits of ``first`` and ``second`` at most ``reach`` words apart that together say ``intent``.

    ``kind`` says how they must stand:

    - ``near``: in either order
    - ``dressed``: likewise, and it is no detail of the thing that is changed
    - ``put on``: likewise, and the words say on whom
    - ``worn``: likewise, and the words make it somebody's, or change it where a shop would describe it
    - ``then``: in this order
    - ``no more``: in this order, and it is not a detail of first that is changed, and nothing else
    - ``next``: in this order, with nothing else named between
    - ``object``: second is what first acts on
    - ``person``: likewise, and the verb has no harmless object beside
    """

    intent: Intent
    first: Concepts
    second: Concepts
    reach: int
    kind: str
    scores: Scores


class Triple(NamedTuple):
    """A verb, and two further concepts, all in one sentence."""

    intent: Intent
    verb: Concepts
    second: Concepts
    third: Concepts
    scores: Scores


_U, _R, _S = Intent.UNDRESS, Intent.REVEAL, Intent.SEXUALISE
CLOTHED = ("clothes", "garment")
INTIMATE = ("underwear", "skimpy", "swimwear")
WORN = (*CLOTHED, *INTIMATE)
SOMEBODY = ("pronoun", "definite", "people", "acquaintance", "famous", "photo")
_TELLING = ("sexual", "part", "underwear", "skimpy", "pose")
_REMOVING = ("remove", "strip", "undress")
_CHANGING = ("add", "replace", "wear")

SINGLES = (
    Single(_U, "undress", (0.95, 0.9, 0.95, 0.6)),
    Single(_U, "nude", (0.95, 0.85, 0.95, 0.6)),
    Single(_R, "shirtless", (0.8, 0.3, 0.7, 0.1)),
    Single(_R, "revealing", (0.8, 0.4, 0.75, 0.15)),
    Single(_R, "underwear", (0.4, 0.2, 0.4, 0.1)),
    Single(_S, "part", (0.6, 0.3, 0.45, 0.3)),
    Single(_S, "sexual", (0.8, 0.4, 0.8, 0.55)),
    Single(_S, "explicit", (0.95, 0.8, 0.95, 0.7)),
    Single(_S, "pose", (0.75, 0.4, 0.75, 0.2)),
)
RULES = (
    Rule(_U, _REMOVING, ("clothes",), 6, "object", (0.95, 0.85, 0.95, 0.5)),
    Rule(_U, _REMOVING, INTIMATE, 6, "object", (0.95, 0.9, 0.95, 0.5)),
    Rule(_U, _REMOVING, ("garment",), 6, "object", (0.9, 0.6, 0.9, 0.15)),
    Rule(_U, ("remove", "strip"), ("cover",), 5, "object", (0.75, 0.3, 0.7, 0.1)),
    Rule(_U, ("strip",), SOMEBODY[:-1], 2, "person", (0.9, 0.8, 0.9, 0.4)),
    Rule(_R, ("remove", "strip"), ("veil",), 5, "object", (0.7, 0.4, 0.7, 0.1)),
    Rule(_U, ("without",), ("clothes", "underwear"), 2, "next", (0.95, 0.85, 0.95, 0.5)),
    Rule(_U, ("without",), ("garment", "skimpy", "swimwear"), 2, "next", (0.85, 0.4, 0.85, 0.2)),
    Rule(_U, ("clothes", "garment"), ("nothing",), 3, "no more", (0.9, 0.7, 0.8, 0.4)),
    Rule(_U, ("nothing",), ("clothes",), 2, "next", (0.8, 0.5, 0.7, 0.3)),
    Rule(_U, ("only",), ("outer", "cover", "scrap", *CLOTHED), 3, "then", (0.75, 0.45, 0.75, 0.2)),
    Rule(_U, ("replace",), ("bare", "skin"), 8, "then", (0.5, 0.3, 0.5, 0.1)),
    Rule(_U, ("replace", "add"), ("bare",), 6, "then", (0.8, 0.6, 0.8, 0.2)),
    Rule(_U, WORN, ("bare",), 8, "near", (0.85, 0.6, 0.85, 0.2)),
    Rule(_U, ("show", "add"), ("part",), 6, "then", (0.9, 0.6, 0.9, 0.35)),
    Rule(_U, ("bare",), ("part", "skin"), 2, "next", (0.85, 0.5, 0.85, 0.3)),
    Rule(_U, ("show",), ("bare",), 4, "then", (0.7, 0.4, 0.6, 0.1)),
    Rule(_U, ("under",), WORN, 3, "next", (0.4, 0.3, 0.4, 0.1)),
    Rule(_R, ("sheer",), WORN, 4, "near", (0.9, 0.45, 0.9, 0.4)),
    Rule(_R, ("less",), (*CLOTHED, "neckline"), 3, "worn", (0.7, 0.3, 0.7, 0.1)),
    Rule(_R, ("less", "tiny"), INTIMATE, 3, "near", (0.85, 0.6, 0.8, 0.45)),
    Rule(_R, ("wet",), CLOTHED, 3, "near", (0.8, 0.4, 0.75, 0.1)),
    Rule(_R, ("wet",), INTIMATE, 3, "near", (0.8, 0.5, 0.75, 0.15)),
    Rule(_R, _CHANGING, ("underwear", "skimpy"), 6, "dressed", (0.85, 0.45, 0.85, 0.15)),
    Rule(_R, ("replace",), ("underwear", "skimpy"), 8, "dressed", (0.85, 0.6, 0.85, 0.3)),
    Rule(_R, _CHANGING, ("swimwear",), 6, "put on", (0.6, 0.2, 0.6, 0.05)),
    Rule(_R, ("show",), ("underwear", "skin", "skimpy"), 4, "then", (0.7, 0.35, 0.6, 0.1)),
    Rule(_S, ("bigger",), ("part", "skin"), 4, "near", (0.85, 0.4, 0.85, 0.3)),
    Rule(_S, ("add", "replace"), ("sexual",), 5, "then", (0.85, 0.6, 0.85, 0.5)),
    Rule(_R, ("add", "replace"), ("revealing",), 5, "then", (0.85, 0.55, 0.85, 0.3)),
    Rule(
        _S,
        ("stance",),
        ("sexual", "part", *INTIMATE[:2], "pose"),
        10,
        "near",
        (0.85, 0.5, 0.85, 0.4),
    ),
    Rule(_S, ("fluid",), (*SOMEBODY, "part", "skin"), 6, "near", (0.85, 0.4, 0.8, 0.2)),
)
TRIPLES = (
    Triple(
        _U,
        ("replace",),
        WORN,
        ("skin", "bare", "nude", "nothing", "scrap", "skimpy"),
        (0.9, 0.7, 0.9, 0.3),
    ),
    Triple(_U, ("show",), ("under",), WORN, (0.9, 0.75, 0.9, 0.3)),
    Triple(_U, ("negation",), ("keep",), WORN, (0.9, 0.7, 0.9, 0.3)),
    Triple(_U, ("keep",), ("pronoun",), ("bare", "nothing"), (0.85, 0.6, 0.8, 0.3)),
    Triple(
        _U,
        ("remove", "strip"),
        ("everything",),
        ("pronoun", "definite", "acquaintance"),
        (0.85, 0.7, 0.8, 0.2),
    ),
    Triple(_R, ("add", "replace"), ("tiny",), CLOTHED, (0.7, 0.3, 0.6, 0.05)),
    Triple(_R, ("add",), ("sheer",), WORN, (0.9, 0.6, 0.9, 0.2)),
)

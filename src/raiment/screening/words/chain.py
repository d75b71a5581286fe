"""
What an edit means after the edits before it on the same root.

"Again", "smaller" and "the next layer" have no object of their own: they take it from the chain. And
garments taken off one by one add up.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from raiment.screening.words.charge import Charge
from raiment.screening.words.hits import Hit
from raiment.screening.words.reading import Intent
from raiment.screening.words.scene import Scene
from raiment.screening.words.step import Step, scene_in

EARLIER_EDITS = 8
"""How many earlier edits are read: the latest ones."""
REMEMBERED_CHARACTERS = 2_000
"""Of each edit: the first ones are remembered."""
_WORN = ("clothes", "garment", "underwear", "skimpy", "swimwear", "cover")
_SMALL_WORDS = frozenset(
    {"again", "less", "it", "function", "everything", "remove", "strip", "show", "add", "pronoun", "of",
     "bigger", "revealing", "wear", "without", "keep"}
)  # fmt: skip
_POINTING = frozenset({"again", "it", "function"})
_SIZING = frozenset({*_POINTING, "less", "bigger"})
_ON_SOMEBODY = (*_WORN, "neckline", "part", "skin", "nude")
_MATERIAL = frozenset(
    {
        "sheer",
        "wet",
        "shop",
        "add",
        "replace",
        "function",
        "it",
        "of",
        "again",
        "pronoun",
        "definite",
    }
)
_LEANING = frozenset({"again", "less", "bigger"})
_ELLIPSIS = ("again", "less", "it", "everything", "bigger")
_BARE_ELLIPSIS = ("again", "less", "everything", "bigger")
_MOST_UNKNOWN = 0.25
"""Share of the characters of an edit in an unspaced script that may be endings no term has."""
_BESIDE_GARMENT = frozenset(
    {"again", "it", "function", "everything", "pronoun", "definite", "people", "of"}
)
_LONGEST_GAPPED = 8
_HELD_BACK = frozenset({"detail", "thing", "harmless"})
_ELLIPTIC_SCORE = 0.8
_GAPPED_SCORE = 0.4
_MATERIAL_SCORE = 0.8
_SUMMED_SCORE = 0.75
_PIECES_TOO_MANY = 3.0
_WORTH = {"clothes": 2.0, "garment": 1.5, "underwear": 3.0, "skimpy": 3.0, "swimwear": 3.0, "cover": 1.0,
          "outer": 0.75, "veil": 1.0}  # fmt: skip


def latest(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Return the earlier edits that count."""
    return tuple(steps[-EARLIER_EDITS:])


def is_elliptic(scene: Scene) -> bool:
    """Return whether the edit leans on the one before: it points back and names nothing worn itself."""
    return scene.has(*_ELLIPSIS) and not scene.has(*_WORN)


def elliptic_charges(scene: Scene, earlier: Sequence[Scene]) -> list[Charge]:
    """Return what a bare "again", "more" or "smaller" asks for: what the edit before asked for."""
    if not _is_bare(scene, _SMALL_WORDS) or scene.has("colour") or not scene.has(*_BARE_ELLIPSIS):
        return []
    hits = tuple(scene.of(_ELLIPSIS))
    for before in reversed(earlier):
        if _removed_worth(before) > 0:
            return [Charge(Intent.UNDRESS, _ELLIPTIC_SCORE, hits)]
        if list(
            before.pairs(("less", "sheer", "wet", "bigger"), (*_WORN, "neckline", "part"), 3)
        ) or before.has("revealing", "skimpy", "underwear"):
            return [Charge(Intent.REVEAL, _ELLIPTIC_SCORE, hits)]
        if before.has("sexual", "pose"):
            return [Charge(Intent.SEXUALISE, _ELLIPTIC_SCORE, hits)]
        if not before.has("again") and any(_SMALL_WORDS.isdisjoint(said) for said in before.said):
            break
    return []


def material_charges(scene: Scene, earlier: Sequence[Scene]) -> list[Charge]:
    """Return the charge for cloth made sheer or wet: the cloth of what an edit before dressed somebody in."""
    hits = tuple(scene.of(("sheer", "wet")))
    if not hits or any(map(scene.refused, hits)):
        return []
    bare = _is_bare(scene, _MATERIAL)
    if not bare and not _is_bare(scene, _MATERIAL, unknown=1):
        return []
    dressed = any(list(one.pairs(("wear", "add", "replace"), _WORN, 6)) for one in earlier)
    # No list names every cloth: the one unknown word may be another thing.
    score = _MATERIAL_SCORE if bare else _GAPPED_SCORE
    return [Charge(Intent.REVEAL, score, hits)] if dressed else []


def is_idle(step: Step, earlier: Sequence[Step]) -> bool:
    """
    Return whether *step* asks for nothing by itself, nor by what it leans on.

    "Again" and "more" lean on the edits before; "smaller" too, and where those named nobody's clothes or body
    it is said of something else. What they mean after *earlier* the charges of this module say.
    """
    if _LEANING.isdisjoint(concept for concept, _, _ in step.concepts):
        return False
    scene = scene_in(step)
    if not scene.words or not scene.has(*_LEANING):
        return False
    before = [scene_in(one) for one in earlier]
    if _is_bare(scene, _POINTING):
        return True
    return (
        bool(before)
        and _is_bare(scene, _SIZING)
        and not any(one.has(*_ON_SOMEBODY) for one in before)
    )


def _is_bare(scene: Scene, concepts: AbstractSet[str], unknown: int = 0) -> bool:
    """
    Return whether every word of *scene* says one of *concepts*.

    But for as many words that say nothing as are let pass, and for endings in unspaced scripts.
    """
    others = sum(concepts.isdisjoint(said) for said in scene.said)
    silent = sum(not said for said in scene.said)
    spared = _MOST_UNKNOWN * len(scene.said) if scene.unspaced else unknown
    return others == silent <= spared


def gapped_charges(scene: Scene, earlier: Sequence[Scene]) -> list[Charge]:
    """
    Return the charge for a garment named without a verb, after an edit that took something off.

    ``The shirt as well`` says so; ``now the shirt`` may.
    """
    if not _names_a_garment_alone(scene):
        return []
    leant_on = next(
        (
            one
            for one in reversed(earlier)
            if not one.has("again") and not _names_a_garment_alone(one)
        ),
        None,
    )
    if leant_on is None or _removed_worth(leant_on) == 0:
        return []
    score = _ELLIPTIC_SCORE if scene.has("again") else _GAPPED_SCORE
    return [Charge(Intent.UNDRESS, score, (*scene.of(("again",)), *scene.of(_WORN)))]


def _names_a_garment_alone(scene: Scene) -> bool:
    """Return whether *scene* names something worn and no verb: it says of it what was said before."""
    if not scene.has(*_WORN) or len(scene.words) > _LONGEST_GAPPED or scene.has("colour"):
        return False
    return all(
        not said.isdisjoint(_WORN) or not said.isdisjoint(_BESIDE_GARMENT) for said in scene.said
    )


def summed_charges(scene: Scene, earlier: Sequence[Scene]) -> list[Charge]:
    """Return the charge for a garment too many: this edit removes one, and with the earlier ones it adds up."""
    now = _removed_worth(scene)
    if now == 0 or now + sum(map(_removed_worth, earlier)) < _PIECES_TOO_MANY:
        return []
    return [Charge(Intent.UNDRESS, _SUMMED_SCORE, tuple(scene.of(("remove", "strip"))))]


def _removed_worth(scene: Scene) -> float:
    """Return how much bare skin the removals in *scene* stand for, in arbitrary units of clothing."""
    removed = {
        (thing.concept, thing.first): _WORTH[thing.concept]
        for verb, thing in scene.pairs(("remove", "strip", "without"), tuple(_WORTH), 6)
        if _takes(scene, verb, thing) and not scene.refused(verb)
    }
    return sum(removed.values())


def _takes(scene: Scene, verb: Hit, thing: Hit) -> bool:
    """Return whether *verb* takes *thing* off; a verb in two parts holds it between them (``zieh … aus``)."""
    if verb.first < thing.first and thing.last < verb.last:
        inside = range(verb.first, verb.last + 1)
        return all(_HELD_BACK.isdisjoint(scene.said[i]) for i in inside)
    return scene.is_object(verb, thing)

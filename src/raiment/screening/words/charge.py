"""Which rules hold in a scene, and what excuses them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from raiment.screening.words.hits import Hit
from raiment.screening.words.reading import Intent
from raiment.screening.words.rules import RULES, SINGLES, SOMEBODY, TRIPLES, Rule, Scores, Situation
from raiment.screening.words.scene import Scene

_HARMLESS = frozenset({"thing", "harmless"})
_SELLING = "shop"
_CALM = ("shop", "medical", "art")
_ANYBODY = frozenset({*SOMEBODY, "minor"})
_EXCUSED = frozenset({"nude", "part", "undress", "sheer", "underwear", "without", "bare"})
_CALMED = 0.5
_UNPEOPLED = 0.75
_TRIPLE_REACH = 10
_POINTED = ("pronoun", "definite", "acquaintance", "famous")


@dataclass(frozen=True, slots=True)
class Charge:
    """One rule that held: its intent, its score here, and the hits that made it hold."""

    intent: Intent
    score: float
    hits: tuple[Hit, ...]


def charges(scene: Scene, situation: Situation) -> Iterator[Charge]:
    """Yield every rule that holds in *scene*, scored for *situation*."""
    if not scene.places:
        return
    for single in SINGLES:
        for hit in scene.places.get(single.concept, ()):
            if not _excused(scene, hit, situation):
                score = _calmed(scene, single.intent, single.scores, situation)
                yield Charge(single.intent, score, (hit,))
    for rule in RULES:
        if not (scene.has(*rule.first) and scene.has(*rule.second)):
            continue
        for first, second in scene.pairs(rule.first, rule.second, rule.reach):
            if _stands(scene, rule, first, second) and not _excused(scene, first, situation):
                score = _calmed(scene, rule.intent, rule.scores, situation)
                yield Charge(rule.intent, score, (first, second))
    yield from _triples(scene, situation)


def _triples(scene: Scene, situation: Situation) -> Iterator[Charge]:
    for triple in TRIPLES:
        if not (scene.has(*triple.verb) and scene.has(*triple.second) and scene.has(*triple.third)):
            continue
        for one, other in scene.pairs(triple.second, triple.third, _TRIPLE_REACH):
            verb = next(
                (verb for verb, _ in scene.pairs(triple.verb, (one.concept,), _TRIPLE_REACH)), None
            )
            if verb is not None and ("negation" in triple.verb or not scene.refused(verb)):
                score = _calmed(scene, triple.intent, triple.scores, situation)
                yield Charge(triple.intent, score, (verb, one, other))


def _stands(scene: Scene, rule: Rule, first: Hit, second: Hit) -> bool:
    """Return whether the two hits stand to each other as the rule's kind demands."""
    return _KINDS[rule.kind](scene, first, second)


def _worn(scene: Scene, first: Hit, second: Hit) -> bool:
    """Return whether the words say whose it is, or want it changed as no tailor would say."""
    del second
    changed = scene.has("add", "replace") and not scene.has(_SELLING)
    return scene.has(*_POINTED) or (changed and not scene.has_other_object(first))


def _dressed(scene: Scene, first: Hit, second: Hit) -> bool:
    recoloured = scene.has("colour") and not scene.has(*_POINTED)
    return scene.is_worn(first, second) and not recoloured


def _put_on(scene: Scene, first: Hit, second: Hit) -> bool:
    return scene.has(*_POINTED) and not scene.has(_SELLING) and scene.is_worn(first, second)


def _object(scene: Scene, first: Hit, second: Hit) -> bool:
    return scene.is_object(first, second) and not scene.is_stored(second)


def _person(scene: Scene, first: Hit, second: Hit) -> bool:
    return scene.is_object(first, second) and not scene.has_other_object(first)


def _then(scene: Scene, first: Hit, second: Hit) -> bool:
    """Return whether *second* comes later; where verbs come last, English order means nothing."""
    return scene.verb_last or first.last < second.first


def _no_more(scene: Scene, first: Hit, second: Hit) -> bool:
    """Return whether nothing more is worn; ``the stain on his shirt, nothing else`` is about the stain."""
    return _then(scene, first, second) and not scene.is_aside(first, second)


def _next(scene: Scene, first: Hit, second: Hit) -> bool:
    return _then(scene, first, second) and scene.is_object(first, second)


def _excused(scene: Scene, hit: Hit, situation: Situation) -> bool:
    """Return whether *hit* is refused by the words, or said of an object nearer than anybody."""
    if scene.refused(hit):
        return True
    if hit.concept not in _EXCUSED:
        return False
    reach = 2 if situation is Situation.PERSON else 3
    to_object = scene.distance(hit, _HARMLESS, reach)
    to_somebody = scene.distance(hit, _ANYBODY, reach)
    return to_object is not None and (to_somebody is None or to_object < to_somebody)


def _calmed(scene: Scene, intent: Intent, scores: Scores, situation: Situation) -> float:
    """
    Return the situation's score, halved by a shop, clinic or studio around nobody in particular.

    In an edit no surrounding excuses undressing: whoever is in the photograph is real.
    """
    unpeopled = situation is Situation.FICTION and not scene.has(*_ANYBODY)
    if unpeopled and intent is Intent.UNDRESS:
        return scores[situation] * _UNPEOPLED
    nobody = situation is Situation.FICTION
    described = situation is Situation.EDIT and intent is not Intent.UNDRESS
    score = scores[situation]
    return score * _CALMED if (nobody or described) and scene.has(*_CALM) else score


_KINDS: dict[str, Callable[[Scene, Hit, Hit], bool]] = {
    "near": lambda _scene, _first, _second: True,
    "worn": _worn,
    "dressed": _dressed,
    "put on": _put_on,
    "object": _object,
    "person": _person,
    "then": _then,
    "no more": _no_more,
    "next": _next,
}

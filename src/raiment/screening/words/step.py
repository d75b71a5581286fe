"""What is remembered of one edit for the edits after it: the concepts it named, none of its words."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from raiment.screening.words.hits import Hit
from raiment.screening.words.reading import Who
from raiment.screening.words.scene import Scene, scene_of
from raiment.screening.words.text import Word

_ANY_LANGUAGE = "und"


@dataclass(frozen=True, slots=True)
class Step:
    """One edit as later ones need it. Places are counted in words; no word is kept."""

    concepts: tuple[tuple[str, int, int], ...]
    """Concept, and the first and last word that say it."""
    length: int
    """How many words it had."""
    breaks: tuple[int, ...]
    """Where its sentences after the first begin."""
    verb_last: bool
    unspaced: bool
    who: Who
    minor: bool


def step_of(scene: Scene, who: Who, *, minor: bool) -> Step:
    """Return what is remembered of an edit that says *scene* about *who*."""
    return Step(
        concepts=tuple((hit.concept, hit.first, hit.last) for hit in scene.hits),
        length=len(scene.words),
        breaks=tuple(_breaks(scene)),
        verb_last=scene.verb_last,
        unspaced=scene.unspaced,
        who=who,
        minor=minor,
    )


def scene_in(step: Step) -> Scene:
    """Return the scene of *step*, its words unknown."""
    words = [Word("", i, i, bisect_right(step.breaks, i)) for i in range(step.length)]
    # INVARIANT: a kept step may be of an older lexicon, never beyond its own words.
    hits = [_hit(*one) for one in step.concepts if 0 <= one[1] <= one[2] < step.length]
    return scene_of(words, hits, verb_last=step.verb_last, unspaced=step.unspaced)


def run_on(before: Scene, after: Scene) -> Scene:
    """Return both scenes as one text, *after* going on in the last sentence of *before*."""
    offset = len(before.words)
    sentence = before.words[-1].sentence if before.words else 0
    words = [
        *before.words,
        *(word._replace(sentence=word.sentence + sentence) for word in after.words),
    ]
    moved = (hit._replace(first=hit.first + offset, last=hit.last + offset) for hit in after.hits)
    longer = max((before, after), key=lambda scene: len(scene.words))
    unspaced = before.unspaced or after.unspaced
    return scene_of(words, [*before.hits, *moved], verb_last=longer.verb_last, unspaced=unspaced)


def _breaks(scene: Scene) -> Iterator[int]:
    for i, (one, other) in enumerate(pairwise(scene.words), 1):
        if one.sentence != other.sentence:
            yield i


def _hit(concept: str, first: int, last: int) -> Hit:
    return Hit(concept, _ANY_LANGUAGE, first, last, strong=False, coverage=1.0)

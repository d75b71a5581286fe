"""One language's view of a request: its concepts in place, and the questions rules ask about them."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import attrgetter

from raiment.screening.words.hits import Hit
from raiment.screening.words.text import Word

_FREE = frozenset(
    {
        "function",
        "pronoun",
        "definite",
        "people",
        "acquaintance",
        "famous",
        "photo",
        "it",
        "everything",
    }
)
"""What may stand between a verb and its object without being the object itself."""
_OTHER_OBJECTS = frozenset({"detail", "outer", "thing", "harmless"})
_BETWEEN = _FREE | {"add", "replace", "wear", "show", "remove", "keep", "of"}
"""What may stand between a word and a negation behind it that is said of it."""
_SOMEBODY = frozenset({"pronoun", "definite", "people", "acquaintance", "famous", "minor"})
_POSTPOSING = frozenset({"hi", "hi-Latn", "ur", "bn", "ta", "ja", "ko", "tr", "hu", "fi"})
"""Languages in which a word such as "beside" stands behind its noun: it says nothing of the next one."""
_ORDERS = frozenset({"undress", "strip", "remove", "show", "replace", "wear", "add"})
_AND = frozenset((
    "and", "plus", "y", "e", "et", "und", "sowie", "en", "i", "oraz", "a", "och", "og", "ja", "es", "si", "ve",
    "и", "та", "і", "kai", "και", "ו", "و", "aur", "और", "اور", "dan", "va", "với", "と", "や", "和", "跟",
    "与", "與", "以及", "及", "하고",
))  # fmt: skip
"""What joins the items of a list, as folded."""
_LEAVING = frozenset({"without", "negation", "keep", "of"})
"""What stands behind these is not acted on."""
_NEGATION_REACH = 4
_ENDING_WORDS = 1
"""Words that say something, at most, behind a negation that is said of what stands before it."""
_UNKNOWN_BETWEEN = 2
_OBJECT_REACH = 5
_TAKEN_REACH = 2
_WEARABLE = frozenset({"outer", "garment", "clothes", "underwear"})
_LONGEST_TERM = 16
"""Words from the first to the last of a term, gaps included, at most."""
_PARTNERS = 24
"""Hits looked at around one hit; no honest sentence has more within reach."""
_MOST_HITS = 400
"""Hits of one concept that are judged; a text repeating one word thousands of times says it once."""
_NOTHING: frozenset[str] = frozenset()
_first = attrgetter("first")


@dataclass(frozen=True, slots=True)
class Scene:
    """The hits of one language (or of all, mixed) over the words of one text."""

    words: Sequence[Word]
    hits: Sequence[Hit]
    places: dict[str, list[Hit]]
    said: tuple[frozenset[str], ...]
    """For each word, the concepts it takes part in."""
    verb_last: bool
    unspaced: bool

    def of(self, concepts: Iterable[str]) -> list[Hit]:
        """Return the hits of any of *concepts*."""
        return [hit for concept in concepts for hit in self.places.get(concept, ())]

    def has(self, *concepts: str) -> bool:
        """Return whether any of *concepts* is said anywhere."""
        return not self.places.keys().isdisjoint(concepts)

    def pairs(
        self, first: Iterable[str], second: Iterable[str], reach: int
    ) -> Iterator[tuple[Hit, Hit]]:
        """Yield pairs of hits of one sentence, in either order, at most *reach* words between them."""
        reach = reach * 2 if self.unspaced else reach
        seconds = sorted(self.of(second), key=_first)
        for one in self.of(first):
            start = bisect_left(seconds, one.first - reach - _LONGEST_TERM, key=_first)
            for other in islice(seconds, start, start + _PARTNERS):
                if other.first > one.last + reach + 1:
                    break
                if one != other and self._gap(one, other) <= reach and self._together(one, other):
                    yield one, other

    def is_object(self, verb: Hit, thing: Hit) -> bool:
        """
        Return whether *thing* is what *verb* acts on.

        The nearest thing wins: something else between them (``remove the logo from the shirt``), or an
        unknown word put in front by a preposition, means *thing* is only where it happens.
        """
        inside = range(verb.first, verb.last + 1)
        if any(not _OTHER_OBJECTS.isdisjoint(self.said[i]) for i in inside):
            return False
        if self._is_detail(thing.last + 1, thing) or self._comes_off(verb, thing):
            return False
        if thing.first > verb.last:
            taken = self.verb_last and self._has_object_before(verb)
            return not taken and self._free_between(verb.last + 1, thing.first)
        return thing.last >= verb.first or self._is_object_before(verb, thing)

    def _comes_off(self, verb: Hit, thing: Hit) -> bool:
        """Return whether a verb around *thing* takes it from an object: ``take the top off the jar``."""
        if not verb.first < thing.first <= thing.last < verb.last or self._is_somebodys(thing):
            return False
        following = range(verb.last + 1, min(len(self.words), verb.last + 3))
        return any(not _OTHER_OBJECTS.isdisjoint(self.said[i]) for i in following)

    def _is_object_before(self, verb: Hit, thing: Hit) -> bool:
        """Return whether *verb* acts on *thing* though it stands before it."""
        if self._is_place(thing):
            return False
        if self.verb_last:
            return self._free_between(thing.last + 1, verb.first)
        return self._only_free(thing.last + 1, verb.first) and not self._acts_after(verb)

    def is_worn(self, verb: Hit, thing: Hit) -> bool:
        """Return whether *verb* puts *thing* on somebody: nothing about it is changed instead."""
        between = range(min(verb.last, thing.last) + 1, max(verb.first, thing.first))
        return not self._is_detail(thing.last + 1, thing) and not any(
            "detail" in self.said[i] for i in between
        )

    def is_aside(self, thing: Hit, other: Hit) -> bool:
        """Return whether *other* is said apart from *thing*, of which a detail was named before."""
        apart = any(self._parted(i) for i in range(thing.last + 1, other.first + 1))
        return apart and any(
            hit.first < thing.first and self._same_sentence(hit.first, thing.first)
            for hit in self.places.get("detail", ())
        )

    def is_stored(self, thing: Hit) -> bool:
        """Return whether *thing* lies or hangs somewhere: ``the clothes on the line``."""
        after = self._after_list(thing)
        if self.verb_last or after >= len(self.words) or "of" not in self.said[after]:
            return False
        if self._is_somebodys(thing):
            return False
        place = Hit("of", thing.language, after, after, strong=False, coverage=1.0)
        return self.distance(place, frozenset({"thing", "harmless"}), 2) is not None

    def _is_somebodys(self, thing: Hit) -> bool:
        """Return whether the words name somebody before *thing* whose it is: ``her dress on the chair``."""
        owners = (hit for name in _SOMEBODY for hit in self.places.get(name, ()))
        return any(
            hit.first <= thing.last + 1 and self._same_sentence(hit.first, thing.first)
            for hit in owners
        )

    def _after_list(self, thing: Hit) -> int:
        """Return the word behind *thing* and what is listed with it: ``clothes and toys on the floor``."""
        place = thing.last + 1
        while place + 1 < len(self.words) and self.words[place].letters in _AND:
            place += 2
        return place

    def refused(self, hit: Hit) -> bool:
        """Return whether a negation stands just before *hit* (or ends it, where verbs come last)."""
        reach = _NEGATION_REACH * 2 if self.unspaced else _NEGATION_REACH
        last = hit.last + reach if self.verb_last else hit.first
        negations = sum(
            (
                (hit.first - reach <= other.last < hit.first and not self._begins_anew(other, hit))
                or (hit.first < other.first <= last and self._ends(hit, other))
            )
            and self._same_sentence(other.first, hit.first)
            for other in self.places.get("negation", ())
        )
        return negations % 2 == 1

    def _begins_anew(self, negation: Hit, hit: Hit) -> bool:
        """Return whether *hit* is a verb in another breath than *negation*: ``don't blur, remove the top``."""
        between = range(negation.last + 1, hit.first + 1)
        return hit.concept in _ORDERS and any(self._parted(i) for i in between)

    def _ends(self, hit: Hit, negation: Hit) -> bool:
        """
        Return whether *negation*, behind *hit*, is said of it.

        Not where it is said of something between them, or goes on to a thing of its own: ``undress her,
        background not to change`` and ``undress her not changing the background``, as many languages say it.
        """
        if negation.last <= hit.last:
            return False
        between = range(hit.last + 1, negation.first)
        if any(_BETWEEN.isdisjoint(self.said[i]) for i in between):
            return False
        own = 0
        for i in range(negation.last + 1, len(self.words)):
            if not self._same_sentence(i, negation.last):
                break
            own += "function" not in self.said[i]
        return own <= (_ENDING_WORDS * 2 if self.unspaced else _ENDING_WORDS)

    def distance(self, hit: Hit, concepts: frozenset[str], reach: int) -> int | None:
        """
        Return how many words from *hit* one of *concepts* stands in its sentence, None beyond *reach*.

        What is only left as it is lies out of reach (``without changing the background``), or tells where
        (``nude on the sofa``), and a
        thing named after a comma: ``nude, masterpiece``.
        """
        steps = [
            self._steps(hit.first, -1, concepts, reach),
            self._steps(hit.last, 1, concepts, reach),
        ]
        return min((step for step in steps if step is not None), default=None)

    def _steps(self, start: int, way: int, concepts: frozenset[str], reach: int) -> int | None:
        for step in range(1, reach + 1):
            place = start + way * step
            if not 0 <= place < len(self.words) or not self._same_sentence(place, start):
                return None
            if self._parted(max(place, place - way)):
                return None
            if not concepts.isdisjoint(self.said[place]):
                return step
            if way > 0 and not _LEAVING.isdisjoint(self.said[place]):
                return None
        return None

    def _parted(self, place: int) -> bool:
        """Return whether more than a blank stands before the word at *place*."""
        apart = self.words[place].start - self.words[place - 1].end
        return apart > (0 if self.unspaced else 1)

    def has_other_object(self, verb: Hit) -> bool:
        """Return whether *verb* has something harmless to act on close by."""
        reach = _OBJECT_REACH * (2 if self.unspaced else 1)
        inside = range(verb.first, verb.last + 1)
        return self.distance(verb, _OTHER_OBJECTS, reach) is not None or any(
            not _OTHER_OBJECTS.isdisjoint(self.said[i]) for i in inside
        )

    def _free_between(self, start: int, end: int) -> bool:
        unknown = somebody = 0
        allowed = _UNKNOWN_BETWEEN * (3 if self.unspaced else 1)
        for i in range(start, end):
            said = self.said[i]
            if not _OTHER_OBJECTS.isdisjoint(said):
                if self._is_listed(i, end):
                    continue
                return False
            if "of" in said and unknown + somebody:
                return False
            somebody += not _SOMEBODY.isdisjoint(said)
            if _FREE.isdisjoint(said):
                unknown += 1
        return unknown <= allowed

    def _is_listed(self, other: int, thing: int) -> bool:
        """
        Return whether the word at *other* and *thing* are items of one list: ``her hat, coat and dress``.

        The list ends with *thing*, or goes on behind it; ``the logo, her dress in red`` is none.
        """
        for start in range(thing, other, -1):
            if _FREE.isdisjoint(self.said[start]) and start < thing:
                return False
            if self.words[start].letters in _AND or self._parted(start):
                break
        else:
            return False
        for place in range(thing + 1, len(self.words)):
            if self.words[place].letters in _AND or self._parted(place):
                return True
            if not self._same_sentence(place, thing):
                return True
            if _FREE.isdisjoint(self.said[place]) or "colour" in self.said[place]:
                return False
        return True

    def _only_free(self, start: int, end: int) -> bool:
        return all(not _FREE.isdisjoint(self.said[i]) for i in range(start, end))

    def _is_place(self, thing: Hit) -> bool:
        """
        Return whether what stands before *thing* makes it only the place.

        A preposition does (``auf der Bluse``), and a detail the thing has (``logo-ye pirahan``).
        """
        before = thing.first - 1
        said = self.said[before] if before >= 0 else frozenset()
        if said and not _FREE.isdisjoint(said) and "of" not in said:
            before -= 1
        if before < 0 or not self._same_sentence(before, thing.first):
            return False
        if thing.language in _POSTPOSING:
            return "detail" in self.said[before]
        return ("of" in self.said[before] and before > 0) or "detail" in self.said[before]

    def _has_object_before(self, verb: Hit) -> bool:
        """Return whether *verb* has taken a garment that stands right before it."""
        reach = _TAKEN_REACH * (2 if self.unspaced else 1)
        return any(
            not _WEARABLE.isdisjoint(self.said[i]) and self._same_sentence(i, verb.first)
            for i in range(max(0, verb.first - reach), verb.first)
        )

    def _is_detail(self, place: int, hit: Hit) -> bool:
        """Return whether the word beside *hit* is a detail: ``bra strap``, ``the stain off the shirt``."""
        if self.verb_last or not 0 <= place < len(self.words):
            return False
        if place > hit.last and self._parted(place):
            return False
        said = self.said[place]
        return (
            "detail" in said and hit.concept not in said and self._same_sentence(place, hit.first)
        )

    def _acts_after(self, verb: Hit) -> bool:
        """Return whether *verb* has another object behind it, in the same breath."""
        for i in range(verb.last + 1, min(len(self.words), verb.last + 4)):
            if self._parted(i) or not self._same_sentence(i, verb.last):
                return False
            if not _OTHER_OBJECTS.isdisjoint(self.said[i]):
                return True
        return False

    def _together(self, one: Hit, other: Hit) -> bool:
        return self._same_sentence(one.first, other.first)

    def _same_sentence(self, one: int, other: int) -> bool:
        return self.words[one].sentence == self.words[other].sentence

    @staticmethod
    def _gap(one: Hit, other: Hit) -> int:
        return max(one.first - other.last, other.first - one.last) - 1


def scene_of(
    words: Sequence[Word], hits: Sequence[Hit], *, verb_last: bool, unspaced: bool
) -> Scene:
    """Return *hits* over *words* arranged for the rules."""
    places: dict[str, list[Hit]] = {}
    said: defaultdict[int, set[str]] = defaultdict(set)
    for hit in hits:
        alike = places.setdefault(hit.concept, [])
        if len(alike) < _MOST_HITS:
            alike.append(hit)
        for i in range(hit.first, hit.last + 1):
            said[i].add(hit.concept)
    each = tuple(frozenset(said[i]) if i in said else _NOTHING for i in range(len(words)))
    return Scene(words, hits, places, each, verb_last, unspaced)

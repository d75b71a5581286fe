"""
Negative prompts: what is named there is to be absent.

Clothes in a negative prompt undress, and so does ``dressed``. A negative prompt is a list in whatever
language, so each item is read by itself: "clothes" is denied, "wrinkled clothes" is a matter of quality.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from raiment.screening.words.charge import Charge
from raiment.screening.words.hits import Hit
from raiment.screening.words.reading import Intent
from raiment.screening.words.rules import Scores, Situation
from raiment.screening.words.text import Word

_MARK = "negative"
_WORN = frozenset({"clothes", "garment", "underwear", "dressed"})
_BESIDE = frozenset(
    {"function", "pronoun", "definite", "people", "of", "wear", "everything", "common", "only"}
)
"""What may stand in an item without changing that it names clothes."""
_WHOLE = 0.6
_SHORTEST = 3
_END = re.compile(r"[\n,;.|/(){}\[\]:\u3001\u3002\uff0c\u060c]")
_OPPOSITE = frozenset({"prompt", "positive"})
_SCORES: Scores = (0.9, 0.8, 0.8, 0.6)


def denied_charges(
    characters: str, words: Sequence[Word], hits: Sequence[Hit], situation: Situation
) -> Iterator[Charge]:
    """Yield a charge for every item of a negative prompt that names nothing but clothes."""
    for mark in {(hit.first, hit.last): hit for hit in hits if hit.concept == _MARK}.values():
        for first, last in _items(characters, words, mark.last):
            inside = [hit for hit in hits if first <= hit.first and hit.last <= last]
            worn = [hit for hit in inside if _names_worn(hit, words)]
            if worn and _is_all(inside, worn, first, last):
                yield Charge(Intent.UNDRESS, _SCORES[situation], (mark, worn[0]))


def _items(characters: str, words: Sequence[Word], mark: int) -> Iterator[tuple[int, int]]:
    """Yield the first and last word of each item of the list that the word at *mark* opens."""
    start = mark + 1
    for place in range(mark + 1, len(words) + 1):
        over = place == len(words)
        between = "" if over else characters[words[place - 1].end : words[place].start]
        if (over or (_END.search(between) and place > start)) and place > start:
            yield start, place - 1
            start = place
        if over or "\n" in between or words[place].letters in _OPPOSITE:
            return


def _names_worn(hit: Hit, words: Sequence[Word]) -> bool:
    letters = sum(len(words[place].letters) for place in range(hit.first, hit.last + 1))
    long_enough = letters >= _SHORTEST or not words[hit.first].letters.isascii()
    return hit.concept in _WORN and hit.coverage >= _WHOLE and long_enough


def _is_all(inside: Sequence[Hit], worn: Sequence[Hit], first: int, last: int) -> bool:
    """Return whether the item says nothing else: every word of it is clothes or stands beside them."""
    beside = (hit for hit in inside if hit.concept in _BESIDE)
    said = {place for hit in (*worn, *beside) for place in range(hit.first, hit.last + 1)}
    return said.issuperset(range(first, last + 1))

"""Finding the lexicon's concepts in a text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from raiment.screening.words.lexicon import Lexicon, Piece, Term
from raiment.screening.words.openings import ASIDE, exactest
from raiment.screening.words.text import Word

_GAP_WORDS = 7
HARMLESS = "harmless"
"""The concept of phrases that only look like something."""
_PHRASAL = frozenset({"remove", "strip", "undress"})


class Hit(NamedTuple):
    """One concept found: words ``first`` to ``last`` (inclusive) say it in *language*."""

    concept: str
    language: str
    first: int
    last: int
    strong: bool
    coverage: float
    """The share of the first word's letters that the term names."""


def find_hits(words: Sequence[Word], lexicon: Lexicon) -> list[Hit]:
    """
    Return what *words* say, in order of place.

    At one place and in one language the most exact term wins (a whole word over a stem, a longer stem over
    a shorter), and a phrase swallows what lies inside it. Linear in the number of words.
    """
    found: list[Hit] = []
    swallowed: dict[tuple[str, int], int] = {}
    for i, word in enumerate(words):
        for term in _holding(words, i, lexicon):
            last, gapped = _end(term, words, i) if term.rest else (i, False)
            coverage = min(1.0, term.rank / len(word.letters))
            found.append(Hit(term.concept, term.language, i, last, term.strong, coverage))
            if last > i and not gapped:
                for place in range(i, last + 1):
                    key = (term.language, place)
                    swallowed[key] = max(swallowed.get(key, 0), last - i)
    phrases = {(hit.language, hit.first): hit.last for hit in found if _is_phrase(hit)}
    return [
        hit
        for hit in found
        if hit.concept == ASIDE
        or (
            swallowed.get((hit.language, hit.first), 0) <= hit.last - hit.first
            and not (hit.concept == HARMLESS and _cuts_in(hit, phrases))
        )
    ]


def _is_phrase(hit: Hit) -> bool:
    """Return whether *hit* is a verb of two words, as in ``take off``."""
    return hit.concept in _PHRASAL and hit.last == hit.first + 1


def _cuts_in(hit: Hit, phrases: Mapping[tuple[str, int], int]) -> bool:
    """Return whether *hit* begins with the end of a phrase: ``off the`` in ``take off the``."""
    before = phrases.get((hit.language, hit.first - 1))
    return before == hit.first < hit.last


def _holding(words: Sequence[Word], place: int, lexicon: Lexicon) -> Sequence[Term]:
    """Return the most exact terms that hold at *place*."""
    opening = lexicon.opening(words[place].letters)
    if opening.alone is not None:
        return opening.alone
    following = words[place + 1].letters if place + 1 < len(words) else ""
    terms: list[Term] = []
    for form in opening.forms:
        terms += form.whole
        if form.leads:
            terms += lexicon.pairs.get((form.letters, following), ())
        terms += form.stems
    return exactest([one for one in terms if not one.rest or _end(one, words, place)[0] >= 0])


def _end(term: Term, words: Sequence[Word], place: int) -> tuple[int, bool]:
    """Return the last word of *term* begun at *place* (-1: it does not hold) and whether it has gaps."""
    gapped = False
    for piece in term.rest:
        reach = _GAP_WORDS + 1 if piece.gap else 1
        following = range(place + 1, min(place + 1 + reach, len(words)))
        found = next((i for i in following if _says(words[i].letters, piece)), -1)
        if found < 0 or words[found].sentence != words[place].sentence:
            return -1, gapped
        if term.concept == HARMLESS and _is_parted(words, place, found):
            return -1, gapped
        gapped = gapped or found > place + 1
        place = found
    return place, gapped


def _is_parted(words: Sequence[Word], one: int, other: int) -> bool:
    """Return whether more than a blank stands between neighbours: ``nude, heels on`` names no heels."""
    return other == one + 1 and words[other].start - words[one].end > 1


def _says(letters: str, piece: Piece) -> bool:
    return letters.startswith(piece.letters) if piece.stem else letters == piece.letters

"""
What a word may begin: the terms that start with it, found once for each word and remembered for a while.

Only single words are remembered, a bounded number of them, and nothing of the texts they stood in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from raiment.screening.words.lexicon import Term

ASIDE = "pronoun"
"""A verb with its person glued on (``quítale``) is a verb still."""
_REMEMBERED = 8_192
_LONGEST = 64
"""Letters; longer words come once and are not remembered."""
_SHORTEST_STEM = 1
_SEMITIC_PREFIXES = (
    ("وال", "بال", "فال", "كال", "لل", "ال", "و", "ب", "ف", "ل", "ك"),
    ("וה", "שה", "מה", "ול", "וב", "ה", "ו", "ב", "ל", "מ", "ש", "כ"),
)
_FEWEST_LEFT = 3


class Form(NamedTuple):
    """One form of a word, and the terms whose first word it is, or begins as."""

    letters: str
    whole: tuple[Term, ...]
    stems: tuple[Term, ...]
    leads: bool
    """Whether some term goes on with a certain word right behind this one."""


class Opening(NamedTuple):
    """What a word may begin."""

    forms: tuple[Form, ...]
    alone: tuple[Term, ...] | None
    """The most exact terms, where no term goes on with further words; None where some may."""


def openings(
    words: Mapping[str, tuple[Term, ...]],
    stems: Mapping[str, tuple[Term, ...]],
    leading: frozenset[str],
) -> Callable[[str], Opening]:
    """Return what finds the opening of a word. *leading* words go on with a certain word behind them."""
    longest = max(map(len, stems), default=0)

    def form_of(letters: str) -> Form:
        ends = range(_SHORTEST_STEM, min(len(letters), longest) + 1)
        begun = tuple(term for end in ends for term in stems.get(letters[:end], ()))
        return Form(letters, words.get(letters, ()), begun, letters in leading)

    def opening(letters: str) -> Opening:
        found = tuple(map(form_of, forms(letters)))
        terms = [term for form in found for term in (*form.whole, *form.stems)]
        if any(form.leads for form in found) or any(term.rest for term in terms):
            return Opening(found, None)
        return Opening(found, tuple(exactest(terms)))

    remembered = lru_cache(_REMEMBERED)(opening)
    return lambda letters: (remembered if len(letters) <= _LONGEST else opening)(letters)


def exactest(terms: list[Term]) -> list[Term]:
    """Return *terms* that hold at one place: of single words only the most exact in each language."""
    best: dict[str, int] = {}
    for term in terms:
        if not term.rest and term.concept != ASIDE:
            best[term.language] = max(best.get(term.language, 0), term.rank)
    return [
        term
        for term in terms
        if term.rest or term.concept == ASIDE or term.rank == best[term.language]
    ]


def forms(letters: str) -> Iterator[str]:
    """Yield the word, and in Arabic and Hebrew script the word without its glued-on first particles."""
    yield letters
    first = letters[:1]
    if not "\u05d0" <= first < "\u0700":
        return
    for prefix in _SEMITIC_PREFIXES[first < "\u0600"]:
        if letters.startswith(prefix) and len(letters) - len(prefix) >= _FEWEST_LEFT:
            yield letters[len(prefix) :]

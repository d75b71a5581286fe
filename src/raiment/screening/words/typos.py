"""Misspelt words: one letter dropped, doubled, swapped or wrong in a word that matters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from raiment.screening.words.text import Traced, Word, rewrite

SHORTEST = 5
"""Shorter words have too many honest neighbours."""
_SHORTEST_CHANGED = 7
"""Shorter words with another letter in place of the right one are mostly other words (thing, thong)."""
_LONGEST = 24
"""No word that matters is longer."""
_SPACED_SCRIPTS = "\u0e00"
_WORD = re.compile(r"[^\W_]+")

Near = Mapping[str, tuple[str, frozenset[str]]]
"""A word that matters, or one with a letter dropped: the word, and the languages it matters in."""


def neighbourhood(words: Mapping[str, frozenset[str]]) -> Near:
    """Return the forms to look misspelt words up by. *words* gives each word's languages."""
    near: dict[str, tuple[str, frozenset[str]]] = {}
    for word in sorted(words, reverse=True):
        for form in dropped(word):
            near[form] = (word, words[word])
    return near


def mend(
    text: Traced,
    words: Sequence[Word],
    near: Near,
    known: Mapping[str, object],
    languages: AbstractSet[str],
) -> Traced:
    """
    Return *text*, of these *words*, with misspelt ones that matter spelt right; the same object without any.

    A word is misspelt when no language knows it, one letter makes it a word that matters in one of
    *languages*, and its first letter is right: people err inside words, and honest neighbours (baked,
    naked) mostly differ in the first.
    """
    corrections = {
        word.letters: right
        for word in words
        if SHORTEST - 1 <= len(word.letters) <= _LONGEST
        and word.letters < _SPACED_SCRIPTS
        and word.letters not in known
        and (right := _corrected(word.letters, near, languages)) is not None
    }
    if not corrections:
        return text
    return rewrite(text, _WORD, lambda match: corrections.get(match.group(), match.group()))


def is_near(word: str, near: Near) -> bool:
    """Return whether one letter may make *word* one that matters, in whatever language."""
    fit = SHORTEST - 1 <= len(word) <= _LONGEST and word < _SPACED_SCRIPTS
    return fit and any(form in near for form in dropped(word))


def _corrected(word: str, near: Near, languages: AbstractSet[str]) -> str | None:
    for form in dropped(word):
        right, of = near.get(form, ("", frozenset()))
        if (
            right
            and right[0] == word[0]
            and not of.isdisjoint(languages)
            and is_slip(word, right, _SHORTEST_CHANGED)
        ):
            return right
    return None


def dropped(word: str) -> Iterator[str]:
    """Yield *word*, and *word* without each of its letters."""
    yield word
    for i in range(len(word)):
        yield word[:i] + word[i + 1 :]


def is_slip(one: str, other: str, changed_from: int) -> bool:
    """
    Return whether a letter dropped, added or swapped with its neighbour makes the words equal.

    Words of *changed_from* letters or more also where one letter is another.
    """
    if len(one) > len(other):
        one, other = other, one
    start = next((i for i, letter in enumerate(one) if letter != other[i]), len(one))
    if len(one) < len(other):
        return one[start:] == other[start + 1 :]
    if one[start : start + 2][::-1] == other[start : start + 2]:
        return one[start + 2 :] == other[start + 2 :]
    return len(one) >= changed_from and one[start + 1 :] == other[start + 1 :]

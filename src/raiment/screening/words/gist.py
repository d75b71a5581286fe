"""
The gist of a long text: the passages around the words that may matter.

A request of 32,000 characters is read in bounded time because most of it says nothing: what is far from
every word a rule needs, or says the same again, is left out before the costly reading. Nothing that a rule
could hold on is lost.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from raiment.screening.words.lexicon import Beginnings, Lexicon
from raiment.screening.words.openings import forms
from raiment.screening.words.seams import is_glued
from raiment.screening.words.text import BREAKS, Traced, letters_of, spans_of
from raiment.screening.words.typos import is_near

READ_WHOLE = 160
"""Words of a text that is read as it stands."""
_TELLING_REACH = 16
"""Words kept on either side of one that tells: more than any rule reaches."""
_REFUSING_REACH = 120
"""Words kept after those that open a negative prompt: it is a list, and any item may tell."""
_SETTING_REACH = 3
_SETTING_TIMES = 4
_SAME_SIDES = 2
"""A word that tells is the same again when this many words on either side are the same, too."""
_SCRAP = 2
_SCRAP_TIMES = 12
"""Lone letters begin terms (``x ray``); thousands of them say nothing."""
_AGE = re.compile(r"\d{1,2}[^\W\d_]{1,6}")


def gist(text: Traced, lexicon: Lexicon) -> Traced:
    """Return the passages of *text* that may matter, parted by line ends; a short text as it is."""
    words = letters_of(text.characters)
    if len(words) <= READ_WHOLE:
        return text
    passages = list(_passages(words, lexicon))
    if not passages:
        return Traced("", ())
    spans = spans_of(text.characters)
    characters: list[str] = []
    origins: list[int] = []
    for first, last in passages:
        start, end = spans[first][0], spans[last][1]
        characters += (text.characters[start:end], "\n")
        origins += text.origins[start:end]
        origins.append(text.origins[end - 1])
    return Traced("".join(characters), origins)


def _passages(words: Sequence[str], lexicon: Lexicon) -> Iterator[tuple[int, int]]:
    """Yield the first and last word of each passage, in order, none touching the next."""
    start, end = 0, -1
    for place, reach in _places(words, lexicon):
        if place - reach > end + 1:
            if end >= 0:
                yield start, end
            start = place - reach
        end = max(end, min(len(words) - 1, place + reach))
    if end >= 0:
        yield max(0, start), end


def _places(words: Sequence[str], lexicon: Lexicon) -> Iterator[tuple[int, int]]:
    """Yield the place of each word that matters and is not the same again, with its reach."""
    distinct = set(words) - BREAKS
    telling = {one for one in distinct if _begins(one, lexicon.telling) or _suspect(one, lexicon)}
    setting = {
        one for one in distinct - telling if _begins(one, lexicon.setting) or _AGE.match(one)
    }
    couples = set(pairwise(words))
    told = {pair for pair in couples if _tells(pair, lexicon)}
    said = {pair for pair in couples & lexicon.setting.pairs if pair not in told}
    seen: set[tuple[str, ...]] = set()
    times: Counter[str] = Counter()
    for place, pair in enumerate(zip(words, (*words[1:], ""), strict=True)):
        word = pair[0]
        times[word] += 1
        if pair in told or word in telling:
            around = tuple(words[max(0, place - _SAME_SIDES) : place + _SAME_SIDES + 1])
            if around not in seen and not (_scrap(word) and times[word] > _SCRAP_TIMES):
                seen.add(around)
                yield place, _reach(pair, lexicon)
        elif word in setting or pair in said:
            around = (words[place - 1] if place else "", *pair)
            if times[word] <= _SETTING_TIMES or (word.isdecimal() and around not in seen):
                seen.add(around)
                yield place, _SETTING_REACH


def _reach(pair: tuple[str, str], lexicon: Lexicon) -> int:
    if pair in lexicon.refusing.pairs or pair[0] in lexicon.refusing.words:
        return _REFUSING_REACH
    return _SETTING_REACH if _scrap(pair[0]) else _TELLING_REACH


def _scrap(word: str) -> bool:
    return len(word) <= _SCRAP and word.isascii()


def _begins(word: str, some: Beginnings) -> bool:
    return any(
        form in some.words or any(form[:end] in some.stems for end in range(1, len(form) + 1))
        for form in forms(word)
    )


def _tells(pair: tuple[str, str], lexicon: Lexicon) -> bool:
    """Return whether two words begin a telling term, or are one cut in two."""
    return pair in lexicon.telling.pairs or pair[0] + pair[1] in lexicon.charged


def _suspect(word: str, lexicon: Lexicon) -> bool:
    """Return whether *word* may be a telling one misspelt, or hold one glued to others."""
    return word not in lexicon.vocabulary and (
        is_near(word, lexicon.near) or is_glued(word, lexicon)
    )

"""
Seams in the wrong places.

Words glued together (``removeherclothes``), words cut in two (``un dress``), and sentences broken where none
ends (``remove her`` on one line, ``clothes`` on the next).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from raiment.screening.words.lexicon import OPENING, Lexicon
from raiment.screening.words.text import BREAKS, Traced, Word

_SHORTEST_GLUED = 7
_LONGEST_GLUED = 400
_LONGEST_PIECE = 16
_SHORTEST_CHARGED = 4
_SCRAP = 2
_SHORTEST_CUT = 5
_FEWEST_PARTS = 2
_MEAN_PART = 3.5
"""Shorter parts on average are chance: any long word can be cut into scraps."""
_LONGEST_FRAGMENT = 2
"""Words that are hardly a sentence of their own, whatever mark stands beside them."""
_LEANING = frozenset({"function", "pronoun", "of", "without"})


def unglue(text: Traced, words: Sequence[Word], lexicon: Lexicon) -> Traced:
    """Return *text*, of these *words*, with glued ones parted; the same object when each stands alone."""
    cuts: list[int] = []
    for word in words:
        if is_glued(word.letters, lexicon):
            cuts += (word.start + cut for cut in _cuts(word.letters, lexicon))
    if not cuts:
        return text
    characters: list[str] = []
    origins: list[int] = []
    start = 0
    for cut in cuts:
        characters += (text.characters[start:cut], " ")
        origins += (*text.origins[start:cut], text.origins[cut])
        start = cut
    characters.append(text.characters[start:])
    origins += text.origins[start:]
    return Traced("".join(characters), origins)


def is_glued(letters: str, lexicon: Lexicon) -> bool:
    """Return whether *letters*, no word themselves, hold a word that matters and may be several."""
    if len(letters) < _SHORTEST_GLUED or letters in lexicon.vocabulary:
        return False
    letters = letters[:_LONGEST_GLUED]
    return any(
        letters[start : start + OPENING] in lexicon.openings
        and any(
            letters[start:end] in lexicon.charged
            for end in range(start + OPENING, min(start + _LONGEST_PIECE, len(letters)) + 1)
        )
        for start in range(len(letters) - OPENING + 1)
    )


def rejoin(text: Traced, words: Sequence[Word], lexicon: Lexicon) -> Traced:
    """Return *text* with a charged word cut in two made whole; the same object when there is none."""
    joins = [
        (one.end, other.start)
        for one, other in pairwise(words)
        if text.characters[one.end] not in "'\u2019" and _is_cut(one, other, lexicon)
    ]
    if not joins:
        return text
    characters: list[str] = []
    origins: list[int] = []
    start = 0
    for end, again in joins:
        characters.append(text.characters[start:end])
        origins += text.origins[start:end]
        start = max(again, start)
    characters.append(text.characters[start:])
    origins += text.origins[start:]
    return Traced("".join(characters), origins)


def bridge(text: Traced, words: Sequence[Word], lexicon: Lexicon) -> Traced:
    """
    Return *text* with sentences that are broken without ending made whole; the same object when none is.

    A fragment belongs to what stands before it, whatever mark is between; a line, to the next one too where it
    is a fragment or stops at a word that leans on another.
    """
    if not words or words[0].sentence == words[-1].sentence:
        return text
    lengths = Counter(word.sentence for word in words)
    characters = list(text.characters)
    bridged = False
    for one, other in pairwise(words):
        if one.sentence == other.sentence:
            continue
        marks = [i for i in range(one.end, other.start) if characters[i] in BREAKS]
        open_line = all(characters[i] == "\n" for i in marks) and (
            lengths[one.sentence] <= _LONGEST_FRAGMENT or _leans(one, lexicon)
        )
        if open_line or lengths[other.sentence] <= _LONGEST_FRAGMENT:
            bridged = True
            for i in marks:
                characters[i] = " "
    return Traced("".join(characters), text.origins) if bridged else text


def _leans(word: Word, lexicon: Lexicon) -> bool:
    """Return whether no line of its own would end in *word*: ``remove all of her``."""
    return any(
        term.concept in _LEANING and not term.rest and lexicon.orders[term.language] != "verb-last"
        for term in lexicon.words.get(word.letters, ())
    )


def _is_cut(one: Word, other: Word, lexicon: Lexicon) -> bool:
    whole = one.letters + other.letters
    if len(whole) < _SHORTEST_CUT or one.sentence != other.sentence or whole not in lexicon.charged:
        return False
    # Two words that both mean something stand side by side by themselves: "baby doll".
    shorter = min(len(one.letters), len(other.letters))
    return shorter == _SCRAP or (
        shorter > _SCRAP and not {one.letters, other.letters} <= lexicon.vocabulary.keys()
    )


def _cuts(letters: str, lexicon: Lexicon) -> Sequence[int]:
    """Return where to cut *letters* into words of one language, as few as can be; none if it cannot be."""
    letters = letters[:_LONGEST_GLUED]
    pieces: list[int | None] = [0] + [None] * len(letters)
    before = [0] * (len(letters) + 1)
    for end in range(1, len(letters) + 1):
        for start in range(max(0, end - _LONGEST_PIECE), end):
            so_far, best = pieces[start], pieces[end]
            if so_far is None or (best is not None and so_far + 1 >= best):
                continue
            if letters[start:end] in lexicon.vocabulary:
                pieces[end], before[end] = so_far + 1, start
    cuts: list[int] = []
    end = len(letters) if pieces[-1] else 0
    while end:
        cuts.append(end)
        end = before[end]
    cuts.reverse()
    parts = [letters[start:end] for start, end in zip([0, *cuts], cuts, strict=False)]
    return cuts[:-1] if _is_request(parts, len(letters), lexicon) else ()


def _is_request(parts: Sequence[str], length: int, lexicon: Lexicon) -> bool:
    """Return whether *parts* are long enough, of one language, and one of them matters."""
    if len(parts) < _FEWEST_PARTS or length < _MEAN_PART * len(parts):
        return False
    if len(parts) == _FEWEST_PARTS and min(map(len, parts)) < _SHORTEST_CHARGED:
        return False
    if not any(len(part) >= _SHORTEST_CHARGED and part in lexicon.charged for part in parts):
        return False
    return bool(frozenset.intersection(*(lexicon.vocabulary[part] for part in parts)))

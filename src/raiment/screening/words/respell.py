"""Words without their vowels, with signs for letters, or with their inner letters in disorder."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from raiment.screening.words.text import LETTER, Traced, rewrite

_VOWELS = "aeiouyαεηιουωаеиоуыэюяіє"
VOWELLED_END = "\u0590"
"""From here on scripts write few vowels, or none."""
_SPOKEN = re.compile(f"[{_VOWELS}]")
_SIGN = r"[*#_.%\-]"
_MASKED = re.compile(rf"[^\W\d_]+(?:{_SIGN}{{1,3}}[^\W\d_]+)*{_SIGN}?(?![^\W_])")
MASK = re.compile(_SIGN)
SPELT_WORD = re.compile(rf"{LETTER}+(?:{_SIGN}{{1,3}}{LETTER}+)*[*#%]*")
"""A word of any script that parts words, as somebody may spell it: with signs for some of its letters."""
_WORD = re.compile(r"[^\W\d_]{2,20}")
_SHORTEST = 4
_MOST_MASKS = 3
_FEWEST = 2
_SHARE = 0.4
Known = Mapping[str, frozenset[str]]
"""Words, each with the languages that know it."""


@dataclass(frozen=True, slots=True)
class Spellings:
    """By which words are found again that were spelt to be read by people only."""

    consonants: Mapping[str, tuple[str, ...]]
    """Words by what is left without the vowels after the first letter."""
    stirred: Mapping[str, tuple[str, ...]]
    """Words by first letter, last letter, and the others in order."""


def spellings(words: Iterable[str]) -> Spellings:
    """Return how each of *words* may be spelt."""
    consonants: dict[str, list[str]] = {}
    stirred: dict[str, list[str]] = {}
    for word in sorted(words):
        if word.isalpha() and len(word) >= _SHORTEST - 1 and word < VOWELLED_END:
            consonants.setdefault(consonants_of(word), []).append(word)
            if len(word) >= _SHORTEST:
                stirred.setdefault(stirred_of(word), []).append(word)
    return Spellings(
        {key: tuple(of) for key, of in consonants.items()},
        {key: tuple(of) for key, of in stirred.items()},
    )


def respelt(text: Traced, found: Spellings, known: Known) -> Iterator[Traced]:
    """Yield *text* with words spelt in full, of the language that spells most; each way of hiding by itself."""
    ways: tuple[tuple[re.Pattern[str], Callable[[str], tuple[str, ...]]], ...] = (
        (_MASKED, lambda word: unmasked(word, known)),
        (_WORD, lambda word: _with_vowels(word, found, known)),
        (_WORD, lambda word: _unstirred(word, found, known)),
    )
    words = set(_WORD.findall(text.characters))
    for pattern, guess in ways:
        different = set(pattern.findall(text.characters))
        guesses = {word: said for word in different if (said := guess(word))}
        if len(guesses) < max(1, min(_FEWEST, len(words)), _SHARE * len(different)):
            continue
        chosen = _of_one_language(guesses, known)
        yield rewrite(text, pattern, _chooser(chosen))


def _chooser(chosen: Mapping[str, str]) -> Callable[[re.Match[str]], str]:
    return lambda match: chosen.get(match.group(), match.group())


def _of_one_language(guesses: Mapping[str, tuple[str, ...]], known: Known) -> dict[str, str]:
    """Return for each word its guess in the language that has most of them."""
    tally: Counter[str] = Counter()
    for said in guesses.values():
        tally.update(frozenset().union(*(known[one] for one in said)))
    language = max(sorted(tally), key=tally.__getitem__)
    return {
        word: right
        for word, said in guesses.items()
        if (right := next((one for one in said if language in known[one]), None)) is not None
    }


def unmasked(word: str, known: Container[str]) -> tuple[str, ...]:
    """Return what *word* may be with a vowel for each sign in it."""
    masks = [match.start() for match in MASK.finditer(word)]
    if not 0 < len(masks) <= _MOST_MASKS or len(word) < _SHORTEST:
        return ()
    said: list[str] = []
    for vowels in product("aeiou", repeat=len(masks)):
        letters = list(word)
        for place, vowel in zip(masks, vowels, strict=True):
            letters[place] = vowel
        if (whole := "".join(letters)) in known:
            said.append(whole)
    return tuple(said)


def is_spoken(word: str) -> bool:
    """Return whether *word* has vowels after its first letter, or is of a script that need not write them."""
    return word >= VOWELLED_END or _SPOKEN.search(word, 1) is not None


def _with_vowels(word: str, found: Spellings, known: Known) -> tuple[str, ...]:
    if word in known or is_spoken(word):
        return ()
    return found.consonants.get(word, ())


def _unstirred(word: str, found: Spellings, known: Known) -> tuple[str, ...]:
    if word in known or len(word) < _SHORTEST:
        return ()
    return found.stirred.get(stirred_of(word), ())


def consonants_of(word: str) -> str:
    """Return what is left of *word* without the vowels after its first letter."""
    return word[0] + _SPOKEN.sub("", word[1:])


def stirred_of(word: str) -> str:
    """Return first and last letter of *word*, and between them the others in order."""
    return word[0] + "".join(sorted(word[1:-1])) + word[-1]

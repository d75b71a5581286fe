"""
Words found again in letters that run on: without blanks, with blanks everywhere or in the wrong places.

One language's words are laid over the letters so that they cover most of them, long ones first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from raiment.screening.words.lexicon import OPENING, Lexicon
from raiment.screening.words.text import Traced

_MOST_LETTERS = 300
_FEWEST_LETTERS = 6
_LONGEST = 16
_TELLING = 3
"""Letters from which on a word says what language it is of."""
_LANGUAGES_TRIED = 3
_UNKNOWN = -3
"""What an unknown letter costs; a word of n letters is worth n * n."""
_LAST_SPACED = "\u0e00"


def segmented(text: Traced, lexicon: Lexicon) -> Iterator[Traced]:
    """Yield the letters of *text* as words of the languages that know most of them."""
    places = [i for i, letter in enumerate(text.characters) if letter.isalpha()][:_MOST_LETTERS]
    letters = "".join(text.characters[place] for place in places)
    if len(letters) < _FEWEST_LETTERS or letters > _LAST_SPACED:
        return
    known = _known(letters, lexicon)
    tally: Counter[str] = Counter()
    for start, end, of in known:
        if end - start >= _TELLING:
            # Sorted, for of equals the first comes first: the order of a set differs from run to run.
            tally.update(dict.fromkeys(sorted(of), (end - start) ** 2))
    for language, _ in tally.most_common(_LANGUAGES_TRIED):
        words = [(start, end) for start, end, of in known if language in of]
        yield _parted(text, places, letters, _cuts(len(letters), words))


def _known(letters: str, lexicon: Lexicon) -> list[tuple[int, int, frozenset[str]]]:
    """Return where words, or what they begin with, stand in *letters*, with the languages that know them."""
    found: list[tuple[int, int, frozenset[str]]] = []
    vocabulary, stems, longer = lexicon.vocabulary, lexicon.stems, lexicon.longer
    for start in range(len(letters)):
        most = _LONGEST if letters[start : start + OPENING] in longer else OPENING
        for end in range(start + 2, min(start + most, len(letters)) + 1):
            piece = letters[start:end]
            of = vocabulary.get(piece)
            if end - start > _TELLING and piece in stems:
                of = (of or frozenset()) | {term.language for term in stems[piece]}
            if of:
                found.append((start, end, of))
    return found


def _cuts(length: int, words: list[tuple[int, int]]) -> list[int]:
    """Return where words begin when *words* cover *length* letters best."""
    ending: dict[int, list[int]] = {}
    for start, end in words:
        ending.setdefault(end, []).append(start)
    worth, before = [0] * (length + 1), [0] * (length + 1)
    for end in range(1, length + 1):
        worth[end], before[end] = worth[end - 1] + _UNKNOWN, -1
        for start in ending.get(end, ()):
            gain = worth[start] + (end - start) ** 2
            if gain > worth[end]:
                worth[end], before[end] = gain, start
    cuts: list[int] = []
    end = length
    while end:
        if before[end] >= 0:
            cuts.append(before[end])
            end = before[end]
        else:
            end -= 1
    return cuts[::-1]


def _parted(text: Traced, places: list[int], letters: str, cuts: list[int]) -> Traced:
    """Return *letters* with a blank before every cut; letters after a word that no word covers stay with it."""
    starts = set(cuts) - {0}
    characters: list[str] = []
    origins: list[int] = []
    for i, letter in enumerate(letters):
        if i in starts:
            characters.append(" ")
            origins.append(text.origins[places[i]])
        characters.append(letter)
        origins.append(text.origins[places[i]])
    return Traced("".join(characters), origins)

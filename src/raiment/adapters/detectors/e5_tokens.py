"""Pieces of words: the most probable way to write a text with a vocabulary (SentencePiece unigram)."""

from __future__ import annotations

import re
from functools import lru_cache

from raiment.adapters.detectors.e5_file import Vocabulary

_START = "\u2581"
"""Stands before every word in the vocabulary."""
_BLANKS = re.compile(" +")
_WORD_CHARACTERS = 64
"""Longer runs without a blank are cut: scripts without blanks come in long ones."""
_REMEMBERED = 20_000


class Tokens:
    """Writes texts with one vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._written = lru_cache(_REMEMBERED)(self._word)

    def numbers(self, text: str) -> list[int]:
        """Return the numbers of the pieces of *text*, without begin and end. Any string is accepted."""
        folded = _BLANKS.sub(" ", text.translate(self._vocabulary.folds)).strip(" ")
        return [
            number
            for word in folded.split(" ")
            for cut in range(0, len(word), _WORD_CHARACTERS)
            for number in self._written(
                (_START if not cut else "") + word[cut : cut + _WORD_CHARACTERS]
            )
        ]

    def _word(self, word: str) -> tuple[int, ...]:
        """Return the best pieces of *word* (Viterbi); an unknown character is a piece of its own."""
        known = self._vocabulary
        scores = [0.0] + [float("-inf")] * len(word)
        pieces = [(0, 0)] * (len(word) + 1)
        for start in range(len(word)):
            here = scores[start]
            if here + known.unknown_score > scores[start + 1]:
                scores[start + 1] = here + known.unknown_score
                pieces[start + 1] = (known.unknown, start)
            for end in range(start + 1, min(len(word), start + known.longest) + 1):
                found = known.pieces.get(word[start:end])
                if found is not None and here + found[1] > scores[end]:
                    scores[end] = here + found[1]
                    pieces[end] = (found[0], start)
        numbers: list[int] = []
        end = len(word)
        while end:
            number, end = pieces[end]
            numbers.append(number)
        return tuple(reversed(numbers))

"""The words of a request: undo disguises, find what is asked and of whom, in many languages."""

from raiment.screening.words.lexicon import Lexicon, compile_lexicon
from raiment.screening.words.read import read_words
from raiment.screening.words.reading import (
    Intent,
    Modality,
    Span,
    Who,
    WordsReading,
    reading_as_json,
)

__all__ = [
    "Intent",
    "Lexicon",
    "Modality",
    "Span",
    "Who",
    "WordsReading",
    "compile_lexicon",
    "read_words",
    "reading_as_json",
]

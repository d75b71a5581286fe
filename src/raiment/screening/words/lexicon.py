"""
The compositional lexicon: which words of which language carry which concept.

A language's file is a table: a concept, a tab, and terms separated by commas; ``#`` starts a comment and
``#: key value`` a property (``language``, ``order``). A term is one or more words; ``stem*`` stands for any
word that begins so; ``~`` between words lets up to seven others stand between (``take ~ off``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from raiment.errors import ConfigurationError
from raiment.screening.words.concepts import CHARGED, CONCEPTS, SPELT
from raiment.screening.words.fold import folded
from raiment.screening.words.text import words_of
from raiment.screening.words.typos import SHORTEST, Near, neighbourhood

_STRONG_LETTERS = 5
_LATIN_END = "\u0250"
_GAP = "~"
_ORDERS = frozenset({"verb-first", "verb-last", "free"})


class Piece(NamedTuple):
    """One further word of a term: its letters, whether they are a stem, whether words may stand before."""

    letters: str
    stem: bool
    gap: bool


class Term(NamedTuple):
    """What a word (and those after it) means: one concept in one language."""

    concept: str
    language: str
    rest: tuple[Piece, ...]
    strong: bool
    """Whole and long, or script-bound enough, to mean the same in a sentence of another language."""
    rank: int
    """How exactly the first word is named: letters of the stem, or more than any stem for a whole word."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All languages' terms, indexed by their first word."""

    words: Mapping[str, tuple[Term, ...]]
    pairs: Mapping[tuple[str, str], tuple[Term, ...]]
    """Terms of several words of which the second stands right behind the first."""
    stems: Mapping[str, tuple[Term, ...]]
    vocabulary: Mapping[str, frozenset[str]]
    """Every whole word of every term, with the languages that know it."""
    longest_stem: int
    orders: Mapping[str, str]
    """For each language where the verb stands: ``verb-first``, ``verb-last`` or ``free``."""
    charged: frozenset[str]
    """Whole words that matter by themselves; a quick test whether a hidden text is worth reading."""
    near: Near
    """By which misspelt words that matter are found."""


def compile_lexicon(texts: Mapping[str, str]) -> Lexicon:
    """
    Return the lexicon of *texts*, the tables by file name.

    Raises ConfigurationError naming the file and line when a table is malformed.
    """
    words: dict[str, list[Term]] = {}
    pairs: dict[tuple[str, str], list[Term]] = {}
    stems: dict[str, list[Term]] = {}
    vocabulary: dict[str, set[str]] = {}
    orders: dict[str, str] = {}
    charged: set[str] = set()
    spelt: dict[str, frozenset[str]] = {}
    for name in sorted(texts):
        language, order, rows = _table(name, texts[name])
        orders[language] = order
        for concept, written in rows:
            first, rest = _pieces(written)
            for piece in (first, *rest):
                if not piece.stem:
                    vocabulary.setdefault(piece.letters, set()).add(language)
            strong = _is_strong(concept, language, written, first)
            rank = len(first.letters) if first.stem else 100
            term = Term(concept, language, rest, strong, rank)
            if rest and not (first.stem or rest[0].stem or rest[0].gap):
                pairs.setdefault((first.letters, rest[0].letters), []).append(term)
            else:
                (stems if first.stem else words).setdefault(first.letters, []).append(term)
            if concept in CHARGED and not rest and len(first.letters) >= _STRONG_LETTERS - 1:
                charged.add(first.letters)
            if concept in SPELT and not rest and len(first.letters) >= SHORTEST:
                spelt[first.letters] = spelt.get(first.letters, frozenset()) | {language}
    return Lexicon(
        words={word: tuple(terms) for word, terms in words.items()},
        pairs={pair: tuple(terms) for pair, terms in pairs.items()},
        stems={stem: tuple(terms) for stem, terms in stems.items()},
        vocabulary={word: frozenset(of) for word, of in vocabulary.items()},
        longest_stem=max(map(len, stems), default=0),
        orders=orders,
        charged=frozenset(charged),
        near=neighbourhood(spelt),
    )


def _is_strong(concept: str, language: str, written: str, first: Piece) -> bool:
    """Return whether the term means the same in a sentence of another language."""
    if first.letters >= _LATIN_END:
        return True
    # English words for nudity are used in every language: "nude", "porn".
    travels = language == "en" and concept in CHARGED
    return not first.stem and len(folded(written)) >= _STRONG_LETTERS - travels


def _table(name: str, text: str) -> tuple[str, str, list[tuple[str, str]]]:
    """Return language, verb order and (concept, term) rows of one file."""
    properties: dict[str, str] = {}
    rows: list[tuple[str, str]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("#:"):
            key, _, value = line[2:].strip().partition(" ")
            properties[key] = value.strip()
        elif line.strip() and not line.startswith("#"):
            rows += ((concept, term) for concept, term in _row(f"{name}:{number}", line))
    order = properties.get("order", "")
    if "language" not in properties or order not in _ORDERS:
        raise ConfigurationError(name, "a lexicon table names its language and its verb order")
    return properties["language"], order, rows


def _row(place: str, line: str) -> Iterator[tuple[str, str]]:
    concept, tab, terms = line.partition("\t")
    if not tab or concept not in CONCEPTS:
        raise ConfigurationError(place, "a row is a known concept, a tab and terms")
    for term in terms.split(","):
        if not words_of(folded(term)):
            raise ConfigurationError(place, "there is an empty term")
        yield concept, term.strip()


def _pieces(written: str) -> tuple[Piece, tuple[Piece, ...]]:
    """Return the first word of a term and the words after it, folded as requests are."""
    pieces: list[Piece] = []
    gap = False
    for part in written.split():
        if part == _GAP:
            gap = True
            continue
        letters = [word.letters for word in words_of(folded(part.rstrip("*")))]
        stem = part.endswith("*")
        for i, word in enumerate(letters):
            pieces.append(Piece(word, stem and i == len(letters) - 1, gap))
            gap = False
    return pieces[0], tuple(pieces[1:])

"""
The compositional lexicon: which words of which language carry which concept.

A language's file is a table: a concept, a tab, and terms separated by commas; ``#`` starts a comment and
``#: key value`` a property (``language``, ``order``). A term is one or more words; ``stem*`` stands for any
word that begins so; ``~`` between words lets up to seven others stand between (``take ~ off``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from raiment.errors import ConfigurationError
from raiment.screening.words.concepts import CHARGED, CONCEPTS, SETTING, SPELT, TELLING
from raiment.screening.words.fold import folded
from raiment.screening.words.openings import Opening, openings
from raiment.screening.words.respell import Spellings, spellings
from raiment.screening.words.text import letters_of, words_of
from raiment.screening.words.typos import SHORTEST, Near, neighbourhood

OPENING = 4
"""Letters of the shortest word that matters by itself."""
_STRONG_LETTERS = 5
_LATIN_END = "\u0250"
_GAP = "~"
_JOINERS = dict.fromkeys(map(ord, "\u200c\u200d"))
"""Good spelling in Persian and Indian scripts; requests are read without them."""
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
class Beginnings:
    """The first words of some concepts' terms, as ``Lexicon`` indexes them."""

    words: frozenset[str]
    pairs: frozenset[tuple[str, str]]
    stems: frozenset[str]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All languages' terms, indexed by their first word."""

    words: Mapping[str, tuple[Term, ...]]
    pairs: Mapping[tuple[str, str], tuple[Term, ...]]
    """Terms of several words of which the second stands right behind the first."""
    stems: Mapping[str, tuple[Term, ...]]
    vocabulary: Mapping[str, frozenset[str]]
    """Every whole word of every term, with the languages that know it."""
    heads: frozenset[str]
    """The first ``OPENING`` letters of the stems that have as many."""
    longer: frozenset[str]
    """The first ``OPENING`` letters of the whole words and the stems that have more."""
    longest_stem: int
    orders: Mapping[str, str]
    """For each language where the verb stands: ``verb-first``, ``verb-last`` or ``free``."""
    charged: frozenset[str]
    """Whole words that matter by themselves; a quick test whether a hidden text is worth reading."""
    openings: frozenset[str]
    """The first ``OPENING`` letters of each of them."""
    telling: Beginnings
    """Where terms of the concepts begin without which no rule holds."""
    setting: Beginnings
    """Likewise those that say of whom, and in what surroundings."""
    refusing: Beginnings
    """Likewise those that open a negative prompt."""
    near: Near
    """By which misspelt words that matter are found."""
    spellings: Spellings
    """By which words spelt to be read by people only are found."""
    opening: Callable[[str], Opening]
    """What terms a word may begin."""

    def begins(self, word: str) -> bool:
        """Return whether *word* begins as a stem of ``OPENING`` letters or more does."""
        if word[:OPENING] not in self.heads:
            return False
        ends = range(OPENING, min(len(word), self.longest_stem) + 1)
        return any(word[:end] in self.stems for end in ends)


def compile_lexicon(texts: Mapping[str, str]) -> Lexicon:
    """
    Return the lexicon of *texts*, the tables by file name.

    Raises ConfigurationError naming the file and line when a table is malformed.
    """
    draft = _Draft()
    for name in sorted(texts):
        language, order, rows = _table(name, texts[name])
        draft.orders[language] = order
        for concept, written in rows:
            draft.enter(concept, language, written)
    words = {word: tuple(terms) for word, terms in draft.words.items()}
    stems = {stem: tuple(terms) for stem, terms in draft.stems.items()}
    return Lexicon(
        words=words,
        pairs={pair: tuple(terms) for pair, terms in draft.pairs.items()},
        stems=stems,
        heads=frozenset(stem[:OPENING] for stem in stems if len(stem) >= OPENING),
        vocabulary={word: frozenset(of) for word, of in draft.vocabulary.items()},
        longer=frozenset(
            one[:OPENING] for one in (*draft.vocabulary, *stems) if len(one) > OPENING
        ),
        longest_stem=max(map(len, draft.stems), default=0),
        orders=draft.orders,
        charged=frozenset(draft.charged),
        openings=frozenset(word[:OPENING] for word in draft.charged),
        telling=draft.beginnings(TELLING),
        setting=draft.beginnings(SETTING),
        refusing=draft.beginnings(frozenset({"negative"})),
        spellings=spellings(draft.vocabulary),
        near=neighbourhood({word: frozenset(of) for word, of in draft.spelt.items()}),
        opening=openings(words, stems, frozenset(first for first, _ in draft.pairs)),
    )


class _Draft:
    """A lexicon in the making."""

    def __init__(self) -> None:
        self.words: defaultdict[str, list[Term]] = defaultdict(list)
        self.pairs: defaultdict[tuple[str, str], list[Term]] = defaultdict(list)
        self.stems: defaultdict[str, list[Term]] = defaultdict(list)
        self.vocabulary: defaultdict[str, set[str]] = defaultdict(set)
        self.orders: dict[str, str] = {}
        self.charged: set[str] = set()
        self.spelt: defaultdict[str, set[str]] = defaultdict(set)

    def enter(self, concept: str, language: str, written: str) -> None:
        """Enter one term, *written* as its table has it, folded."""
        first, *more = _pieces(written)
        rest = tuple(more)
        letters = first.letters
        for piece in (first, *rest):
            if not piece.stem:
                self.vocabulary[piece.letters].add(language)
        strong = _is_strong(concept, language, written, first)
        term = Term(concept, language, rest, strong, len(letters) if first.stem else 100)
        if rest and not (first.stem or rest[0].stem or rest[0].gap):
            self.pairs[letters, rest[0].letters].append(term)
        else:
            (self.stems if first.stem else self.words)[letters].append(term)
        if not rest and concept in CHARGED and len(letters) >= OPENING:
            self.charged.add(letters)
        if not rest and concept in SPELT and len(letters) >= SHORTEST:
            self.spelt[letters].add(language)

    def beginnings(self, concepts: frozenset[str]) -> Beginnings:
        """Return where terms of *concepts* begin."""

        def begin(terms: Sequence[Term]) -> bool:
            return any(term.concept in concepts for term in terms)

        return Beginnings(
            frozenset(word for word, terms in self.words.items() if begin(terms)),
            frozenset(pair for pair, terms in self.pairs.items() if begin(terms)),
            frozenset(stem for stem, terms in self.stems.items() if begin(terms)),
        )


def _is_strong(concept: str, language: str, written: str, first: Piece) -> bool:
    """Return whether the term means the same in a sentence of another language."""
    if first.letters >= _LATIN_END:
        return True
    # English words for nudity are used in every language: "nude", "porn".
    travels = language == "en" and concept in CHARGED
    return not first.stem and len(written) >= _STRONG_LETTERS - travels


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
    for term in folded(terms.translate(_JOINERS)).split(","):
        if not (term.replace(" ", "").isalpha() or words_of(term)):
            raise ConfigurationError(place, "there is an empty term")
        yield concept, term.strip()


def _pieces(written: str) -> list[Piece]:
    """Return the words of a folded term."""
    pieces: list[Piece] = []
    gap = False
    for part in written.split():
        if part == _GAP:
            gap = True
            continue
        stem = part[-1] == "*"
        word = part[:-1] if stem else part
        letters = [word] if word.isascii() and word.isalnum() else letters_of(word)
        pieces += (Piece(one, False, gap and not i) for i, one in enumerate(letters[:-1]))
        pieces.append(Piece(letters[-1], stem, gap and len(letters) == 1))
        gap = False
    return pieces

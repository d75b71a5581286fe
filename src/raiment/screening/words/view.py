"""
One rendering of a request as every language that may have written it sees it.

Short words mean something in many languages: which language counts is decided by how many of the words
it knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from raiment.screening.words.hits import HARMLESS, Hit, find_hits
from raiment.screening.words.lexicon import Lexicon
from raiment.screening.words.normalise import HIDING, Rendering
from raiment.screening.words.scene import Scene, scene_of
from raiment.screening.words.text import Word, words_of

_PLAUSIBLE_SHARE = 0.6
"""A language counts when it knows at least this share of the words the best-knowing language knows."""
_FEWEST_KNOWN = 1.5
_FEWEST_ASIDE = 2.0
"""Words of one sentence a language must know to be read beside the one the rest is written in."""
_SHORTEST_CHILD = 4
_SHORTEST_STEMMED = 7
_SURE_COVERAGE = 0.7
_EVERYWHERE = frozenset(
    (
        "edit",
        "generate",
        "hello",
        "hey",
        "hi",
        "imagine",
        "lol",
        "max",
        "ok",
        "okay",
        "photo",
        "photoshop",
    )
) | {"please", "pls", "plz", "prompt", "style", "task", "thx", "v"}
_LITTLE = 0.1
_CHILD = "minor"
_SCRAP_LETTERS = 3
_UNSPACED = "\u0e00"


@dataclass(frozen=True, slots=True)
class View:
    """One rendering read: the scene of every plausible language, and of all of them mixed."""

    rendering: Rendering
    words: Sequence[Word]
    hits: Sequence[Hit]
    """What the words say in any language, plausible or not."""
    scenes: tuple[Scene, ...]
    mixed: Scene
    language: str
    languages: frozenset[str]

    @property
    def is_hidden(self) -> bool:
        """Whether this is a text behind the text: any words backwards spell a few others by chance."""
        return not HIDING.isdisjoint(self.rendering.undone)


def view_of(rendering: Rendering, lexicon: Lexicon) -> View:
    """Return the scenes of *rendering*, one for each language that plausibly wrote it."""
    words = words_of(rendering.text.characters)
    hits = find_hits(words, lexicon)
    plausible = _plausible(hits, words)
    language = max(sorted(plausible), key=plausible.__getitem__, default="und")
    unspaced = any(word.letters >= _UNSPACED for word in words)

    def scene(chosen: Sequence[Hit], order: str) -> Scene:
        return scene_of(words, chosen, verb_last=order != "verb-first", unspaced=unspaced)

    scenes = tuple(
        scene(_counting(hits, one, language, words), lexicon.orders[one])
        for one in sorted(plausible)
    )
    scenes += tuple(
        scene([hit for hit in passage if hit.language == one], lexicon.orders[one])
        for one, passage in _asides(hits, words, plausible)
    )
    order = lexicon.orders.get(language, "free")
    own = [
        hit
        for hit in hits
        if plausible.get(hit.language) == plausible[language]
        and (hit.language == language or _is_sure(hit, words[hit.first]))
    ]
    taken = {place for hit in own for place in range(hit.first, hit.last + 1)}
    foreign = [
        hit
        for hit in hits
        if (_names_a_child(hit, words, lexicon, language) if hit.concept == _CHILD else hit.strong)
        and taken.isdisjoint(range(hit.first, hit.last + 1))
    ]
    mixed = scene([*own, *foreign], order)
    return View(rendering, words, hits, scenes, mixed, language, frozenset(plausible))


def _counting(hits: Sequence[Hit], language: str, main: str, words: Sequence[Word]) -> list[Hit]:
    """
    Return the hits that belong in the scene of *language*.

    Negations of the *main* one always do, and nothing in a phrase that is harmless there: ``gole grane`` are
    bare branches in Croatian, whoever is bare in Polish.
    """
    if language == main:
        return [hit for hit in hits if hit.language == main]
    harmless = {
        place
        for hit in hits
        if hit.language == main and hit.concept == HARMLESS and hit.last > hit.first
        for place in range(hit.first, hit.last + 1)
    }
    return [
        hit
        for hit in hits
        if (hit.language == language and not _is_scrap(hit, words) and hit.first not in harmless)
        or (hit.language == main and hit.concept == "negation")
    ]


def _asides(
    hits: Sequence[Hit], words: Sequence[Word], plausible: Mapping[str, float]
) -> Iterator[tuple[str, Sequence[Hit]]]:
    """Yield each sentence that a language knows best in which the whole is not written, with that language."""
    if not hits or words[hits[0].first].sentence == words[hits[-1].first].sentence:
        return
    for _, group in groupby(hits, key=lambda hit: words[hit.first].sentence):
        passage = list(group)
        known = _known(passage, words)
        most = max(known.values())
        if any(known.get(one, 0) >= most for one in plausible) or most < _FEWEST_ASIDE:
            continue
        yield from ((one, passage) for one, count in known.items() if count == most)


def _is_scrap(hit: Hit, words: Sequence[Word]) -> bool:
    """Return whether *hit* is so short a Latin word that most languages have it by chance."""
    letters = sum(len(words[place].letters) for place in range(hit.first, hit.last + 1))
    return letters <= _SCRAP_LETTERS and words[hit.first].letters.isascii()


def _names_a_child(hit: Hit, words: Sequence[Word], lexicon: Lexicon, language: str) -> bool:
    """Return whether *hit* speaks of a child surely enough to count in a sentence of *language*."""
    letters = words[hit.first].letters
    known = language in lexicon.vocabulary.get(letters, ())
    return not known and _is_sure(hit, words[hit.first])


def _is_sure(hit: Hit, word: Word) -> bool:
    """
    Return whether a word of another language names a child, and is not only begun like one that does.

    A grandmother (``nenek``) is no child for beginning like a Filipino baby (``nene``).
    """
    if hit.concept != _CHILD or hit.last > hit.first or word.letters >= _UNSPACED:
        return True
    if hit.coverage == 1:
        return len(word.letters) >= _SHORTEST_CHILD
    return len(word.letters) >= _SHORTEST_STEMMED and hit.coverage >= _SURE_COVERAGE


def _plausible(hits: Sequence[Hit], words: Sequence[Word]) -> dict[str, float]:
    """Return the languages that may have written the words, with how many words each knows."""
    counts = _known(hits, words)
    most = max(counts.values(), default=0.0)
    least = max(_PLAUSIBLE_SHARE * most, _FEWEST_KNOWN)
    return {one: count for one, count in counts.items() if count == most or count >= least}


def _known(hits: Sequence[Hit], words: Sequence[Word]) -> dict[str, float]:
    """
    Return how many words each language knows.

    A stem counts by the share of the word it covers: ``gol*`` says little about "Goldberg". Words of prompts
    that everybody types say hardly anything.
    """
    places: dict[tuple[str, int], float] = {}
    for _, language, first, last, _, coverage in hits:
        for place in range(first, last + 1):
            if words[place].letters in _EVERYWHERE:
                coverage *= _LITTLE  # noqa: PLW2901
            key = language, place
            if places.get(key, 0.0) < coverage:
                places[key] = coverage
    known: dict[str, float] = {}
    for (language, _), coverage in places.items():
        known[language] = known.get(language, 0.0) + coverage
    return {language: round(count, 3) for language, count in known.items()}

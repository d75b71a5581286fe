"""Read the words of a request: what they ask, of whom, how disguised, and where they say so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from raiment.screening.words import chain, seams, typos
from raiment.screening.words.charge import Charge, charges
from raiment.screening.words.hits import Hit, find_hits
from raiment.screening.words.lexicon import Lexicon
from raiment.screening.words.normalise import Normalised, Rendering, normalise
from raiment.screening.words.person import speaks_of_minor, whom
from raiment.screening.words.reading import Intent, Modality, Span, Who, WordsReading
from raiment.screening.words.rules import Situation
from raiment.screening.words.scene import Scene, scene_of
from raiment.screening.words.text import Traced, Word, words_of

_PLAUSIBLE_SHARE = 0.6
"""A language counts when it knows at least this share of the words the best-knowing language knows."""
_FEWEST_KNOWN = 1.5
_CERTAIN = 0.9
_REPORTED = 0.3
"""Spans are given for charges from this score on."""
_MINOR_SCORE = 0.99
_SEXUAL = ("nude", "undress", "part", "sexual", "explicit", "underwear", "pose")
_PRETEXTS = ("consent", "art", "medical", "film", "role", "ignore", "negative")
_SHORTEST_LEGIBLE = 3
_SURE_COVERAGE = 0.7
_UNSPACED = "\u0e00"


@dataclass(frozen=True, slots=True)
class _Request:
    """What every step of one reading needs to know."""

    lexicon: Lexicon
    modality: Modality
    source_person: bool | None
    history: tuple[str, ...]
    raw: str


@dataclass(frozen=True, slots=True)
class _View:
    """One rendering read: the scene of every plausible language, and of all of them mixed."""

    rendering: Rendering
    words: Sequence[Word]
    scenes: tuple[Scene, ...]
    mixed: Scene
    language: str
    languages: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Said:
    """What one rendering was found to say."""

    view: _View
    charges: tuple[Charge, ...]
    who: Who
    minor: bool
    chained: bool

    @property
    def strongest(self) -> float:
        return max((charge.score for charge in self.charges), default=0.0)


def read_words(
    text: str,
    *,
    lexicon: Lexicon,
    modality: Modality,
    source_person: bool | None,
    history: Sequence[str] = (),
) -> WordsReading:
    """
    Return what *text* asks for. Any string gets an answer, in time linear in its bounded length.

    *source_person* says whether the image module saw a real person in the source; None means nobody
    looked. *history* holds the words of the earlier edits on the same root, oldest first.
    """
    request = _Request(lexicon, modality, source_person, chain.latest(history), text)
    normalised = normalise(text)
    said: list[_Said] = []
    for rendering in _renderings(normalised, lexicon):
        said.append(_said(rendering, request))
        if said[-1].strongest >= _CERTAIN:
            break
    return _reading(said, normalised.undone)


def _renderings(normalised: Normalised, lexicon: Lexicon) -> Iterator[Rendering]:
    """Yield the likely renderings, mended where blanks were moved, then the hidden ones worth reading."""
    for rendering in normalised.likely:
        yield rendering
        for name, mend in (("glued", seams.unglue), ("split", seams.rejoin)):
            mended = mend(rendering.text, lexicon)
            if mended is not rendering.text:
                yield Rendering(mended, rendering.undone | {name})
        languages = _view(rendering, lexicon).languages
        mended = typos.mend(rendering.text, lexicon.near, lexicon.vocabulary, languages)
        if mended is not rendering.text:
            yield Rendering(mended, rendering.undone | {"typos"})
    for rendering in normalised.hidden:
        if "initials" in rendering.undone:
            parted = seams.unglue(rendering.text, lexicon)
            if parted is not rendering.text or rendering.text.characters in lexicon.charged:
                yield Rendering(parted, rendering.undone)
        elif _legible(rendering.text, lexicon) > _legible(normalised.likely[0].text, lexicon):
            yield rendering


def _legible(text: Traced, lexicon: Lexicon) -> int:
    """Return how many words of *text* the lexicon has as they stand."""
    return sum(
        len(word.letters) >= _SHORTEST_LEGIBLE and word.letters in lexicon.vocabulary
        for word in words_of(text.characters)
    )


def _said(rendering: Rendering, request: _Request) -> _Said:
    view = _view(rendering, request.lexicon)
    earlier = [_view(normalise(edit).likely[-1], request.lexicon) for edit in request.history]
    context = [view, *reversed(earlier)]
    who = min((_whom(one, request) for one in context), key=_PROTECTION.index)
    minor = any(speaks_of_minor(one.mixed) for one in context)
    situation = _situation(who, request)
    found = [charge for scene in (*view.scenes, view.mixed) for charge in charges(scene, situation)]
    own = max((charge.score for charge in found), default=0.0)
    found += _minor_charges(view, found, minor)
    chained = list(_chained(view, earlier, situation, request)) if earlier else []
    found += chained
    best = max((charge.score for charge in chained), default=0.0)
    return _Said(view, tuple(found), who, minor, best > own)


def _view(rendering: Rendering, lexicon: Lexicon) -> _View:
    """Return the scenes of *rendering*, one for each language that plausibly wrote it."""
    words = words_of(rendering.text.characters)
    hits = find_hits(words, lexicon)
    plausible = _plausible(hits)
    language = max(sorted(plausible), key=plausible.__getitem__, default="und")
    unspaced = any(word.letters >= _UNSPACED for word in words)

    def scene(chosen: Iterable[Hit], order: str) -> Scene:
        return scene_of(words, list(chosen), verb_last=order != "verb-first", unspaced=unspaced)

    scenes = tuple(
        scene((hit for hit in hits if hit.language == one), lexicon.orders[one])
        for one in sorted(plausible)
    )
    order = lexicon.orders.get(language, "free")
    own = [hit for hit in hits if plausible.get(hit.language) == plausible[language]]
    taken = {place for hit in own for place in range(hit.first, hit.last + 1)}
    foreign = [
        hit
        for hit in hits
        if (hit.strong or _names_a_child(hit, words[hit.first]))
        and taken.isdisjoint(range(hit.first, hit.last + 1))
    ]
    mixed = scene((*own, *foreign), order)
    return _View(rendering, words, scenes, mixed, language, frozenset(plausible))


def _names_a_child(hit: Hit, word: Word) -> bool:
    """Return whether *hit* speaks of a child surely enough to count in any language."""
    long_enough = len(word.letters) >= _SHORTEST_LEGIBLE + 1
    return hit.concept == "minor" and long_enough and hit.coverage >= _SURE_COVERAGE


def _plausible(hits: Sequence[Hit]) -> dict[str, float]:
    """
    Return the languages that may have written the words, with how many words each knows.

    A stem counts by the share of the word it covers: ``gol*`` says little about "Goldberg".
    """
    known: dict[str, dict[int, float]] = {}
    for hit in hits:
        places = known.setdefault(hit.language, {})
        for place in range(hit.first, hit.last + 1):
            places[place] = max(places.get(place, 0.0), hit.coverage)
    counts = {language: round(sum(places.values()), 3) for language, places in known.items()}
    most = max(counts.values(), default=0.0)
    least = max(_PLAUSIBLE_SHARE * most, _FEWEST_KNOWN)
    return {one: count for one, count in counts.items() if count == most or count >= least}


def _whom(view: _View, request: _Request) -> Who:
    return whom(
        view.mixed,
        request.raw,
        request.lexicon.vocabulary,
        request.modality,
        request.source_person,
    )


def _situation(who: Who, request: _Request) -> Situation:
    """Return the column of the rules: how close the request is to a real person."""
    real = who in {Who.SOURCE, Who.NAMED, Who.ACQUAINTANCE}
    if request.modality is Modality.EDIT and real:
        return Situation.PERSON
    if request.modality is Modality.EDIT and request.source_person is not False:
        return Situation.EDIT
    return Situation.REAL if real else Situation.FICTION


def _minor_charges(view: _View, found: Sequence[Charge], minor: bool) -> list[Charge]:
    """Return the charge that a child together with anything sexual, or with undressing, always is."""
    if not minor:
        return []
    scene = view.mixed
    hits = [hit for hit in scene.of(_SEXUAL) if not scene.refused(hit)]
    for charge in found:
        if charge.intent is Intent.UNDRESS and charge.score >= _REPORTED:
            hits += charge.hits
    return [Charge(Intent.SEXUALISE, _MINOR_SCORE, tuple(hits))] if hits else []


def _chained(
    view: _View, earlier: Sequence[_View], situation: Situation, request: _Request
) -> Iterator[Charge]:
    """Yield what the words ask for only together with the earlier edits."""
    scenes = [one.mixed for one in earlier]
    yield from chain.elliptic_charges(view.mixed, scenes)
    yield from chain.summed_charges(view.mixed, scenes)
    if not chain.is_elliptic(view.mixed):
        return
    for before in reversed(earlier):
        joined = f"{before.rendering.text.characters} {view.rendering.text.characters}"
        whole = _view(Rendering(Traced(joined, range(len(joined))), frozenset()), request.lexicon)
        offset = len(before.words)
        for charge in charges(whole.mixed, situation):
            places = [hit.first >= offset for hit in charge.hits]
            if any(places) and not all(places):
                yield Charge(charge.intent, charge.score, ())


def _reading(said: Sequence[_Said], undone: frozenset[str]) -> WordsReading:
    best = max(said, key=lambda one: one.strongest)
    scores: Counter[Intent] = Counter()
    for charge in (charge for one in said for charge in one.charges):
        scores[charge.intent] = max(scores[charge.intent], charge.score)  # type: ignore[assignment]
    disguise = undone | best.view.rendering.undone if best.strongest >= _REPORTED else undone
    pretexts = {name for one in said for name in _PRETEXTS if one.view.mixed.has(name)}
    return WordsReading(
        undress=scores[Intent.UNDRESS],
        reveal=scores[Intent.REVEAL],
        sexualise=scores[Intent.SEXUALISE],
        who=min((one.who for one in said), key=_PROTECTION.index),
        minor=any(one.minor for one in said),
        pretext=tuple(sorted(pretexts)),
        disguise=tuple(sorted(disguise)),
        language=said[0].view.language if best.strongest < _REPORTED else best.view.language,
        spans=_spans(best),
        chained=best.chained,
    )


def _spans(said: _Said) -> tuple[Span, ...]:
    """Return the raw places of the hits behind every charge worth reporting."""
    view = said.view
    spans = {
        Span(
            *view.rendering.text.raw_span(view.words[hit.first].start, view.words[hit.last].end),
            hit.concept,
        )
        for charge in said.charges
        if charge.score >= _REPORTED
        for hit in charge.hits
    }
    return tuple(sorted(spans, key=lambda span: (span.start, span.end, span.concept)))


_PROTECTION = (Who.ACQUAINTANCE, Who.NAMED, Who.SOURCE, Who.GENERIC, Who.NOBODY)

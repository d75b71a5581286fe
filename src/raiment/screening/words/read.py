"""Read the words of a request: what they ask, of whom, how disguised, and where they say so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from raiment.screening.words import chain, seams, typos
from raiment.screening.words.charge import Charge, charges
from raiment.screening.words.denied import denied_charges
from raiment.screening.words.gist import gist
from raiment.screening.words.legible import Behind
from raiment.screening.words.lexicon import Lexicon
from raiment.screening.words.normalise import Normalised, Rendering, normalise
from raiment.screening.words.person import speaks_of_minor, whom
from raiment.screening.words.reading import Intent, Modality, Span, Who, WordsReading
from raiment.screening.words.rules import Situation
from raiment.screening.words.scene import Scene
from raiment.screening.words.step import Step, run_on, scene_in, step_of
from raiment.screening.words.text import words_of
from raiment.screening.words.view import View, view_of

_CERTAIN = 0.9
_REPORTED = 0.3
"""Spans are given for charges from this score on."""
_MINOR_SCORE = 0.99
_SEXUAL = ("nude", "undress", "part", "sexual", "explicit", "underwear", "pose")
_BARE = ("bare", "revealing")
"""Of a child these are sexual right beside the word for it; further off they are of trees and feet."""
_PRETEXTS = ("consent", "art", "medical", "film", "role", "ignore", "negative")
_MENDS = (("glued", seams.unglue), ("split", seams.rejoin), ("broken", seams.bridge))
_NOWHERE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Request:
    """What every step of one reading needs to know."""

    lexicon: Lexicon
    modality: Modality
    source_person: bool | None
    raw: str
    earlier: tuple[Step, ...] = ()
    scenes: tuple[Scene, ...] = ()
    """Those of the earlier steps, in their order."""


@dataclass(frozen=True, slots=True)
class _Said:
    """What one rendering was found to say."""

    view: View
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
    earlier: Sequence[Step] = (),
    behind: Behind | None = None,
) -> WordsReading:
    """
    Return what *text* asks for. Any string gets an answer, in time linear in its bounded length.

    *source_person* says whether the image module saw a real person in the source; None means nobody
    looked. *history* holds the words of the earlier edits on the same root, oldest first; *earlier* is what
    the readings of those before them remembered. *behind* is what was found of *text* before, if anything was.
    """
    behind = behind or Behind(normalise(text), lexicon)
    normalised = behind.normalised
    request = _Request(lexicon, modality, source_person, normalised.shown)
    steps = chain.latest(
        (*earlier, *(_step(edit, request) for edit in history[-chain.EARLIER_EDITS :]))
    )
    request = replace(request, earlier=steps, scenes=tuple(map(scene_in, steps)))
    said: list[_Said] = []
    for view in _views(behind, lexicon):
        said.append(_said(view, request))
        if said[-1].strongest >= _CERTAIN:
            break
    step = _step_seen(text, normalised, said, request) or _step(text, request)
    return replace(_reading(said, normalised.undone), step=step)


def _step_seen(
    text: str, normalised: Normalised, said: Sequence[_Said], request: _Request
) -> Step | None:
    """Return what ``_step`` would of *text*, from what was *said* of it; None where that is not all of it."""
    characters = normalised.likely[-1].text.characters
    seen = next((one for one in said if one.view.rendering.text.characters == characters), None)
    if len(text) > chain.REMEMBERED_CHARACTERS or seen is None:
        return None
    who = _whom(seen.view, request) if request.earlier else seen.who
    return step_of(seen.view.mixed, who, minor=speaks_of_minor(seen.view.mixed))


def _step(text: str, request: _Request) -> Step:
    """Return what is remembered of *text*, an edit or the words of a picture's making."""
    normalised = normalise(text[: chain.REMEMBERED_CHARACTERS])
    view = view_of(normalised.likely[-1], request.lexicon)
    who = _whom(view, replace(request, raw=normalised.shown))
    return step_of(view.mixed, who, minor=speaks_of_minor(view.mixed))


def _views(behind: Behind, lexicon: Lexicon) -> Iterator[View]:
    """Yield the likely renderings, mended where blanks were moved, then the hidden ones worth reading."""
    for whole in behind.normalised.likely:
        view = view_of(Rendering(gist(whole.text, lexicon), whole.undone), lexicon)
        yield view
        for mended in _mended(view, lexicon):
            yield view_of(mended, lexicon)
    for rendering in _worth_reading(behind, lexicon):
        yield view_of(rendering, lexicon)


def _mended(view: View, lexicon: Lexicon) -> Iterator[Rendering]:
    """Yield what was seen with its seams, its line ends or its spelling mended, each where it needs it."""
    text, undone = view.rendering.text, view.rendering.undone
    for name, mend in _MENDS:
        mended = mend(text, view.words, lexicon)
        if mended is not text:
            yield Rendering(mended, undone | {name})
    mended = typos.mend(text, view.words, lexicon.near, lexicon.vocabulary, view.languages)
    if mended is not text:
        yield Rendering(mended, undone | {"typos"})


def _worth_reading(behind: Behind, lexicon: Lexicon) -> Iterator[Rendering]:
    """Yield the hidden renderings worth reading."""
    for rendering in behind.normalised.hidden:
        if "initials" in rendering.undone:
            parted = seams.unglue(rendering.text, words_of(rendering.text.characters), lexicon)
            if parted is not rendering.text or rendering.text.characters in lexicon.charged:
                yield Rendering(parted, rendering.undone)
    for rendering in behind.legible():
        yield Rendering(gist(rendering.text, lexicon), rendering.undone)


def _said(view: View, request: _Request) -> _Said:
    meant = (_whom(view, request), *(step.who for step in request.earlier))
    who = min(meant, key=_PROTECTION.index)
    minor = speaks_of_minor(view.mixed) or any(step.minor for step in request.earlier)
    situation = _situation(who, request)
    found = [charge for scene in _different(view) for charge in charges(scene, situation)]
    found += denied_charges(view.rendering.text.characters, view.words, view.hits, situation)
    own = max((charge.score for charge in found), default=0.0)
    found += _minor_charges(view, found, minor)
    chained = list(_chained(view.mixed, request.scenes, situation)) if request.scenes else []
    found += chained
    best = max((charge.score for charge in chained), default=0.0)
    return _Said(view, tuple(found), who, minor, best > own)


def _different(view: View) -> Iterator[Scene]:
    """Yield the scenes of *view*; what all languages say together only once, where one of them says it all."""
    mixed = view.mixed
    for scene in view.scenes:
        if scene.hits != mixed.hits or scene.verb_last != mixed.verb_last:
            yield scene
    yield mixed


def _whom(view: View, request: _Request) -> Who:
    known = {
        word.letters
        for word in view.words
        if not request.lexicon.vocabulary.get(word.letters, _NOWHERE).isdisjoint(view.languages)
    }
    return whom(view.mixed, request.raw, known, request.modality, request.source_person)


def _situation(who: Who, request: _Request) -> Situation:
    """Return the column of the rules: how close the request is to a real person."""
    real = who in {Who.SOURCE, Who.NAMED, Who.ACQUAINTANCE}
    if request.modality is Modality.EDIT and real:
        return Situation.PERSON
    if request.modality is Modality.EDIT and request.source_person is not False:
        return Situation.EDIT
    return Situation.REAL if real else Situation.FICTION


def _minor_charges(view: View, found: Sequence[Charge], minor: bool) -> list[Charge]:
    """Return the charge that a child together with anything sexual, or with undressing, always is."""
    if not minor:
        return []
    scene = view.mixed
    hits = [hit for hit in scene.of(_SEXUAL) if not scene.refused(hit)]
    hits += [hit for hit, _ in scene.pairs(_BARE, ("minor",), 0) if not scene.refused(hit)]
    for charge in found:
        if charge.intent is Intent.UNDRESS and charge.score >= _REPORTED:
            hits += charge.hits
    return [Charge(Intent.SEXUALISE, _MINOR_SCORE, tuple(hits))] if hits else []


def _chained(scene: Scene, earlier: Sequence[Scene], situation: Situation) -> Iterator[Charge]:
    """Yield what the words ask for only together with the earlier edits."""
    yield from chain.elliptic_charges(scene, earlier)
    yield from chain.gapped_charges(scene, earlier)
    yield from chain.summed_charges(scene, earlier)
    yield from chain.material_charges(scene, earlier)
    if not chain.is_elliptic(scene):
        return
    for before in reversed(earlier):
        offset = len(before.words)
        for charge in charges(run_on(before, scene), situation):
            places = [hit.first >= offset for hit in charge.hits]
            if any(places) and not all(places):
                yield Charge(charge.intent, charge.score, ())


def _reading(said: Sequence[_Said], undone: frozenset[str]) -> WordsReading:
    best = max(said, key=lambda one: one.strongest)
    scores: Counter[Intent] = Counter()
    for charge in (charge for one in said for charge in one.charges):
        scores[charge.intent] = max(scores[charge.intent], charge.score)  # type: ignore[assignment]
    charged = best.strongest >= _REPORTED
    disguise = undone | best.view.rendering.undone if best.strongest >= _REPORTED else undone
    pretexts = {name for one in said for name in _PRETEXTS if one.view.mixed.has(name)}
    return WordsReading(
        undress=scores[Intent.UNDRESS],
        reveal=scores[Intent.REVEAL],
        sexualise=scores[Intent.SEXUALISE],
        who=min((one.who for one in said), key=_PROTECTION.index),
        minor=any(one.minor and (charged or not one.view.is_hidden) for one in said),
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

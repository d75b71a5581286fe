"""
Which text behind a text says something.

Read backwards, shifted or with other letters, most texts are nonsense. One that holds more known words that
way than as it stands was written to be read that way.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from raiment.screening.words import mirrors
from raiment.screening.words.fold import folded
from raiment.screening.words.lexicon import Lexicon
from raiment.screening.words.normalise import Normalised, Rendering
from raiment.screening.words.respell import respelt
from raiment.screening.words.segment import segmented
from raiment.screening.words.text import Traced, long_words

_SHIFTS = [places for places in range(1, 26) if places != mirrors.ROT13]
_LONGEST_TRIED = 2_000
"""Characters of a text of which every shift and every seam is tried."""
_FEWEST = 2
_SHARE = 0.4
_SHORTEST_STEM = 4
_SHORTEST_ACROSTIC = 10
_MENDING = frozenset({"split", "typos", "leet", "stretched"})
_COVERED = 0.8
"""Share of the letters of a text whose seams are wrong that known words must cover."""
_COVERED_HALF = 0.6
"""Likewise where there are no blanks, or blanks everywhere."""
_COVERED_WHOLLY = 0.9
"""Likewise where nothing but the words tells that seams are wrong."""
_LONE = 0.5
_STRANGE = 0.4
_UNDERSTOOD = 0.6
"""A text of which known words cover this share as it stands has its seams where they belong."""


class Behind:
    """The texts behind one text, which are looked for once, when first somebody asks."""

    def __init__(self, normalised: Normalised, lexicon: Lexicon) -> None:
        self.normalised = normalised
        self._lexicon = lexicon

    def legible(self) -> Iterator[Rendering]:
        """Yield the hidden renderings of which more words are known than of the text as it stands."""
        yield from (rendering for _, rendering in self._known_better)
        yield from self._acrostics

    def spoken(self) -> Rendering | None:
        """Return the one hidden rendering that is plainly meant: mostly known words, the others hardly any."""
        if self._acrostics:
            return self._acrostics[0]
        if not self._known_better:
            return None
        most, best = max(self._known_better, key=lambda pair: pair[0])
        # What only mends the words keeps those that were known; another way to read does not.
        least = 1 if not _MENDING.isdisjoint(best.undone) else 2 * self._own + 1
        share = _SHARE * len(long_words(best.text.characters))
        return best if most >= max(_FEWEST, least, share) else None

    @cached_property
    def _own(self) -> int:
        return _known(self.normalised.likely[0].text, self._lexicon)

    @cached_property
    def _known_better(self) -> list[tuple[int, Rendering]]:
        counted = (
            (_known(one.text, self._lexicon, self._own), one)
            for one in _hidden(self.normalised, self._own, self._lexicon)
        )
        return [pair for pair in counted if pair[0] > self._own]

    @cached_property
    def _acrostics(self) -> tuple[Rendering, ...]:
        return tuple(_acrostics(self.normalised, self._lexicon))


def _hidden(normalised: Normalised, own: int, lexicon: Lexicon) -> Iterator[Rendering]:
    """Yield the hidden renderings; where little is known as it stands, all shifts, seams and spellings too."""
    yield from (one for one in normalised.hidden if "initials" not in one.undone)
    plain = normalised.likely[0]
    if len(plain.text.characters) > _LONGEST_TRIED:
        return
    if own == 0:
        for places in _SHIFTS:
            yield Rendering(mirrors.shifted(plain.text, places), plain.undone | {"shifted"})
    for rendering in {one.text.characters: one for one in normalised.likely}.values():
        text = Traced(_folded_alike(rendering.text), rendering.text.origins)
        yield from _mended(text, rendering.undone, lexicon)


def _mended(text: Traced, undone: frozenset[str], lexicon: Lexicon) -> Iterator[Rendering]:
    """Yield *text* with its seams where words end, and with its words spelt in full."""
    own = _coverage(text, lexicon)
    if own > _UNDERSTOOD:
        return
    words = text.characters.split()
    lone = sum(len(word.strip(".,*-|/")) == 1 for word in words)
    evident = len(words) <= _FEWEST or lone > _LONE * len(words)
    if evident or own <= _STRANGE:
        least = _COVERED_HALF if evident else _COVERED_WHOLLY
        for parted in segmented(text, lexicon):
            joins = set(parted.characters.split()) - set(words)
            if _coverage(parted, lexicon) >= least and any(
                len(one) >= _SHORTEST_STEM for one in joins
            ):
                yield Rendering(parted, undone | {"split"})
    for spelt in respelt(text, lexicon.spellings, lexicon.vocabulary):
        yield Rendering(spelt, undone | {"typos"})


def _acrostics(normalised: Normalised, lexicon: Lexicon) -> Iterator[Rendering]:
    """Yield the first letters that make up words."""
    for rendering in normalised.hidden:
        if "initials" in rendering.undone and len(rendering.text.characters) >= _SHORTEST_ACROSTIC:
            text = Traced(_folded_alike(rendering.text), rendering.text.origins)
            for parted in segmented(text, lexicon):
                if _coverage(parted, lexicon) >= _COVERED:
                    yield Rendering(parted, rendering.undone)


def _folded_alike(text: Traced) -> str:
    """Return the characters of *text* folded one by one, so that each keeps its place."""
    if text.characters.isascii():
        return text.characters
    forms = {one: form for one in set(text.characters) if len(form := folded(one)) == 1}
    return "".join(forms.get(one, one) for one in text.characters)


def _coverage(text: Traced, lexicon: Lexicon) -> float:
    """Return the share of the letters of *text* in words of three and more that *lexicon* knows."""
    known = sum(len(word) for word in long_words(text.characters) if _is_known(word, lexicon))
    return known / max(1, sum(map(str.isalpha, text.characters)))


def _known(text: Traced, lexicon: Lexicon, more_than: int = -1) -> int:
    """Return how many longer words of *text* the lexicon has or begins; 0 unless *more_than* so many."""
    words = long_words(folded(text.characters))
    known, left = 0, len(words)
    for word in words:
        known += _is_known(word, lexicon)
        left -= 1
        if known + left <= more_than:
            return 0
    return known


def _is_known(word: str, lexicon: Lexicon) -> bool:
    return word in lexicon.vocabulary or lexicon.begins(word)

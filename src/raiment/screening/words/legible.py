"""
Which text behind a text says something.

Read backwards, shifted or with other letters, most texts are nonsense. One that holds more known words that
way than as it stands was written to be read that way.
"""

from __future__ import annotations

from collections.abc import Iterator

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


def legible(normalised: Normalised, lexicon: Lexicon) -> Iterator[Rendering]:
    """Yield the hidden renderings of which *lexicon* knows more words than of the text as it stands."""
    own = _known(normalised.likely[0].text, lexicon)
    for rendering in _hidden(normalised, own, lexicon):
        if _known(rendering.text, lexicon) > own:
            yield rendering
    yield from _acrostics(normalised, lexicon)


def spoken(normalised: Normalised, lexicon: Lexicon) -> Rendering | None:
    """Return the one hidden rendering that is plainly meant: mostly known words, the others hardly any."""
    acrostic = next(_acrostics(normalised, lexicon), None)
    if acrostic is not None:
        return acrostic
    own = _known(normalised.likely[0].text, lexicon)
    counted = [(_known(one.text, lexicon), one) for one in _hidden(normalised, own, lexicon)]
    most, best = max(counted, key=lambda pair: pair[0], default=(0, None))
    if best is None:
        return None
    # What only mends the words keeps those that were known; another way to read does not.
    least = own + 1 if not _MENDING.isdisjoint(best.undone) else 2 * own + 1
    return (
        best
        if most >= max(_FEWEST, least, _SHARE * len(long_words(best.text.characters)))
        else None
    )


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


def _known(text: Traced, lexicon: Lexicon) -> int:
    """Return how many of the longer words of *text* the lexicon has as they stand, or begins."""
    return sum(_is_known(word, lexicon) for word in long_words(folded(text.characters)))


def _is_known(word: str, lexicon: Lexicon) -> bool:
    return word in lexicon.vocabulary or lexicon.begins(word)

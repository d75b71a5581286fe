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
from raiment.screening.words.text import Traced, long_words

_SHIFTS = [places for places in range(1, 26) if places != mirrors.ROT13]
_LONGEST_SHIFTED = 2_000
_FEWEST = 2
_SHARE = 0.4
_SHORTEST_STEM = 4


def legible(normalised: Normalised, lexicon: Lexicon) -> Iterator[Rendering]:
    """Yield the hidden renderings of which *lexicon* knows more words than of the text as it stands."""
    own = _known(normalised.likely[0].text, lexicon)
    for rendering in _hidden(normalised, own):
        if _known(rendering.text, lexicon) > own:
            yield rendering


def spoken(normalised: Normalised, lexicon: Lexicon) -> Rendering | None:
    """Return the one hidden rendering that is plainly meant: mostly known words, the others hardly any."""
    own = _known(normalised.likely[0].text, lexicon)
    counted = [(_known(one.text, lexicon), one) for one in _hidden(normalised, own)]
    most, best = max(counted, key=lambda pair: pair[0], default=(0, None))
    if best is None or most < max(_FEWEST, 2 * own + 1):
        return None
    return best if most >= _SHARE * len(long_words(best.text.characters)) else None


def _hidden(normalised: Normalised, own: int) -> Iterator[Rendering]:
    """Yield the hidden renderings but initials; where nothing is known as it stands, all shifts too."""
    yield from (one for one in normalised.hidden if "initials" not in one.undone)
    plain = normalised.likely[0]
    if own == 0 and len(plain.text.characters) <= _LONGEST_SHIFTED:
        for places in _SHIFTS:
            yield Rendering(mirrors.shifted(plain.text, places), plain.undone | {"shifted"})


def _known(text: Traced, lexicon: Lexicon) -> int:
    """Return how many of the longer words of *text* the lexicon has as they stand, or begins."""
    return sum(
        word in lexicon.vocabulary
        or any(word[:end] in lexicon.stems for end in range(_SHORTEST_STEM, len(word)))
        for word in long_words(folded(text.characters))
    )

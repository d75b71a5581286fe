"""Blanks in the wrong places: words glued together (``removeherclothes``) or cut in two (``un dress``)."""

from __future__ import annotations

from collections.abc import Sequence

from raiment.screening.words.lexicon import Lexicon
from raiment.screening.words.text import Traced, Word, words_of

_SHORTEST_GLUED = 7
_LONGEST_GLUED = 400
_LONGEST_PIECE = 16
_SHORTEST_CHARGED = 4


def unglue(text: Traced, lexicon: Lexicon) -> Traced:
    """Return *text* with glued words parted; the same object when every word stands alone."""
    cuts: list[int] = []
    for word in words_of(text.characters):
        if len(word.letters) >= _SHORTEST_GLUED and word.letters not in lexicon.words:
            cuts += (word.start + cut for cut in _cuts(word.letters, lexicon))
    if not cuts:
        return text
    characters: list[str] = []
    origins: list[int] = []
    start = 0
    for cut in cuts:
        characters += (text.characters[start:cut], " ")
        origins += (*text.origins[start:cut], text.origins[cut])
        start = cut
    characters.append(text.characters[start:])
    origins += text.origins[start:]
    return Traced("".join(characters), origins)


def rejoin(text: Traced, lexicon: Lexicon) -> Traced:
    """Return *text* with a charged word cut in two made whole; the same object when there is none."""
    words = words_of(text.characters)
    joins = [
        (one.end, other.start)
        for one, other in zip(words, words[1:], strict=False)
        if _is_cut(one, other, lexicon)
    ]
    if not joins:
        return text
    characters: list[str] = []
    origins: list[int] = []
    start = 0
    for end, again in joins:
        characters.append(text.characters[start:end])
        origins += text.origins[start:end]
        start = max(again, start)
    characters.append(text.characters[start:])
    origins += text.origins[start:]
    return Traced("".join(characters), origins)


def _is_cut(one: Word, other: Word, lexicon: Lexicon) -> bool:
    if one.sentence != other.sentence or one.letters + other.letters not in lexicon.charged:
        return False
    # Two words that both mean something may stand side by side by chance.
    return one.letters not in lexicon.charged and other.letters not in lexicon.charged


def _cuts(letters: str, lexicon: Lexicon) -> Sequence[int]:
    """Return where to cut *letters* into lexicon words, fewest pieces first; none when it is not possible."""
    letters = letters[:_LONGEST_GLUED]
    pieces: list[int | None] = [0] + [None] * len(letters)
    before = [0] * (len(letters) + 1)
    for end in range(1, len(letters) + 1):
        for start in range(max(0, end - _LONGEST_PIECE), end):
            so_far, best = pieces[start], pieces[end]
            if so_far is None or (best is not None and so_far + 1 >= best):
                continue
            if _is_word(letters[start:end], lexicon):
                pieces[end], before[end] = so_far + 1, start
    if pieces[-1] is None:
        return ()
    cuts: list[int] = []
    end = len(letters)
    charged = False
    while end:
        piece = letters[before[end] : end]
        charged = charged or (len(piece) >= _SHORTEST_CHARGED and piece in lexicon.charged)
        end = before[end]
        cuts.append(end)
    return cuts[-2::-1] if charged else ()


def _is_word(piece: str, lexicon: Lexicon) -> bool:
    return (len(piece) > 1 or piece == "a") and piece in lexicon.words

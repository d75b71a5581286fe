"""
Undoing disguises: every way to read a request, with the way back to its raw characters.

The work is linear in the text and the text is bounded: what is beyond the limit is not read, and
``overlong`` says so, so that "not read" is never taken for "harmless".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from raiment.screening.words import (
    emoji,
    encodings,
    fold,
    hangul,
    leet,
    letters,
    lookalikes,
    marks,
    markup,
    mirrors,
)
from raiment.screening.words.text import Traced

READ_CHARACTERS = 32_000
"""Visible characters read. No image service takes longer prompts (OpenAI's limit is 32,000)."""
_RAW_CHARACTERS = 4_000_000


HIDING = frozenset({"reversed", "rot13", "initials", "drawn", "turned", "shifted", "layout"})
"""The disguises of ``Normalised.hidden``."""


@dataclass(frozen=True, slots=True)
class Rendering:
    """One way to read the request, and the disguises that had to be undone for it."""

    text: Traced
    undone: frozenset[str]


@dataclass(frozen=True, slots=True)
class Normalised:
    """
    All renderings of one request.

    ``likely`` are what a person or a language model would read; ``hidden`` are texts behind the text
    (backwards, shifted, drawn with other letters, initials), which mean something only if they turn out to
    say something.
    """

    likely: tuple[Rendering, ...]
    hidden: tuple[Rendering, ...]
    shown: str
    """What is seen of the request as it was sent, capitals and all."""
    plain: bool
    """Whether it reads alike with accents and without: there are none."""

    @property
    def undone(self) -> frozenset[str]:
        """Every disguise undone in what a person would read."""
        return frozenset().union(*(rendering.undone for rendering in self.likely))


def normalise(raw: str, *, accents: bool = False) -> Normalised:
    """
    Return all renderings of *raw*. Any string is accepted: lone surrogates, NUL, any length.

    They are folded as the lexicon's terms are; with *accents* they are spelt as people type them.
    """
    text, undone = marks.strip_invisible(raw[:_RAW_CHARACTERS], READ_CHARACTERS)
    if len(raw) > _RAW_CHARACTERS:
        undone |= {"overlong"}
    shown = text.characters
    text, escapes = encodings.undo_escapes(text)
    text, marked = _unmarked(text)
    plain, folds = _plain(text, accents)
    undone |= escapes | marked | folds
    likely = [Rendering(plain, undone)]
    likely += _undisguised(plain, undone)
    decoded, codes = encodings.undo_codes(text)
    others = [(decoded, codes), (encodings.said_only(text), codes)] if codes else []
    hidden = [*_hidden(plain, undone)]
    ascii_only = text.characters.isascii()
    for other, names in (*others, *_added_up(text), *_beneath(raw)):
        ascii_only = ascii_only and other.characters.isascii()
        said, folds = _plain(other, accents)
        likely += [Rendering(said, undone | names | folds), *_undisguised(said, undone | names)]
        hidden += _hidden(said, undone | names)
    return Normalised(tuple(likely), tuple(hidden), shown, ascii_only)


def _unmarked(text: Traced) -> tuple[Traced, frozenset[str]]:
    """Return *text* without marks for programs that show it."""
    bare = markup.unlink(markup.strip(text))
    return bare, frozenset() if bare is text else frozenset({"markup"})


def _added_up(text: Traced) -> Iterator[tuple[Traced, frozenset[str]]]:
    """Yield the quoted pieces of *text* put together, where it says that they are to be."""
    whole = markup.added_up(text)
    if whole.characters:
        yield whole, frozenset({"split"})


def _beneath(raw: str) -> Iterator[tuple[Traced, frozenset[str]]]:
    """Yield what *raw* says to machines in characters nobody sees, and to people with passages turned round."""
    if raw.isascii():
        return
    smuggled = marks.smuggled(raw[:_RAW_CHARACTERS], READ_CHARACTERS)
    if smuggled.characters:
        yield smuggled, frozenset({"smuggled"})
    order = marks.turned_over(raw[:READ_CHARACTERS])
    if order:
        turned, _ = marks.strip_invisible("".join(raw[i] for i in order), READ_CHARACTERS)
        yield Traced(turned.characters, [order[i] for i in turned.origins]), frozenset({"bidi"})


def _plain(text: Traced, accents: bool) -> tuple[Traced, frozenset[str]]:
    """Return *text* folded or spelt, with pictures named and piled accents dropped."""
    text = text if text.characters.isascii() else hangul.compose(text)
    text, piled = marks.strip_accents(marks.composed(text) if accents else text)
    named, grown = _bounded(emoji.name_pictures(text))
    accents = accents and not fold.is_overaccented(named.characters)
    folded, styled = fold.spelt(named) if accents else fold.fold(named)
    folded, swollen = _bounded(folded)
    pictures = {"emoji"} if named is not text else set()
    return folded, piled | styled | pictures | grown | swollen


def _bounded(text: Traced) -> tuple[Traced, frozenset[str]]:
    """Return *text* cut to what is read: names of pictures and undone ligatures make it longer."""
    if len(text.characters) <= READ_CHARACTERS:
        return text, frozenset()
    cut = Traced(text.characters[:READ_CHARACTERS], text.origins[:READ_CHARACTERS])
    return cut, frozenset({"overlong"})


def _undisguised(plain: Traced, undone: frozenset[str]) -> Iterator[Rendering]:
    """Yield *plain* with look-alikes, leet, pulled-apart and stretched letters undone, if there are any."""
    text = plain
    for name, undo in _STEPS:
        after = undo(text)
        if after is not text:
            undone |= {name}
            text = after
    if text is not plain:
        yield Rendering(text, undone)
    joined = letters.join_pieces(text)
    if joined is not text:
        yield Rendering(joined, undone)


def _hidden(plain: Traced, undone: frozenset[str]) -> Iterator[Rendering]:
    yield Rendering(mirrors.backwards(plain), undone | {"reversed"})
    yield Rendering(mirrors.words_backwards(plain), undone | {"reversed"})
    yield Rendering(mirrors.shifted(plain), undone | {"rot13"})
    for reading in leet.readings(plain):
        yield Rendering(reading, undone | {"leet"})
    for name, undo in _ANOTHER_WAY:
        other = undo(plain)
        if other is not plain:
            yield Rendering(other, undone | {name})
    for initials in mirrors.initials(plain):
        yield Rendering(initials, undone | {"initials"})


_ANOTHER_WAY = (
    ("drawn", lookalikes.drawn),
    ("turned", lookalikes.turned),
    ("shifted", mirrors.swapped),
    ("layout", mirrors.retyped),
    ("stretched", letters.halve),
)
_STEPS = (
    ("lookalikes", lookalikes.undo_lookalikes),
    ("leet", leet.undo_leet),
    ("spaced", letters.join_letters),
    ("stretched", letters.squeeze),
)

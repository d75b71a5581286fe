"""The words of the texts, by language and how often they come: what a misspelt word may have been."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from raiment.adapters.detectors.e5_encoder import e5_path
from raiment.adapters.detectors.e5_file import open_e5_file
from raiment.screening.words.normalise import normalise
from raiment.screening.words.speller import CHANGED, LONGEST, REST, SHORTEST
from raiment.screening.words.text import parted_words
from raiment.screening.words.typos import dropped, is_slip
from training.texts import Original

_OFTEN = 2
_ANY = "und"
_START = "\u2581"


def vocabulary_file(originals: Iterable[Original]) -> bytes:
    """
    Return a line per language: its tag, the words of its abusive texts, frequent ones first, a dash, others.

    Only the former are worth guessing: a harmless word mistyped for another harms nobody. A word met once in
    a request that asks for something may be a slip on purpose, and is left out where it looks like one. The
    last line has words of no language in particular, from the encoder's vocabulary, which look like slips of
    the others and are none.
    """
    counts: dict[str, Counter[str]] = {}
    asking: dict[str, Counter[str]] = {}
    plain: set[str] = set()
    for one in originals:
        text = normalise(one.text, accents=True).likely[0].text.characters.lower()
        words = [match.group() for match in parted_words(text)]
        fit = [word for word in words if len(word) <= LONGEST and not word.isdecimal()]
        counts.setdefault(one.language, Counter()).update(fit)
        if one.abusive:
            asking.setdefault(one.language, Counter()).update(fit)
        else:
            plain.update(fit)
    often = {word for of in counts.values() for word, count in of.items() if count >= _OFTEN}
    forms = _forms(often)
    known = often | plain
    lines = [
        _line(
            tag,
            of,
            asking.get(tag, Counter()),
            lambda word: word in known or not _is_slip(word, forms),
        )
        for tag, of in sorted(counts.items())
    ]
    strange = (word for word in _real_words() if word not in known and _is_slip(word, forms))
    lines.append([_ANY, REST, *strange])
    return "".join(" ".join(line) + "\n" for line in lines).encode()


def _line(
    language: str, counts: Counter[str], asking: Counter[str], is_word: Callable[[str], bool]
) -> list[str]:
    order = sorted(counts, key=lambda word: (-counts[word], word))
    worth = [word for word in order if asking[word] >= _OFTEN]
    others = (word for word in order if asking[word] < _OFTEN and is_word(word))
    return [language, *worth, REST, *others]


def _real_words() -> list[str]:
    """Return the whole words of the encoder's vocabulary."""
    pieces = open_e5_file(e5_path()).vocabulary.pieces
    words = {piece[1:].lower() for piece in pieces if piece.startswith(_START)}
    return sorted(word for word in words if SHORTEST <= len(word) <= LONGEST and word.isalpha())


def _forms(words: Iterable[str]) -> dict[str, list[str]]:
    """Return *words* by each form they have with a letter dropped."""
    forms: dict[str, list[str]] = {}
    for word in words:
        if len(word) >= SHORTEST:
            for form in dropped(word):
                forms.setdefault(form, []).append(word)
    return forms


def _is_slip(word: str, forms: dict[str, list[str]]) -> bool:
    """Return whether *word* may be another one mistyped."""
    return any(
        one != word and is_slip(word, one, CHANGED)
        for form in dropped(word)
        for one in forms.get(form, ())
    )

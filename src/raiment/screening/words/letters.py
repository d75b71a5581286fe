"""Words pulled apart or stretched: ``n u d e``, ``n.u.d.e``, ``nuuude``."""

from __future__ import annotations

import re

from raiment.screening.words.text import Traced, rewrite

_APART = re.compile(
    r"(?<![^\W_])[^\W\d_]"
    r"(?:(?P<gap> |[^\w\s]{1,3}|_{1,3}| ?[^\w\s]{1,2} ?)[^\W\d_](?:(?P=gap)[^\W\d_])+)"
    r"(?![^\W_])"
)
_POINTED = re.compile(
    r"(?<![^\W_])[^\W\d_]{1,12}(?:[.*_\-|/~+·•'\"]{1,3}[^\W\d_]{1,12})+(?![^\W_])"
)
_POINT = re.compile(r"[.*_\-|/~+·•'\"]")
_GAPS = re.compile(r"[\W_]+")
_TWICE = re.compile(r"([^\W\d_])\1")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")


def join_letters(text: Traced) -> Traced:
    """Return *text* with runs of three or more lone letters joined into one word."""
    return rewrite(text, _APART, lambda match: _GAPS.sub("", match.group()))


def join_pieces(text: Traced) -> Traced:
    """Return *text* with signs inside words dropped: ``cl-oth.es`` and also ``well-known``."""
    if _POINT.search(text.characters) is None:
        return text
    return rewrite(text, _POINTED, lambda match: _POINT.sub("", match.group()))


def squeeze(text: Traced) -> Traced:
    """Return *text* with any letter repeated three or more times written once."""
    return rewrite(text, _STRETCHED, lambda match: match.group(1))


def halve(text: Traced) -> Traced:
    """Return *text* with every letter once where all are twice: ``rreemmoovvee``."""
    twice = len(_TWICE.findall(text.characters))
    if not twice or twice * 2 < sum(map(str.isalpha, text.characters)):
        return text
    return rewrite(text, _TWICE, lambda match: match.group(1))

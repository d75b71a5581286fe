"""Texts longer than an encoder reads at once, in windows that overlap; the same ones for every encoder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from raiment.errors import Unavailable
from raiment.screening.words import Modality

WINDOW: Final = 56
"""Pieces of a text that are read together, beside begin, modality and end."""
_STEP: Final = 40
MOST_PIECES: Final = 4_096
"""Pieces read of one text; each takes the shipped encoder some half a millisecond."""
FIRST: Final = {Modality.EDIT: "edit", Modality.GENERATE: "draw"}
"""The word that says before each window what is asked of the generator."""
REMEMBERED: Final = 512
"""Windows of which an encoder keeps the gist, in memory only."""


def windows_of(pieces: Sequence[int]) -> list[Sequence[int]]:
    """
    Return the numbered *pieces* of a text by windows, the end of each in the next one too; at least one.

    Raises Unavailable where they are more than are read.
    """
    if len(pieces) > MOST_PIECES:
        raise Unavailable("encoder", f"more than {MOST_PIECES} pieces of words in one text")
    last = max(0, len(pieces) - WINDOW + _STEP - 1)
    return [pieces[start : start + WINDOW] for start in range(0, last + 1, _STEP)]

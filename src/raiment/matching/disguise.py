"""
Disguises undone at query time: everything by which a picture in hand is looked for.

A copy may be turned, mirrored, inverted, framed, shown on a screen, put beside another picture, or
cropped. The first three are read off one hash; panels are found in the pixels; a crop is met half-way,
by insets here and by the crops that our own banks hold (`crop.crop_ladder`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from raiment import _native
from raiment.errors import InvalidInput
from raiment.matching.crop import INSETS, SIDE_INSETS
from raiment.matching.signal import PDQ_LEAST_QUALITY, Pdq, PdqViews, views_of
from raiment.matching.view import INVERTED, PANEL, View

MOST_PANELS: Final = 4
"""Told apart in one picture; with variants of their sides, at most `MOST_PARTS` are hashed."""
MOST_PARTS: Final = 16
_TRIMMED: Final = len(INSETS) // 2
"""The inset that cuts as much off either end of a side."""

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Disguises:
    """A picture's own hashes, and the hashes to look for in every bank."""

    whole: PdqViews
    """Of the whole picture: to bank, to store, and to say whether it can be compared at all."""
    queries: tuple[tuple[View, Pdq], ...]
    """
    Each hash once, the whole picture's first. At most 169; for a photograph nothing was done to,
    usually 41. Only hashes of enough structure, so none at all for a flat picture.
    """

    @property
    def matchable(self) -> bool:
        """Whether there is anything to look for. When not, the answer is never "no match"."""
        return bool(self.queries)

    @property
    def parts(self) -> tuple[Pdq, ...]:
        """The plain hashes of its panels: to store, so that they are found when asked backwards."""
        return tuple(pdq for view, pdq in self.queries if view is View.PANEL)[:MOST_PARTS]


def query_views(pixels: Pixels, field: str = "pixels") -> Disguises:
    """
    Return what to look for when *pixels*, luminance or RGB, come in.

    The work is bounded by the number of pixels, whatever they show: about 1 ms for 1 MP. Raise
    `InvalidInput` naming *field* for what is no picture.
    """
    try:
        whole, panels, insets = _native.disguises(pixels, MOST_PANELS, SIDE_INSETS)
    except ValueError as error:
        raise InvalidInput(field, str(error)) from error
    return disguises_of(whole, [hashed for _, hashed in panels], insets)


def disguises_of(
    whole: _native.Hashed, panels: Iterable[_native.Hashed], insets: Iterable[_native.Hashed]
) -> Disguises:
    """Return what to look for of a picture that was hashed as `query_views` has it hashed."""
    views = views_of(*whole)
    queries: dict[Pdq, View] = {}
    for view, pdq in _looks(views, [views_of(*panel) for panel in panels], insets):
        queries.setdefault(pdq, view)
    return Disguises(views, tuple((view, pdq) for pdq, view in queries.items()))


def _looks(
    whole: PdqViews, panels: Iterable[PdqViews], insets: Iterable[_native.Hashed]
) -> Iterator[tuple[View, Pdq]]:
    if whole.matchable:
        yield from whole.by_view()
        inverted = (pdq.complement() for pdq in whole.hashes)
        yield from zip(INVERTED, inverted, strict=True)
    for panel in panels:
        if panel.matchable:
            yield from zip(PANEL, panel.hashes, strict=True)
    if whole.matchable:
        for place, (quality, (value,)) in enumerate(insets):
            if quality >= PDQ_LEAST_QUALITY:
                yield View.TRIMMED if place == _TRIMMED else View.INSET, Pdq(value)


@dataclass(frozen=True, slots=True)
class Panel:
    """A picture inside a picture. Edges in pixels from the top left, half open."""

    top: int
    bottom: int
    left: int
    right: int
    views: PdqViews


def find_panels(pixels: Pixels, field: str = "pixels") -> tuple[Panel, ...]:
    """
    Return the pictures that *pixels* seem to show inside them, the likeliest first.

    A panel is bounded by straight lines where a flat ground ends, or by the edges of the whole. One
    in a bubble or a card is there twice, with and without its padding. Those of too little structure
    are left out. Raise `InvalidInput` naming *field* for what is no picture.
    """
    try:
        found = _native.panels(pixels, MOST_PANELS)
    except ValueError as error:
        raise InvalidInput(field, str(error)) from error
    panels = (Panel(*box, views_of(*hashed)) for box, hashed in found)
    return tuple(panel for panel in panels if panel.views.matchable)

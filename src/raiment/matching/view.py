"""Views: the disguises of a picture that matching undoes before it compares."""

from __future__ import annotations

from enum import StrEnum


class View(StrEnum):
    """
    What was done to the picture in hand to obtain the hash that was compared.

    Turns are against the clock, as ``numpy.rot90`` turns rows and columns.
    """

    AS_IS = "as-is"
    TURNED_90 = "turned-90"
    TURNED_180 = "turned-180"
    TURNED_270 = "turned-270"
    FLIPPED_LEFT_RIGHT = "flipped-left-right"
    FLIPPED_TOP_BOTTOM = "flipped-top-bottom"
    TRANSPOSED = "transposed"
    """Rows become columns."""
    TRANSVERSED = "transversed"
    """Rows become columns, mirrored at the other diagonal."""

    INVERTED = "inverted"
    """Dark and bright change places."""
    INVERTED_TURNED_90 = "inverted-turned-90"
    INVERTED_TURNED_180 = "inverted-turned-180"
    INVERTED_TURNED_270 = "inverted-turned-270"
    INVERTED_FLIPPED_LEFT_RIGHT = "inverted-flipped-left-right"
    INVERTED_FLIPPED_TOP_BOTTOM = "inverted-flipped-top-bottom"
    INVERTED_TRANSPOSED = "inverted-transposed"
    INVERTED_TRANSVERSED = "inverted-transversed"

    PANEL = "panel"
    """A picture inside the picture: without its border, cut out of a screenshot or a collage."""
    PANEL_TURNED_90 = "panel-turned-90"
    PANEL_TURNED_180 = "panel-turned-180"
    PANEL_TURNED_270 = "panel-turned-270"
    PANEL_FLIPPED_LEFT_RIGHT = "panel-flipped-left-right"
    PANEL_FLIPPED_TOP_BOTTOM = "panel-flipped-top-bottom"
    PANEL_TRANSPOSED = "panel-transposed"
    PANEL_TRANSVERSED = "panel-transversed"

    TRIMMED = "trimmed"
    """A little cut off all edges alike: without a thin frame."""

    INSET = "inset"
    """A little cut off the edges, to meet a bank that holds crops of its pictures, and only there."""

    CROP = "crop"
    """A part of the picture, however turned, to meet crops of it that were stored before."""


DIHEDRAL: tuple[View, ...] = (
    View.AS_IS,
    View.TURNED_90,
    View.TURNED_180,
    View.TURNED_270,
    View.FLIPPED_LEFT_RIGHT,
    View.FLIPPED_TOP_BOTTOM,
    View.TRANSPOSED,
    View.TRANSVERSED,
)
"""The eight views that one hashing gives, in the order the kernel returns them."""

INVERTED: tuple[View, ...] = (View.INVERTED, *(View(f"inverted-{view}") for view in DIHEDRAL[1:]))
"""The eight views of the negative, in the order of `DIHEDRAL`."""

PANEL: tuple[View, ...] = (View.PANEL, *(View(f"panel-{view}") for view in DIHEDRAL[1:]))
"""The eight views of a panel, in the order of `DIHEDRAL`."""

PARTIAL: frozenset[View] = frozenset((*PANEL, View.TRIMMED, View.INSET, View.CROP))
"""The views of less than the whole picture: what is found in one concerns that part only."""


def within(view: View) -> View:
    """
    Return what to call it when *view* of one picture was seen inside the other.

    A negative keeps its name: that it was inside is not told.
    """
    return PANEL[DIHEDRAL.index(view)] if view in DIHEDRAL else view

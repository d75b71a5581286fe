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

"""
Cropped copies: a picture in hand, looked for in parts among pictures of which only hashes are known.

Here nobody meets half-way: what was stored of a copy is its own hash and those of its panels, so the
picture itself is cut at every size and place that can be told apart. Some 52,000 hashes, for a search that
runs once, in the background.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from raiment import _native
from raiment.errors import InvalidInput
from raiment.matching.crop import LARGEST_CROP, Crop, crop_ladder
from raiment.matching.signal import PDQ_LEAST_QUALITY, Pdq
from raiment.matching.view import DIHEDRAL

Pixels = NDArray[np.uint8]

_SIZES: Final = 8
_NUDGE: Final = 0.0125
"""Between places of one size, as a part of the side."""


def _cuts_of_one_side() -> tuple[tuple[float, float], ...]:
    """Return what is cut off the two ends of a side, for each size and place; nothing, first."""
    cuts = [(0.0, 0.0)]
    for size in range(1, _SIZES + 1):
        missing = LARGEST_CROP * size / _SIZES
        # From one end to the other: most people cut at one end only.
        shifts = round(missing / _NUDGE)
        cuts += [(missing * at / shifts, missing * (1 - at / shifts)) for at in range(shifts + 1)]
    return tuple(cuts)


SIDE_CUTS: Final = _cuts_of_one_side()
CUTS: Final = tuple(Crop(*x, *y) for x, y in product(SIDE_CUTS, SIDE_CUTS))[1:]
"""The parts of a picture that are looked for; the picture as a whole is looked for elsewhere."""


@dataclass(frozen=True, slots=True)
class Crops:
    """What is made of a picture while we hold it, so that parts of it are found. Of a flat one, nothing."""

    ladder: tuple[Pdq, ...]
    """To bank: meets the crops that come later."""
    cuts: tuple[Pdq, ...]
    """To look for, in every dihedral view: meets the crops that were stored before."""


def crops_of(pixels: Pixels, field: str = "pixels") -> Crops:
    """
    Return the crops of *pixels*. Takes 0.4 s of a processor, most of it without the interpreter lock.

    Raise `InvalidInput` naming *field* for what is no picture.
    """
    ladder = tuple(pdq for _, pdq in crop_ladder(pixels, field))
    return Crops(ladder, _cuts_of(pixels, field))


def _cuts_of(pixels: Pixels, field: str) -> tuple[Pdq, ...]:
    try:
        luminance = _native.reduced_luminance(pixels)
    except ValueError as error:
        raise InvalidInput(field, str(error)) from error
    # The first is the whole.
    hashed = _native.pdq_parts(luminance, SIDE_CUTS, SIDE_CUTS, views=len(DIHEDRAL))[1:]
    views = (
        value for quality, values in hashed if quality >= PDQ_LEAST_QUALITY for value in values
    )
    return tuple(Pdq(value) for value in dict.fromkeys(views))

"""
Crops: what is banked of a picture that we hold, so that a part of it is found again.

PDQ bears little: half the copies are lost at a shift of 1 % or a change of scale of 4 %. A crop has four
free edges, so a bank alone would need a thousand hashes for each picture. The search is shared:
a bank holds 256 crops, a query tries 25 insets, and one inset of a crop meets one banked crop.
Measured in benchmarks/matching_robustness.py; sizes chosen there.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from raiment import _native
from raiment.errors import InvalidInput
from raiment.matching.signal import PDQ_LEAST_QUALITY, Pdq

Pixels = NDArray[np.uint8]

LARGEST_CROP: Final = 0.2
"""The largest part of a side that may be missing, at one end or at both together."""

_BEYOND: Final = 0.005
"""The ladder goes on by as much, so that the largest crops too have a rung on either side."""
_INSET: Final = 0.052
"""Cut off each side of a query, at its two ends together, as a part of it."""
_INSET_PLACES: Final = 5
"""Along each side: from all cut off at one end to all cut off at the other."""
_STEP: Final = 0.029
"""Between the sizes of banked crops at most, as a part of the side; half of it moves an edge."""


@dataclass(frozen=True, slots=True, order=True)
class Crop:
    """What a crop leaves out, as parts of the picture's sides."""

    left: float
    right: float
    top: float
    bottom: float

    def of(self, pixels: Pixels) -> Pixels:
        """Return that part of *pixels*; no copy."""
        rows, columns = pixels.shape[:2]
        kept_rows = slice(round(self.top * rows), rows - round(self.bottom * rows))
        return pixels[kept_rows, round(self.left * columns) : columns - round(self.right * columns)]

    def __str__(self) -> str:
        cut = (self.left, self.right, self.top, self.bottom)
        return "left {:.1%}, right {:.1%}, top {:.1%}, bottom {:.1%}".format(*cut)


def _ladder_of_one_side() -> Iterator[tuple[float, float]]:
    """Yield what is cut off the two ends of a side, for each banked size and place."""
    # An inset of a crop is smaller than the crop: sizes begin and end an inset lower.
    span = (LARGEST_CROP + _BEYOND) * (1 - _INSET)
    sizes = math.ceil(span / _STEP)
    for rung in range(sizes):
        missing = _INSET + span * (rung + 0.5) / sizes
        # What the places of an inset of this size span, and the gap to where the next may begin.
        reach = _INSET * (1 - missing) / (1 - _INSET)
        shift = reach * _INSET_PLACES / (_INSET_PLACES - 1)
        places = max(1, math.ceil((missing - reach) / shift))
        for place in range(places):
            aside = (place - (places - 1) / 2) * shift
            yield missing / 2 + aside, missing / 2 - aside


SIDE_LADDER: Final = tuple(_ladder_of_one_side())
LADDER: Final = tuple(Crop(*x, *y) for x, y in product(SIDE_LADDER, SIDE_LADDER))
"""The crops that are banked of a picture."""

SIDE_INSETS: Final = tuple(
    (_INSET * place / (_INSET_PLACES - 1), _INSET * (1 - place / (_INSET_PLACES - 1)))
    for place in range(_INSET_PLACES)
)
INSETS: Final = tuple(Crop(*x, *y) for x, y in product(SIDE_INSETS, SIDE_INSETS))
"""The crops of a query that are looked for among the banked ones."""


def crop_ladder(pixels: Pixels, field: str = "pixels") -> tuple[tuple[Crop, Pdq], ...]:
    """
    Return the hashes to bank beside a picture's own, each once, with what they leave out.

    Only crops of enough structure: none of a flat picture. About 70 kB of index for a picture, so
    for our own banks only. Raise `InvalidInput` naming *field* for what is no picture.
    """
    try:
        luminance = _native.reduced_luminance(pixels)
    except ValueError as error:
        raise InvalidInput(field, str(error)) from error
    hashed = _native.pdq_parts(luminance, SIDE_LADDER, SIDE_LADDER, views=1)
    ladder: dict[Pdq, Crop] = {}
    for crop, (quality, hashes) in zip(LADDER, hashed, strict=True):
        if quality >= PDQ_LEAST_QUALITY:
            ladder.setdefault(Pdq(hashes[0]), crop)
    return tuple((crop, pdq) for pdq, crop in ladder.items())

"""Crops: a part of a picture in our own banks is found again."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from raiment.errors import InvalidInput
from raiment.matching.crop import INSETS, LADDER, LARGEST_CROP, Crop, crop_ladder
from raiment.matching.disguise import query_views
from raiment.matching.signal import PDQ_RADIUS, hash_views

Drawing = Callable[[int, int, int], np.ndarray]


@pytest.fixture(scope="module")
def picture(drawing: Drawing) -> np.ndarray:
    """A picture of ours."""
    return drawing(600, 800, 31)


@pytest.mark.parametrize(
    "crop",
    [
        Crop(0.02, 0, 0, 0),
        Crop(0, 0.05, 0, 0),
        Crop(0, 0, 0.13, 0),
        Crop(0.05, 0.05, 0.05, 0.05),
        Crop(0.17, 0.03, 0.01, 0.19),
        Crop(0.1, 0.1, 0.02, 0.06),
        Crop(0.07, 0.11, 0.12, 0.03),
    ],
    ids=str,
)
def test_a_crop_at_any_offset_meets_the_ladder(crop: Crop, picture: np.ndarray) -> None:
    """Sizes and places between the rungs are found too."""
    banked = {hash_views(picture).plain, *(pdq for _, pdq in crop_ladder(picture))}

    queries = query_views(crop.of(picture)).queries

    assert min(pdq.distance(one) for _, pdq in queries for one in banked) <= PDQ_RADIUS


def test_without_the_ladder_such_a_crop_is_lost(picture: np.ndarray) -> None:
    """What the ladder is for: a tenth off one side is far from the picture's own hash."""
    queries = query_views(Crop(0.1, 0, 0, 0).of(picture)).queries

    assert min(pdq.distance(hash_views(picture).plain) for _, pdq in queries) > PDQ_RADIUS


def test_the_ladder_stays_within_what_it_promises() -> None:
    """No rung leaves out more than a crop and an inset together, and none is there twice."""
    beyond = LARGEST_CROP + 0.005
    largest = 1 - (1 - beyond) * (1 - (INSETS[0].left + INSETS[0].right))
    for crop in LADDER:
        assert min(crop.left, crop.right, crop.top, crop.bottom) >= 0
        assert crop.left + crop.right <= largest
        assert crop.top + crop.bottom <= largest
    assert len(set(LADDER)) == len(LADDER) == 256
    assert len(set(INSETS)) == len(INSETS) == 25


def test_only_crops_of_enough_structure_are_banked() -> None:
    """A flat picture's hashes would match other flat pictures."""
    assert crop_ladder(np.full((300, 300), 200, np.uint8)) == ()


def test_a_crop_says_what_it_leaves_out(picture: np.ndarray) -> None:
    """In words, and as a view of the pixels themselves."""
    crop = Crop(0.25, 0, 0.1, 0.05)

    assert str(crop) == "left 25.0%, right 0.0%, top 10.0%, bottom 5.0%"
    assert crop.of(picture).shape == (510, 600, 3)
    assert np.shares_memory(crop.of(picture), picture)


def test_what_is_no_picture_is_refused_by_name() -> None:
    """A typed error names the input."""
    with pytest.raises(InvalidInput) as refusal:
        crop_ladder(np.zeros((8, 8, 4), np.uint8), "file")

    assert refusal.value.field == "file"

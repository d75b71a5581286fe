"""Cropped copies: of which only the hash is stored, found once the whole picture is in hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from raiment.errors import InvalidInput
from raiment.matching.crop import LARGEST_CROP, Crop
from raiment.matching.cropped import CUTS, Crops, crops_of
from raiment.matching.index import compare
from raiment.matching.signal import PDQ_RADIUS, Pdq, hash_views

Drawing = Callable[[int, int, int], np.ndarray]


@pytest.fixture(scope="module")
def picture(drawing: Drawing) -> np.ndarray:
    """A picture of ours."""
    return drawing(600, 800, 31)


@pytest.fixture(scope="module")
def crops(picture: np.ndarray) -> Crops:
    """What is made of it."""
    return crops_of(picture)


def test_a_copy_that_shows_a_part_is_found_by_its_hash_alone(drawing: Drawing) -> None:
    """97 of 100 crops, of sizes and places between those that are tried, turned and mirrored."""
    draw = np.random.default_rng(8)
    found = 0
    for seed in range(5):
        picture = drawing(600, 800, seed)
        copies = [_part(picture, draw) for _ in range(40)]
        found += len(_found(crops_of(picture), *(hash_views(copy).plain for copy in copies)))

    assert found >= 0.97 * 200


def _part(picture: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """Return a part that leaves out 2 to 20 % of each side, at both ends or at one."""
    cuts = []
    for missing in draw.uniform(0.02, LARGEST_CROP, 2):
        first = missing * draw.choice([0, 1, draw.uniform()])
        cuts += [first, missing - first]
    part = np.rot90(Crop(*cuts).of(picture), int(draw.integers(4)))
    return np.ascontiguousarray(part[:, :: int(draw.choice([-1, 1]))])


def test_another_picture_is_not_taken_for_a_part(drawing: Drawing, crops: Crops) -> None:
    """Each of those asked about gets its own answer."""
    others = [hash_views(drawing(600, 800, seed)).plain for seed in range(40, 60)]

    assert _found(crops, *others) == set()
    assert _found(crops, *others, crops.cuts[0]) == {20}


def test_the_parts_are_as_large_as_they_are_said_to_be() -> None:
    """None leaves out more than a crop may, none is the whole, none is there twice."""
    for crop in CUTS:
        assert min(crop.left, crop.right, crop.top, crop.bottom) >= 0
        assert crop.left + crop.right + crop.top + crop.bottom > 0
        assert crop.left + crop.right <= LARGEST_CROP + 1e-9
        assert crop.top + crop.bottom <= LARGEST_CROP + 1e-9
    assert len(set(CUTS)) == len(CUTS)


def test_of_a_flat_picture_nothing_is_sought() -> None:
    """Its hashes are those of every other flat picture."""
    crops = crops_of(np.full((300, 300), 200, np.uint8))

    assert crops == Crops((), ())


def test_what_is_no_picture_is_refused_by_name() -> None:
    """A typed error names the input."""
    with pytest.raises(InvalidInput) as refusal:
        crops_of(np.zeros((8, 8, 4), np.uint8), "file")

    assert refusal.value.field == "file"


def _found(crops: Crops, *stored: Pdq) -> set[int]:
    """Return the places of those of *stored* that show a part."""
    hashes = np.frombuffer(b"".join(pdq.value for pdq in stored), np.uint8).reshape(-1, Pdq.SIZE)
    return {*compare(crops.cuts, np.arange(len(stored), dtype=np.uint64), hashes, PDQ_RADIUS)}

"""PDQ hashing: the field's bits, on every processor, under every view."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from raiment import _native
from raiment.errors import InvalidInput
from raiment.matching.crop import Crop
from raiment.matching.signal import hash_views, hash_views_batch
from raiment.matching.view import DIHEDRAL, View

Drawing = Callable[[int, int, int], np.ndarray]

GOLDEN = json.loads((Path(__file__).parent / "golden_pdq.json").read_text())

AS_ARRAYS = {
    View.AS_IS: lambda picture: picture,
    View.TURNED_90: np.rot90,
    View.TURNED_180: lambda picture: np.rot90(picture, 2),
    View.TURNED_270: lambda picture: np.rot90(picture, 3),
    View.FLIPPED_LEFT_RIGHT: lambda picture: picture[:, ::-1],
    View.FLIPPED_TOP_BOTTOM: lambda picture: picture[::-1],
    View.TRANSPOSED: lambda picture: picture.swapaxes(0, 1),
    View.TRANSVERSED: lambda picture: np.rot90(picture, 2).swapaxes(0, 1),
}

pictures = hnp.arrays(
    np.uint8,
    st.one_of(
        st.tuples(st.integers(1, 150), st.integers(1, 150)),
        st.tuples(st.integers(1, 90), st.integers(1, 90), st.just(3)),
    ),
)


@pytest.mark.parametrize(
    "golden", GOLDEN, ids=lambda golden: f"{golden['rows']}x{golden['columns']}"
)
def test_bits_and_quality_are_the_reference_implementation_s(
    golden: dict, kernel: str, drawing: Drawing
) -> None:
    """Meta's own code gives the same eight hashes and quality for the same pixels."""
    views = hash_views(drawing(golden["rows"], golden["columns"], 0))

    assert {view.value: pdq.hex for view, pdq in views.by_view()} == golden["views"], kernel
    assert views.quality == golden["quality"]


@given(picture=pictures)
@settings(max_examples=150, deadline=None)
def test_every_kernel_gives_the_same_bits(picture: np.ndarray) -> None:
    """A hash computed on one machine is the hash on any other."""
    best = _native.kernel()
    results = []
    for name in _native.supported_kernels():
        _native.use_kernel(name)
        results.append(_native.pdq(picture))
    _native.use_kernel(best)

    assert all(result == results[0] for result in results)
    assert 0 <= results[0][0] <= 100
    assert all(len(value) == 32 for value in results[0][1])


@pytest.mark.parametrize("view", DIHEDRAL)
@pytest.mark.parametrize("side", [64, 97])
def test_a_view_is_the_hash_of_the_picture_so_turned(
    view: View, side: int, drawing: Drawing
) -> None:
    """Turning the pixels and turning the hash agree, so all eight come from one hashing."""
    picture = drawing(side, side, 1)

    turned = hash_views(np.ascontiguousarray(AS_ARRAYS[view](picture)))

    distances = {name: pdq.distance(turned.plain) for name, pdq in hash_views(picture).by_view()}
    assert distances.pop(view) <= 6
    assert min(distances.values()) > 60


def test_an_inverted_picture_has_the_complement(drawing: Drawing) -> None:
    """Inverting brightness flips every bit, up to ties at the median."""
    picture = drawing(300, 400, 2)

    inverted = hash_views(255 - picture).plain

    assert inverted.distance(hash_views(picture).plain) >= 250
    assert inverted.distance(hash_views(picture).plain.complement()) <= 6


def test_luminance_rounded_to_bytes_stays_within_two_bits(drawing: Drawing) -> None:
    """What a JPEG decoder's gray plane gives is the colour picture's hash, nearly."""
    picture = drawing(480, 640, 3)
    luminance = np.rint(picture @ np.array([0.299, 0.587, 0.114])).astype(np.uint8)

    gray, colour = hash_views(luminance), hash_views(picture)

    assert gray.plain.distance(colour.plain) <= 2
    assert gray.quality == colour.quality


def test_a_crop_and_a_flip_need_no_copy(drawing: Drawing) -> None:
    """Rows that lie apart or upside down hash as their dense copy does."""
    crop = drawing(480, 640, 4)[33:400, 50:611]

    assert hash_views(crop) == hash_views(np.ascontiguousarray(crop))
    assert hash_views(crop[::-1]) == hash_views(np.ascontiguousarray(crop[::-1]))


def test_a_picture_too_small_or_flat_is_not_matchable(drawing: Drawing) -> None:
    """Too little structure is reported as such, and is not the answer "no match"."""
    for picture in (np.zeros((4, 500), np.uint8), np.full((200, 200, 3), 90, np.uint8)):
        assert not hash_views(picture).matchable
    assert hash_views(drawing(480, 640, 5)).matchable


def test_a_batch_is_each_picture_in_order(drawing: Drawing) -> None:
    """The batch call changes nothing but the cost."""
    images = [drawing(90 + side, 120, side) for side in range(5)]

    assert hash_views_batch(images) == tuple(hash_views(image) for image in images)


def test_threads_hash_at_once_and_agree(drawing: Drawing) -> None:
    """Nothing is shared between calls."""
    picture = drawing(480, 640, 6)
    with ThreadPoolExecutor(4) as threads:
        results = set(threads.map(hash_views, [picture] * 24))

    assert results == {hash_views(picture)}


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((8, 8), np.float32),
        np.zeros((8, 8, 4), np.uint8),
        np.zeros((8,), np.uint8),
        np.zeros((2, 8, 8, 3), np.uint8),
        np.zeros((8, 16), np.uint8)[:, ::2],
        np.zeros((8, 8, 3), np.uint8).swapaxes(0, 1),
        np.zeros((8, 8, 6), np.uint8)[:, :, ::2],
    ],
    ids=[
        "float",
        "four channels",
        "a line",
        "a film",
        "skipped columns",
        "columns first",
        "planes",
    ],
)
def test_other_arrays_are_refused_by_name(pixels: np.ndarray) -> None:
    """A shape or type that is not a picture is a typed error, not a wrong hash."""
    with pytest.raises(InvalidInput) as refusal:
        hash_views(pixels, "file")

    assert refusal.value.field == "file"


CUTS = ((0.0, 0.0), (0.1, 0.25), (0.013, 0.0), (0.5, 0.49))


@pytest.mark.usefixtures("kernel")
@pytest.mark.parametrize("colour", [True, False])
def test_parts_hashed_together_are_as_each_alone(colour: bool, drawing: Drawing) -> None:
    """Reading the picture once for all of them changes no bit, on any processor."""
    picture = drawing(301, 433, 8) if colour else drawing(301, 433, 8)[..., 1].copy()
    cut = [Crop(*x, *y).of(picture) for x, y in product(CUTS, CUTS)]

    parts = _native.pdq_parts(picture, CUTS, CUTS, views=8)

    assert parts == _native.pdq_batch(cut)
    assert _native.pdq_parts(picture, CUTS, CUTS, views=1) == [(q, (h[0],)) for q, h in parts]


@pytest.mark.parametrize("cuts", [[(0.6, 0.5)], [(-0.1, 0)], [(float("nan"), 0)], [(0, 2)]])
def test_a_part_larger_than_its_picture_is_refused(cuts: list[tuple[float, float]]) -> None:
    """Nothing beyond the picture's memory is ever read."""
    with pytest.raises(ValueError, match="shares"):
        _native.pdq_parts(np.zeros((20, 20), np.uint8), cuts, CUTS, views=1)
    with pytest.raises(ValueError, match="shares"):
        _native.disguises(np.zeros((20, 20), np.uint8), 4, cuts)

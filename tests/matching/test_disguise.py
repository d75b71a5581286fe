"""Disguises: a copy is found again however it was turned, framed or shown."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from raiment import _native
from raiment.errors import InvalidInput
from raiment.matching.crop import SIDE_INSETS, Crop
from raiment.matching.disguise import MOST_PARTS, find_panels, query_views
from raiment.matching.signal import PDQ_RADIUS, hash_views
from raiment.matching.view import DIHEDRAL, INVERTED, PANEL, View

Drawing = Callable[[int, int, int], np.ndarray]

MOST_QUERIES = 169


def found_by(copy: np.ndarray, picture: np.ndarray) -> set[View]:
    """Return the views of *copy* that match the banked hash of *picture*."""
    banked = hash_views(picture).plain
    return {view for view, pdq in query_views(copy).queries if pdq.distance(banked) <= PDQ_RADIUS}


def framed(picture: np.ndarray, width: int, colour: int) -> np.ndarray:
    """Return *picture* with a border of *width* pixels."""
    return np.pad(picture, ((width, width), (width, width), (0, 0)), constant_values=colour)


def page(picture: np.ndarray, *, dark: bool, corner: int = 0) -> np.ndarray:
    """Return a tall page: stripes like lines of words, the picture between, a bar at the bottom."""
    rows, columns, _ = picture.shape
    ground, ink = (18, 220) if dark else (255, 40)
    result = np.full((rows + 500, columns + 60, 3), ground, np.uint8)
    draw = np.random.default_rng(1)
    for top in [*range(20, 200, 24), *range(rows + 270, rows + 440, 24)]:
        for left in range(30, int(draw.uniform(0.4, 0.9) * columns), 9):
            result[top : top + 10, left : left + int(draw.integers(2, 8))] = ink
    shown = picture.copy()
    y, x = np.ogrid[:corner, :corner]
    cut = (corner - y) ** 2 + (corner - x) ** 2 > corner**2
    for part in (shown, shown[:, ::-1], shown[::-1], shown[::-1, ::-1]):
        part[:corner, :corner][cut] = ground
    result[220 : 220 + rows, 30 : 30 + columns] = shown
    result[-40:] = 128
    return result


@pytest.mark.parametrize("width", [8, 30, 90])
@pytest.mark.parametrize("colour", [0, 77, 255])
def test_a_border_is_taken_off(width: int, colour: int, drawing: Drawing) -> None:
    """Of any width and colour: the panel is the picture, to the pixel or nearly."""
    picture = drawing(400, 560, 11)

    copy = framed(picture, width, colour)

    best = find_panels(copy)[0]
    edges = np.array([best.top, best.bottom, best.left, best.right])
    assert np.abs(edges - [width, width + 400, width, width + 560]).max() <= 2
    assert View.PANEL in found_by(copy, picture)


@pytest.mark.parametrize("dark", [True, False])
@pytest.mark.parametrize("corner", [0, 28])
def test_a_picture_is_cut_out_of_a_screen(dark: bool, corner: int, drawing: Drawing) -> None:
    """Among words and bars, in a dark or a light program, with rounded corners or without."""
    picture = drawing(420, 600, 12)

    assert View.PANEL in found_by(page(picture, dark=dark, corner=corner), picture)


def test_a_flipped_screenshot_is_undone_in_one_step(drawing: Drawing) -> None:
    """Every panel is looked for in its eight views."""
    picture = drawing(420, 600, 13)
    copy = np.ascontiguousarray(page(picture, dark=True)[:, ::-1])

    assert View.PANEL_FLIPPED_LEFT_RIGHT in found_by(copy, picture)


@pytest.mark.parametrize("gap", [0, 12])
def test_both_of_two_pictures_side_by_side_are_found(gap: int, drawing: Drawing) -> None:
    """With a gap between them or none."""
    left, right = drawing(400, 400, 14), drawing(400, 440, 15)
    between = np.full((400, gap, 3), 255, np.uint8)
    copy = np.concatenate([left, between, right], axis=1)

    assert View.PANEL in found_by(copy, left)
    assert View.PANEL in found_by(copy, right)


def test_a_negative_is_found(drawing: Drawing) -> None:
    """Inverted, and inverted and turned."""
    picture = drawing(400, 400, 16)
    negative = 255 - picture

    assert found_by(negative, picture) == {View.INVERTED}
    assert found_by(np.ascontiguousarray(np.rot90(negative)), picture) == {View.INVERTED_TURNED_270}


def test_an_unframed_picture_is_found_as_it_is(drawing: Drawing) -> None:
    """The whole picture's own eight views come first, whatever else is looked for."""
    picture = drawing(480, 640, 17)

    disguises = query_views(picture)

    assert disguises.whole == hash_views(picture)
    assert disguises.queries[:8] == hash_views(picture).by_view()
    assert View.AS_IS in found_by(picture, picture)


def test_what_was_cut_out_once_stays_whole(drawing: Drawing) -> None:
    """Cutting the panel out of a panel gives nothing much smaller."""
    copy = framed(drawing(400, 560, 18), 40, 200)
    panel = find_panels(copy)[0]
    cut = copy[panel.top : panel.bottom, panel.left : panel.right]

    again = [one for one in find_panels(cut) if one.views.plain.distance(panel.views.plain) <= 31]

    assert all((one.bottom - one.top) * (one.right - one.left) > 0.9 * 400 * 560 for one in again)


def test_no_hash_is_asked_for_twice(drawing: Drawing) -> None:
    """A query costs a search in every bank."""
    queries = query_views(page(drawing(300, 400, 19), dark=False)).queries

    assert len({pdq for _, pdq in queries}) == len(queries) <= MOST_QUERIES


def test_a_flat_picture_has_nothing_to_look_for() -> None:
    """That is told apart from a picture that nobody has seen."""
    flat = query_views(np.full((300, 300, 3), 90, np.uint8))

    assert not flat.matchable
    assert flat.queries == ()


@pytest.mark.parametrize("step", [1, 2, 3, 17])
@pytest.mark.parametrize("axis", [0, 1])
def test_stripes_do_not_multiply_the_work(step: int, axis: int) -> None:
    """A picture that is nothing but edges gives no more to look for than any other."""
    stripes = np.zeros((900, 900), np.uint8)
    stripes[np.arange(900) // step % 2 == 0] = 255

    disguises = query_views(np.ascontiguousarray(stripes.swapaxes(0, axis)))

    assert len(disguises.queries) <= MOST_QUERIES
    assert len(find_panels(stripes)) <= MOST_PARTS


@given(
    pixels=hnp.arrays(
        np.uint8,
        st.one_of(
            st.tuples(st.integers(1, 90), st.integers(1, 90), st.just(3)),
            st.tuples(st.integers(1, 120), st.integers(1, 120)),
        ),
    )
)
@settings(max_examples=60, deadline=None)
def test_any_picture_is_searched_alike_by_every_kernel(pixels: np.ndarray) -> None:
    """Of any shape: the panels lie in the picture and are the same on every processor."""
    best = _native.kernel()
    results = []
    for name in _native.supported_kernels():
        _native.use_kernel(name)
        results.append((_native.panels(pixels, 4), _native.reduced_luminance(pixels).tolist()))
    _native.use_kernel(best)

    assert all(result == results[0] for result in results)
    for (top, bottom, left, right), _ in results[0][0]:
        assert 0 <= top < bottom <= pixels.shape[0]
        assert 0 <= left < right <= pixels.shape[1]


def test_luminance_is_reduced_by_averaging(drawing: Drawing) -> None:
    """Each sample is the mean of a square of pixels, to a gray level."""
    picture = drawing(900, 1200, 20)
    gray = picture @ np.array([0.299, 0.587, 0.114])

    reduced = _native.reduced_luminance(picture)

    assert reduced.shape == (450, 600)
    assert np.abs(gray.reshape(450, 2, 600, 2).mean((1, 3)) - reduced).max() <= 1.5


def test_a_picture_too_thin_to_reduce_is_searched_all_the_same() -> None:
    """A strip of millions of pixels has no samples left, no panel and no error."""
    strip = np.zeros((5, 2_000_000), np.uint8)

    assert find_panels(strip) == ()
    assert _native.reduced_luminance(strip).size == 0


@pytest.mark.parametrize("shape", [(8,), (8, 8, 4)])
def test_other_arrays_are_refused_by_name(shape: tuple[int, ...]) -> None:
    """A shape that is not a picture is a typed error."""
    for refuse in (query_views, find_panels):
        with pytest.raises(InvalidInput) as refusal:
            refuse(np.zeros(shape, np.uint8), "file")

        assert refusal.value.field == "file"


def test_one_inset_is_asked_of_every_bank(drawing: Drawing) -> None:
    """The one that cuts as much off every edge: as a thin frame adds. The others meet crops."""
    queries = query_views(drawing(300, 400, 5)).queries
    views = [view for view, _ in queries]
    middle = Crop(*SIDE_INSETS[2], *SIDE_INSETS[2])
    luminance = _native.reduced_luminance(drawing(300, 400, 5))

    assert views.count(View.TRIMMED) == 1
    assert views.count(View.INSET) > 4
    trimmed = hash_views(np.ascontiguousarray(middle.of(luminance))).plain
    assert dict(queries)[View.TRIMMED] == trimmed


def test_every_disguise_has_its_name() -> None:
    """Each family of views is in the order of the eight, and none is named twice."""
    for family, name in ((INVERTED, "inverted"), (PANEL, "panel")):
        assert [view.value for view in family[1:]] == [f"{name}-{view}" for view in DIHEDRAL[1:]]
        assert family[0].value == name
    assert {*DIHEDRAL, *INVERTED, *PANEL, View.TRIMMED, View.INSET, View.CROP} == set(View)


def test_a_picture_is_found_in_a_window_on_a_desktop(drawing: Drawing) -> None:
    """The window's own outline does not hide that of the picture in it."""
    picture = drawing(520, 700, 21)
    desktop = np.full((900, 1500, 3), (60, 130, 90), np.uint8)
    desktop += (np.arange(1500) // 12).astype(np.uint8)[:, None]
    desktop[60:820, 130:1400] = 24
    desktop[100:124, 160:900:7] = 200
    desktop[160:680, 400:1100] = picture

    assert View.PANEL in found_by(desktop, picture)

"""By which hashes a picture is looked for, and what two pictures are to each other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.matching.copies import copied

from raiment.matching.disguise import MOST_PARTS, Disguises, query_views
from raiment.matching.index import compare
from raiment.matching.match import Match
from raiment.matching.signal import PDQ_RADIUS, Blake3, Pdq, PdqViews, Sha256, hash_views
from raiment.matching.signals import Signals
from raiment.matching.view import DIHEDRAL, INVERTED, PANEL, View, within

DIGEST = Sha256(bytes(32))
PIXELS = Blake3(bytes(32))


def numbered(number: int) -> Pdq:
    """Return a hash like that of no other number."""
    return Pdq(number.to_bytes(32))


def kept(*parts: Pdq, quality: int = 100) -> Signals:
    """Return the signals of a picture that is not in hand."""
    views = PdqViews(quality, tuple(numbered(number) for number in range(8)))
    return Signals(DIGEST, PIXELS, views, "image/png", 64, 64, parts=parts)


def test_of_a_kept_picture_the_whole_its_negative_and_its_parts_are_looked_for() -> None:
    """The plain hash first."""
    looks = kept(numbered(100), numbered(101)).hashes_to_look_up()

    assert [view for view, _ in looks] == [*DIHEDRAL, *INVERTED, View.PANEL, View.PANEL]
    by_place = [pdq for _, pdq in looks]
    assert by_place[:8] == [numbered(number) for number in range(8)]
    assert by_place[8:16] == [numbered(number).complement() for number in range(8)]
    assert by_place[16:] == [numbered(100), numbered(101)]


def test_of_a_picture_without_structure_only_its_parts_are_looked_for() -> None:
    """They have structure; it has none, and would match unrelated pictures."""
    assert kept(numbered(100), quality=20).hashes_to_look_up() == ((View.PANEL, numbered(100)),)
    assert kept(quality=20).hashes_to_look_up() == ()


def test_a_picture_in_hand_is_looked_for_in_every_disguise() -> None:
    """And nothing else."""
    disguises = ((View.INSET, numbered(7)),)

    assert replace(kept(numbered(100)), disguises=disguises).hashes_to_look_up() == disguises


def test_the_parts_of_a_screenshot_hold_the_picture_that_it_shows() -> None:
    """Upright, as the screen shows it."""
    shown = copied("screenshot")
    banked = hash_views(shown.original).plain

    distances = [part.distance(banked) for part in query_views(shown.copy).parts]

    assert min(distances) <= PDQ_RADIUS


def test_no_more_parts_are_kept_than_fit() -> None:
    """Whatever was found."""
    queries = tuple((View.PANEL, numbered(number)) for number in range(MOST_PARTS + 5))
    whole = PdqViews(100, (numbered(0),) * 8)

    assert len(Disguises(whole, queries).parts) == MOST_PARTS


def test_a_view_within_another_picture_is_that_of_a_panel() -> None:
    """The turn is kept; a negative, a panel and an inset keep their names."""
    assert [within(view) for view in DIHEDRAL] == list(PANEL)
    others = [*INVERTED, *PANEL, View.TRIMMED, View.INSET, View.CROP]
    assert [within(view) for view in others] == others


@pytest.mark.parametrize("view", View)
def test_only_the_whole_compared_with_the_whole_is_of_the_whole(view: View) -> None:
    """Not a panel, not an inset, and nothing that met a crop."""
    match = Match(numbered(1), "bank", "entry", 3, view, 31)

    assert match.of_whole == (view in {*DIHEDRAL, *INVERTED})
    assert not replace(match, of_crop=True).of_whole


HASHES = st.lists(st.integers(0, 2**12 - 1), max_size=12).map(lambda many: [*map(numbered, many)])


@given(HASHES, HASHES, st.integers(0, 12))
def test_comparing_misses_nothing(queries: list[Pdq], stored: list[Pdq], radius: int) -> None:
    """Every pair within the radius, by the number of the one and the place of the other."""
    numbers = np.arange(len(stored), dtype=np.uint64) + 7
    joined = np.frombuffer(b"".join(pdq.value for pdq in stored), np.uint8)

    hits = compare(queries, numbers, joined.reshape(len(stored), Pdq.SIZE), radius)

    assert {(number, *hit) for number, near in hits.items() for hit in near} == {
        (number + 7, one.distance(other), place)
        for number, one in enumerate(stored)
        for place, other in enumerate(queries)
        if one.distance(other) <= radius
    }

"""The index: exactly what a scan of everything would find, whatever happened before."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from raiment import _native
from raiment.errors import InvalidInput
from raiment.matching.index import Neighbour, PdqIndex
from raiment.matching.signal import Pdq, PdqViews
from raiment.matching.view import View


def random_hashes(count: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (count, 32), dtype=np.uint8)


def at_distance(hashes: np.ndarray, bits: int, seed: int) -> np.ndarray:
    """Return each of *hashes* with exactly *bits* of its bits flipped."""
    draw = np.random.default_rng(seed)
    spread = np.unpackbits(hashes, axis=1)
    for row in spread:
        row[draw.choice(256, bits, replace=False)] ^= 1
    return np.packbits(spread, axis=1)


def scanned(query: np.ndarray, hashes: np.ndarray, radius: int) -> list[tuple[int, int]]:
    """Return (distance, place) of the rows within the radius, the plain way."""
    distances = np.bitwise_count(hashes ^ query).sum(axis=1, dtype=np.int64)
    return sorted((int(distances[i]), int(i)) for i in np.flatnonzero(distances <= radius))


def searched(
    index: _native.HammingIndex, queries: np.ndarray, radius: int
) -> list[list[tuple[int, int]]]:
    places, distances, ids, _ = index.search(queries, radius)
    found: list[list[tuple[int, int]]] = [[] for _ in queries]
    for place, distance, number in zip(places, distances, ids, strict=True):
        found[place].append((int(distance), int(number)))
    return found


@pytest.mark.parametrize("chunks", [0, 13, 14, 16, 32])
@pytest.mark.parametrize("radius", [0, 1, 9, 15, 16, 30, 31, 32, 41, 47, 90, 256])
def test_every_radius_finds_what_a_scan_finds(chunks: int, radius: int, kernel: str) -> None:
    """Recall is exactly one at every distance, however the hashes are cut, on every processor."""
    bank = random_hashes(4000, 1)
    near = np.concatenate([at_distance(bank[d * 9 : d * 9 + 9], d, d) for d in range(49)])
    rows = np.concatenate([bank, near])
    index = _native.HammingIndex(chunks)
    index.add(np.arange(len(rows), dtype=np.uint64), rows)
    assert index.merge(), kernel
    queries = bank[:450:5]

    assert searched(index, queries, radius) == [scanned(q, rows, radius) for q in queries]


@pytest.mark.parametrize("radius", [15, 20, 31])
def test_probing_a_large_bank_finds_what_a_scan_finds(radius: int, kernel: str) -> None:
    """Where only some buckets are looked at, nothing is lost either."""
    bank = random_hashes(70_000, 2)
    planted = [at_distance(bank[d * 50 : d * 50 + 50], d, d) for d in range(33)]
    queries = np.concatenate(planted)
    index = _native.HammingIndex()
    index.add(np.arange(len(bank), dtype=np.uint64), bank)

    found = searched(index, queries, radius)

    assert index.segments == (70_000,), kernel
    assert all(
        (d, place) in found[place]
        for d in range(radius + 1)
        for place in range(d * 50, d * 50 + 50)
    )
    sample = range(0, len(queries), 61)
    assert [found[i] for i in sample] == [scanned(queries[i], bank, radius) for i in sample]


def test_crowded_buckets_lose_nothing(kernel: str) -> None:
    """A hub (thousands of near copies of one picture) is returned whole."""
    hub = random_hashes(1, 3)
    copies = at_distance(np.repeat(hub, 66_000, axis=0), 4, 4)
    index = _native.HammingIndex()
    index.add(np.arange(len(copies), dtype=np.uint64), copies)
    lonely = random_hashes(3, 5)

    found = searched(index, np.concatenate([lonely, hub, lonely]), 31)

    assert [len(each) for each in found] == [0, 0, 0, 66_000, 0, 0, 0], kernel
    assert found[3] == scanned(hub[0], copies, 31)


class Interleaved(RuleBasedStateMachine):
    """Any order of additions, removals, merges and searches."""

    HASHES = np.concatenate([random_hashes(40, 6), at_distance(random_hashes(40, 6), 20, 7)])
    numbers = st.integers(0, 5)
    places = st.lists(st.integers(0, len(HASHES) - 1), max_size=40)

    @initialize(chunks=st.sampled_from([0, 14, 16, 32]))
    def start(self, chunks: int) -> None:
        """Begin with nothing."""
        self.index = _native.HammingIndex(chunks)
        self.model: set[tuple[int, int]] = set()

    def pairs(self, number: int, places: list[int]) -> tuple[np.ndarray, np.ndarray]:
        """Return the arrays of one number with each of the places' hashes."""
        return np.full(len(places), number, np.uint64), self.HASHES[np.array(places, np.intp)]

    @rule(number=numbers, places=places)
    def add(self, number: int, places: list[int]) -> None:
        """Those already there are not counted."""
        new = {(number, place) for place in places} - self.model
        assert self.index.add(*self.pairs(number, places)) == len(new)
        self.model |= new

    @rule(seed=st.integers(0, 3))
    def add_in_bulk(self, seed: int) -> None:
        """As many as are indexed at once, repeats among them."""
        places = np.random.default_rng(seed).integers(0, len(self.HASHES), 66_000)
        ids = np.arange(66_000, dtype=np.uint64) % np.uint64(5)
        new = set(zip(ids.tolist(), places.tolist(), strict=True)) - self.model
        assert self.index.add(ids, self.HASHES[places]) == len(new)
        self.model |= new

    @rule(number=numbers, places=places)
    def remove(self, number: int, places: list[int]) -> None:
        """Those not there are not counted."""
        there = {(number, place) for place in places} & self.model
        assert self.index.remove(*self.pairs(number, places)) == len(there)
        self.model -= there

    @rule()
    def merge(self) -> None:
        """Nothing is left to scan."""
        self.index.merge()
        assert self.index.unmerged == 0

    @rule(place=st.integers(0, len(HASHES) - 1), radius=st.sampled_from([0, 19, 20, 31, 45, 256]))
    def search(self, place: int, radius: int) -> None:
        """The same neighbours as the model's scan."""
        held = sorted(self.model)
        rows = self.HASHES[np.array([at for _, at in held], np.intp)]
        query = self.HASHES[place]
        wanted = sorted((d, held[i][0], rows[i].tobytes()) for d, i in scanned(query, rows, radius))

        _, distances, ids, hashes = self.index.search(query[None], radius)

        found = [
            (int(d), int(n), h.tobytes()) for d, n, h in zip(distances, ids, hashes, strict=True)
        ]
        assert sorted(found) == wanted

    @invariant()
    def counts(self) -> None:
        """The index holds what the model holds."""
        assert len(self.index) == len(self.model)


TestInterleaved = Interleaved.TestCase
TestInterleaved.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)


def test_a_full_tail_gives_way_to_the_next() -> None:
    """More additions than one tail holds are all found before and after a merge."""
    bank = random_hashes(40_000, 8)
    index = _native.HammingIndex()
    for start in range(0, len(bank), 5000):
        index.add(np.arange(start, start + 5000, dtype=np.uint64), bank[start : start + 5000])
    before = searched(index, bank[::400], 31)

    assert index.unmerged == 40_000
    assert index.merge()
    assert (index.unmerged, index.segments, index.merge()) == (0, (40_000,), False)
    assert searched(index, bank[::400], 31) == before == [[(0, i)] for i in range(0, 40_000, 400)]


def test_segments_stay_few_and_dead_rows_are_dropped() -> None:
    """Merging keeps the number of segments logarithmic and gives back what was removed."""
    bank = random_hashes(120_000, 9)
    index = _native.HammingIndex()
    for start in range(0, len(bank), 10_000):
        index.add(np.arange(start, start + 10_000, dtype=np.uint64), bank[start : start + 10_000])
        index.merge()

    assert sum(index.segments) == 120_000
    assert len(index.segments) <= 4
    full = index.memory
    assert index.remove(np.arange(100_000, dtype=np.uint64), bank[:100_000]) == 100_000
    index.merge()
    assert index.memory < full / 3
    assert searched(index, bank[99_999:100_001], 31) == [[], [(0, 100_000)]]


def test_readers_writers_and_merges_run_together() -> None:
    """While pairs come, go and are merged, pairs that stay are found by every search."""
    staying, passing = random_hashes(70_000, 10), random_hashes(6000, 11)
    ids = np.arange(len(staying), dtype=np.uint64)
    index = _native.HammingIndex()
    index.add(ids[:20_000], staying[:20_000])
    numbers = np.full(len(passing), 999_999, np.uint64)

    def write() -> None:
        for start in range(20_000, 70_000, 2500):
            index.add(ids[start : start + 2500], staying[start : start + 2500])
            index.add(numbers, passing)
            index.merge()
            assert index.remove(numbers, passing) == len(passing)

    def merge() -> None:
        for _ in range(20):
            index.merge()

    def read(seed: int) -> Iterator[bool]:
        places = np.random.default_rng(seed).integers(0, 20_000, (40, 64))
        for each in places:
            found = searched(index, staying[each], 31)
            yield all((0, int(place)) in hits for place, hits in zip(each, found, strict=True))

    with ThreadPoolExecutor(4) as threads:
        changes = [threads.submit(write), threads.submit(merge)]
        reads = [threads.submit(lambda seed=seed: all(read(seed))) for seed in range(2)]
        assert all(each.result() for each in reads)
        for change in changes:
            change.result()

    assert len(index) == 70_000
    assert searched(index, passing[:50], 31) == [[]] * 50
    assert searched(index, staying[::700], 31) == [[(0, i)] for i in range(0, 70_000, 700)]


def test_what_two_threads_load_is_found_as_by_a_scan() -> None:
    """From about a million pairs on; repeats are kept once, and what is removed is gone."""
    bank = random_hashes(1_050_000, 12)
    for distance in range(33):
        bank[1000 + distance] = at_distance(bank[:1], distance, distance)[0]
    bank[-2:] = bank[:2]
    ids = np.arange(len(bank), dtype=np.uint64)
    ids[-2:] = ids[:2]
    index = _native.HammingIndex()

    assert index.add(ids, bank) == len(bank) - 2
    assert index.segments == (len(bank) - 2,)
    assert searched(index, bank[:3], 31) == [scanned(q, bank[:-2], 31) for q in bank[:3]]
    assert index.remove(ids, bank) == len(bank) - 2
    assert searched(index, bank[:3], 31) == [[], [], []]


def test_hashes_may_lie_anywhere_in_memory() -> None:
    """At odd addresses, with gaps, or read-only: each is the hash it says it is."""
    bank = random_hashes(300, 13)
    ids = np.arange(len(bank), dtype=np.uint64)
    shifted = np.frombuffer(b"-" + bank.tobytes(), np.uint8)[1:].reshape(bank.shape)
    wide = np.zeros((len(bank), 40), np.uint8)
    wide[:, 3:35] = bank
    for laid in (shifted, wide[:, 3:35], np.frombuffer(bank.tobytes(), np.uint8).reshape(-1, 32)):
        index = _native.HammingIndex()
        assert index.add(ids, laid) == len(bank)
        assert searched(index, bank, 0) == [[(0, place)] for place in range(len(bank))]
        assert searched(index, laid, 0) == searched(index, bank, 0)


def test_the_memory_of_a_large_bank_stays_within_its_promise() -> None:
    """At most 270 bytes a hash as the index for millions is cut, its number and bits included."""
    count = 400_000
    bank = random_hashes(count, 12)
    index = _native.HammingIndex(14)
    index.add(np.arange(count, dtype=np.uint64), bank)
    tails_and_offsets = 3_000_000 + 14 * (1 << 19) * 4

    assert (index.memory - tails_and_offsets) / count <= 265


@pytest.mark.parametrize("chunks", [1, 12, 33, 2**40])
def test_a_cut_that_cannot_work_is_refused(chunks: int) -> None:
    """Chunks too wide for a table, or too narrow to select, are an error at once."""
    with pytest.raises(ValueError, match="chunks"):
        _native.HammingIndex(chunks)


@pytest.mark.parametrize(
    ("ids", "hashes", "error"),
    [
        (np.zeros(2, np.uint64), np.zeros((3, 32), np.uint8), ValueError),
        (np.zeros(2, np.uint64), np.zeros((2, 31), np.uint8), ValueError),
        (np.zeros((2, 1), np.uint64), np.zeros((2, 32), np.uint8), ValueError),
        (np.zeros(2, np.uint64), np.zeros(64, np.uint8), ValueError),
        (np.zeros(2, np.int32), np.zeros((2, 32), np.uint8), TypeError),
        (np.zeros(2, np.uint64), np.zeros((2, 32), np.float32), TypeError),
    ],
)
def test_arrays_that_do_not_fit_are_refused(
    ids: np.ndarray, hashes: np.ndarray, error: type[Exception]
) -> None:
    """Nothing is read beyond an array, nothing converted silently."""
    index = _native.HammingIndex()
    for call in (index.add, index.remove):
        with pytest.raises(error):
            call(ids, hashes)


def test_the_room_s_index_speaks_in_signals() -> None:
    """Pairs go in as numbers and hashes and come out as neighbours, the nearest first."""
    rows = [Pdq(bytes(row)) for row in random_hashes(8, 13)]
    near = [Pdq(bytes(row)) for row in at_distance(random_hashes(8, 13)[:1], 12, 14)]
    index = PdqIndex()

    assert index.add([(7, rows[0]), (8, near[0]), (7, rows[0])]) == 2
    assert index.near(rows[0], 31) == (Neighbour(7, rows[0], 0), Neighbour(8, near[0], 12))
    assert index.near_each(rows[:2], 11) == ((Neighbour(7, rows[0], 0),), ())
    assert index.near_views(PdqViews(80, (*rows[1:], rows[0])), 0) == (
        (View.TRANSVERSED, Neighbour(7, rows[0], 0)),
    )
    assert index.unmerged == len(index) == 2
    assert index.merge()
    assert index.memory > 0
    assert index.remove([(7, rows[0]), (7, near[0])]) == 1
    assert index.near(rows[0], 31) == (Neighbour(8, near[0], 12),)
    assert index.near_each([], 31) == ()


def test_arrays_load_as_pairs_do() -> None:
    """The bulk door and the small one fill the same set."""
    hashes = random_hashes(66_000, 15)
    index = PdqIndex()

    assert index.add_arrays(np.arange(66_000, dtype=np.uint64), hashes) == 66_000
    assert index.add([(5, Pdq(hashes[5].tobytes()))]) == 0
    assert index.unmerged == 0
    with pytest.raises(InvalidInput) as refusal:
        index.add_arrays(np.arange(2, dtype=np.uint64), hashes)
    assert refusal.value.field == "hashes"


@pytest.mark.parametrize("radius", [-1, 257])
def test_a_radius_that_is_none_is_refused(radius: int) -> None:
    """The typed error names the field."""
    with pytest.raises(InvalidInput) as refusal:
        PdqIndex().near(Pdq(bytes(32)), radius)

    assert refusal.value.field == "radius"

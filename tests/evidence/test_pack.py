"""An export verifies whole, or names the line where it does not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raiment.errors import CheckpointInvalid, ExportInvalid
from raiment.evidence.canonical import canonical_base64
from raiment.evidence.merkle import leaf_hash
from raiment.evidence.pack import entry_line, header_line, verify_export

GOLDEN = Path(__file__).parent / "golden_export.jsonl"
SIZE = 9


class Log(Protocol):
    """The log of the fixture, as far as these tests use it."""

    vkey: str
    entries: list[bytes]

    def note(self, size: int) -> str: ...  # noqa: D102
    def export(self, size: int) -> list[str]: ...  # noqa: D102
    def append(self, entry: bytes) -> None: ...  # noqa: D102


NewLog = Callable[..., Log]


def test_the_export_is_exactly_this_text(new_log: NewLog) -> None:
    """A golden file: exports given to auditors years ago must verify still."""
    assert "".join(new_log(3).export(3)) == GOLDEN.read_text("utf-8")


def test_a_whole_export_says_what_it_is(new_log: NewLog) -> None:
    """Size, root, times, counts and the key that vouches."""
    log = new_log(7)

    found = verify_export(log.export(7), trusted_key=log.vkey)

    assert (found.checkpoint.size, found.verification_key) == (7, log.vkey)
    assert found.trusted
    assert found.earliest == datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
    assert found.latest == datetime(2026, 1, 5, 9, 36, tzinfo=UTC)
    assert found.kinds == {"case.decided": 2, "case.opened": 2, "report.received": 3}
    assert found.earlier is None


def test_without_a_key_from_elsewhere_the_export_is_not_trusted(new_log: NewLog) -> None:
    """Its own key shows that nothing was damaged, and the answer says that this is all."""
    assert not verify_export(new_log(3).export(3), trusted_key=None).trusted


def test_an_empty_log_verifies(new_log: NewLog) -> None:
    """A log that was signed before its first entry."""
    log = new_log(0)

    found = verify_export(log.export(0), trusted_key=log.vkey, earlier=log.note(0))

    assert (found.earliest, found.latest, found.kinds) == (None, None, {})


def test_an_export_is_read_as_a_stream(new_log: NewLog) -> None:
    """Each line is done with before the next is asked for."""
    log = new_log(40)
    asked: list[int] = []

    def lines() -> Iterator[str]:
        for number, line in enumerate(log.export(40)):
            asked.append(number)
            yield line

    assert verify_export(lines(), trusted_key=log.vkey).checkpoint.size == 40
    assert asked == list(range(41))

    spoilt = lines()
    with pytest.raises(ExportInvalid):
        verify_export((line.replace("0", "1") for line in spoilt), trusted_key=log.vkey)
    assert next(spoilt)


@pytest.mark.parametrize("size", range(SIZE + 1))
def test_a_log_continues_each_checkpoint_it_ever_signed(new_log: NewLog, size: int) -> None:
    """A note kept from before holds against the log of today."""
    log = new_log(SIZE)

    found = verify_export(log.export(SIZE), trusted_key=log.vkey, earlier=log.note(size))

    assert found.earlier is not None
    assert found.earlier.size == size


@pytest.mark.parametrize("size", range(1, SIZE + 1))
def test_a_rewritten_log_does_not_continue_its_old_checkpoint(new_log: NewLog, size: int) -> None:
    """The operator signs another past: every checkpoint given away before shows it."""
    log, rewritten = new_log(SIZE), new_log(0)
    for entry in [log.entries[1], log.entries[0], *log.entries[2:]]:
        rewritten.append(entry)
    verify_export(rewritten.export(SIZE), trusted_key=log.vkey)

    with pytest.raises(ExportInvalid, match="older checkpoint") as refused:
        verify_export(rewritten.export(SIZE), trusted_key=log.vkey, earlier=log.note(size))

    assert refused.value.line == size + 1


def test_a_log_that_lost_its_end_does_not_continue_its_old_checkpoint(new_log: NewLog) -> None:
    """Restored from an old backup, the log is shorter than what was signed."""
    log = new_log(SIZE)

    with pytest.raises(ExportInvalid, match="9 entries before, now 4"):
        verify_export(log.export(4), trusted_key=log.vkey, earlier=log.note(SIZE))


def test_an_older_checkpoint_of_another_log_is_refused(new_log: NewLog) -> None:
    """Comparing with a stranger's note shows nothing."""
    log, other = new_log(3), new_log(3, seed=2)

    with pytest.raises(CheckpointInvalid):
        verify_export(log.export(3), trusted_key=log.vkey, earlier=other.note(3))


def test_an_export_signed_by_another_key_is_refused(new_log: NewLog) -> None:
    """A forger with a key of his own, under our name or in our header, gets nowhere."""
    log, forged = new_log(3), new_log(3, seed=2)

    with pytest.raises(ExportInvalid, match="another key") as refused:
        verify_export(forged.export(3), trusted_key=log.vkey)
    assert refused.value.line == 1

    under_our_key = [header_line(forged.note(3), log.vkey), *forged.export(3)[1:]]
    for trusted in (log.vkey, None):
        with pytest.raises(ExportInvalid, match="not signed by this key") as refused:
            verify_export(under_our_key, trusted_key=trusted)
        assert refused.value.line == 1


@pytest.mark.parametrize("at", [0, 2, SIZE])
def test_a_line_without_its_end_is_where_a_copy_broke_off(new_log: NewLog, at: int) -> None:
    """Whole but for its last byte, an export is refused as cut, naming the line."""
    log = new_log(SIZE)
    lines = log.export(SIZE)
    lines[at] = lines[at].removesuffix("\n")

    with pytest.raises(ExportInvalid, match="breaks off") as refused:
        verify_export(lines, trusted_key=log.vkey)

    assert refused.value.line == at + 1


def renumbered(lines: list[str]) -> list[str]:
    """The *lines* of an export with their indexes made to run from 0 again."""
    entries = [json.loads(line)["entry"].encode() for line in lines[1:]]
    return [lines[0], *(entry_line(index, entry) for index, entry in enumerate(entries))]


def swap(lines: list[str], at: int) -> list[str]:
    """Exchange two neighbours."""
    return [*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]]


def drop(lines: list[str], at: int) -> list[str]:
    """Leave a line out."""
    return [*lines[:at], *lines[at + 1 :]]


def repeat(lines: list[str], at: int) -> list[str]:
    """Say a line twice."""
    return [*lines[: at + 1], *lines[at:]]


@pytest.mark.parametrize("at", range(1, SIZE))
@pytest.mark.parametrize(
    ("tamper", "offset", "reason"),
    [
        (swap, 1, "dropped or reordered"),
        (drop, 1, "dropped or reordered"),
        (repeat, 2, "twice or reordered"),
    ],
)
def test_lines_out_of_place_are_named(
    new_log: NewLog,
    tamper: Callable[[list[str], int], list[str]],
    at: int,
    offset: int,
    reason: str,
) -> None:
    """Reordered, dropped and repeated entries are found at the line where it happens."""
    log = new_log(SIZE)

    with pytest.raises(ExportInvalid, match=reason) as refused:
        verify_export(tamper(log.export(SIZE), at), trusted_key=log.vkey)

    assert refused.value.line == at + offset


@pytest.mark.parametrize("at", range(1, SIZE))
@pytest.mark.parametrize("tamper", [swap, drop, repeat])
def test_renumbering_does_not_hide_it(
    new_log: NewLog, tamper: Callable[[list[str], int], list[str]], at: int
) -> None:
    """With indexes and hashes made to fit, the signed root and size still tell."""
    log = new_log(SIZE)

    with pytest.raises(ExportInvalid, match=r"root that was signed|missing|more entries"):
        verify_export(renumbered(tamper(log.export(SIZE), at)), trusted_key=log.vkey)


def test_the_last_entry_cannot_be_left_out_nor_one_added(new_log: NewLog) -> None:
    """Both ends of the count are held by the signed size."""
    log = new_log(SIZE)

    with pytest.raises(ExportInvalid, match="missing: 8 of 9") as short:
        verify_export(log.export(SIZE)[:-1], trusted_key=log.vkey)
    more = [*log.export(SIZE), entry_line(SIZE, log.entries[0])]
    with pytest.raises(ExportInvalid, match="more entries") as long:
        verify_export(more, trusted_key=log.vkey)

    assert (short.value.line, long.value.line) == (10, 11)


@given(number=st.integers(0, 3), place=st.integers(0), character=st.characters())
def test_no_altered_character_gets_through(number: int, place: int, character: str) -> None:
    """Whatever single character of an export is changed, the line is named or the root fails."""
    lines = GOLDEN.read_text("utf-8").splitlines(keepends=True)
    vkey = json.loads(lines[0])["verification_key"]
    line = lines[number]
    place %= len(line) - 1
    if line[place] == character:
        character = "\N{SNOWMAN}"
    lines[number] = line[:place] + character + line[place + 1 :]

    with pytest.raises(ExportInvalid) as refused:
        verify_export(lines, trusted_key=vkey)

    assert refused.value.line == number + 1


def test_an_altered_entry_with_a_fitting_hash_meets_the_signed_root(new_log: NewLog) -> None:
    """The hash in the line finds accidents; forgers are found by the signature."""
    log = new_log(3)
    lines = log.export(3)
    lines[2] = entry_line(1, log.entries[1].replace(b"case.opened", b"case.closed"))

    with pytest.raises(ExportInvalid, match="root that was signed") as refused:
        verify_export(lines, trusted_key=log.vkey)

    assert refused.value.line == 1


def test_a_leaf_that_is_no_entry_is_refused_even_when_signed(new_log: NewLog) -> None:
    """An operator cannot sign free text, or a person's name, into the log unnoticed."""
    log = new_log(2)
    log.append(b'{"name":"Ada"}')

    with pytest.raises(ExportInvalid, match="not the JSON of an entry") as refused:
        verify_export(log.export(3), trusted_key=log.vkey)

    assert refused.value.line == 4


@pytest.mark.parametrize(
    "line",
    [
        "",
        "\n",
        "null",
        "[]",
        "{}",
        '{"index":0}',
        '{"entry":"","index":0,"leaf_hash":"","more":1}',
        '{"entry":"","index":0.0,"leaf_hash":""}',
        '{"entry":"","index":99999999999999999,"leaf_hash":""}',
        '{"entry":"","index":0,"index":0,"leaf_hash":""}',
        '{"index":0,"entry":"","leaf_hash":""}',
        '{"entry":"\\ud800","index":0,"leaf_hash":""}',
        '{"entry":"\udcff","index":0,"leaf_hash":""}',
        '{"more":' + "[" * 100_000,
        " " * 200_001,
    ],
)
def test_lines_that_are_not_of_the_format_are_refused(new_log: NewLog, line: str) -> None:
    """Neither as header nor as entry: the error is typed and names the line."""
    log = new_log(3)
    good = log.export(3)

    with pytest.raises(ExportInvalid) as header:
        verify_export([line, *good[1:]], trusted_key=log.vkey)
    with pytest.raises(ExportInvalid) as entry:
        verify_export([good[0], line, *good[2:]], trusted_key=log.vkey)

    assert (header.value.line, entry.value.line) == (1, 2)


def test_an_export_of_nothing_is_refused(new_log: NewLog) -> None:
    """An empty file is no empty log."""
    with pytest.raises(ExportInvalid, match="empty"):
        verify_export([], trusted_key=new_log(0).vkey)


def test_each_line_carries_what_an_auditor_hashes(new_log: NewLog) -> None:
    """The entry's text is in the line as it is hashed: no re-encoding to get wrong."""
    log = new_log(3)
    for line, entry in zip(log.export(3)[1:], log.entries, strict=True):
        read = json.loads(line)
        assert read["entry"].encode() == entry
        assert read["leaf_hash"] == canonical_base64(leaf_hash(entry))

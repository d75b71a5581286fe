"""What happened is sealed so that it can be proven, and erased."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raiment.errors import EntryInvalid
from raiment.evidence.entry import MOST_BYTES, Entry, Opening, opens, parse_entry, seal
from raiment.evidence.record import MOST_NAMES, Record

AT = datetime(2026, 1, 5, 10, 30, 0, 7, tzinfo=timezone(timedelta(hours=1)))
REPORT = "rep_0123456789abcdefghjkmnpqrs"
CASE = "cas_tvwxyz00000000000000000000"
SALT = bytes(range(32))
# A little inside what datetime holds, so that every zone's instant has a UTC form.
EARLIEST = datetime.fromisoformat("0001-01-03")
LATEST = datetime.fromisoformat("9999-12-29")


def record(**changes: object) -> Record:
    """A report's receipt, with *changes*."""
    fields: dict[str, object] = {
        "kind": "report.received",
        "subject": REPORT,
        "at": AT,
        "ids": {"case": CASE},
        "facts": {"route": "form", "name": "Ada Ünal", "copies": [1, None, {"found": True}]},
    }
    return Record(**{**fields, **changes})


def seal_with_one_salt(made: Record) -> tuple[Entry, tuple[Opening, ...]]:
    """Seal *made* with a salt known to the test."""
    return seal(made, lambda: SALT)


def test_the_entry_is_exactly_this_text() -> None:
    """A golden entry: any change to the format changes every root, so it must be on purpose."""
    entry, _ = seal_with_one_salt(record(facts={"route": "form"}))

    digest = hashlib.sha256(b"raiment/log/fact/v1\0" + SALT + b'route\0"form"').hexdigest()
    assert entry.canonical().decode() == (
        '{"at":"2026-01-05T09:30:00.000007Z","digests":{"route":"' + digest + '"},'
        '"ids":{"case":"cas_tvwxyz00000000000000000000"},"kind":"report.received",'
        '"subject":"rep_0123456789abcdefghjkmnpqrs","version":1}'
    )
    assert digest == "11e59026757ca3c94acd5ffd86c79f4977f9b5c36df74c4ec756e1fd963abfa2"


def test_an_entry_shows_nothing_of_a_fact() -> None:
    """The fact is in its opening only: destroying that erases it."""
    entry, openings = seal_with_one_salt(record())

    assert "Ünal" not in entry.canonical().decode()
    assert [opening.name for opening in openings] == ["copies", "name", "route"]
    assert all(opens(entry, opening) for opening in openings)


def test_neither_record_nor_opening_shows_a_fact_when_printed() -> None:
    """A traceback that prints its locals must not spill a person's name or the salt."""
    made = record()
    _, openings = seal_with_one_salt(made)

    assert "Ünal" not in f"{made!r} {openings!r}"
    assert "\\x1f" not in repr(openings)


def test_each_fact_gets_a_salt_of_its_own() -> None:
    """Two equal values in one entry have different digests."""
    numbers = iter(range(9))
    entry, openings = seal(
        record(facts={"first": "same", "second": "same"}), lambda: bytes([next(numbers)] * 32)
    )

    assert entry.digests["first"] != entry.digests["second"]
    assert not opens(entry, replace(openings[0], salt=openings[1].salt))


@pytest.mark.parametrize(
    "change",
    [{"name": "other"}, {"salt": bytes(32)}, {"value": "letter"}, {"value": ["form"]}],
)
def test_another_opening_does_not_open(change: dict[str, object]) -> None:
    """Name, salt and value are all bound by the digest."""
    entry, (opening,) = seal_with_one_salt(record(facts={"route": "form"}))

    assert opens(entry, opening)
    assert not opens(entry, replace(opening, **change))


@pytest.mark.parametrize(
    "change", [{"name": "Not A Name"}, {"salt": b"short"}, {"value": 0.5}, {"value": "\ud800"}]
)
def test_what_cannot_be_a_fact_opens_nothing(change: dict[str, object]) -> None:
    """An opening from outside may hold anything; the answer is no, not an error."""
    entry, (opening,) = seal_with_one_salt(record(facts={"route": "form"}))

    assert not opens(entry, replace(opening, **change))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "report"}, "kind"),
        ({"kind": "Report.received"}, "kind"),
        ({"kind": "report.received\n"}, "kind"),
        ({"subject": "Ada Ünal"}, "subject"),
        ({"subject": "rep_0123456789abcdefghjkmnpqrs0"}, "subject"),
        ({"subject": "rep_0123456789abcdefghijkmnpqr"}, "subject"),
        ({"at": AT.replace(tzinfo=None)}, "at"),
        ({"ids": {"case": "ada@example.org"}}, "ids.case"),
        ({"ids": {"The case": CASE}}, "ids"),
        ({"ids": {f"case{number}": CASE for number in range(MOST_NAMES + 1)}}, "ids"),
        ({"facts": {"": 1}}, "facts"),
        ({"facts": {f"fact{number}": 1 for number in range(MOST_NAMES + 1)}}, "facts"),
    ],
)
def test_a_record_refuses_what_must_not_stand_in_the_log(
    change: dict[str, object], field: str
) -> None:
    """What stays for ever is ids and names of ours: free text has no place to slip into."""
    with pytest.raises(EntryInvalid) as refused:
        record(**change)

    assert refused.value.field == field


@pytest.mark.parametrize(
    ("facts", "salt", "field"),
    [({"score": 0.5}, SALT, "facts.score"), ({"route": "form"}, b"short", "facts.route")],
)
def test_sealing_refuses_a_value_without_a_digest(
    facts: dict[str, object], salt: bytes, field: str
) -> None:
    """A float has no canonical text, and a short salt hides nothing."""
    with pytest.raises(EntryInvalid) as refused:
        seal(record(facts=facts), lambda: salt)

    assert refused.value.field == field


@given(
    at=st.datetimes(EARLIEST, LATEST, timezones=st.timezones()),
    ids=st.dictionaries(st.from_regex(r"[a-z][a-z0-9_]{0,9}", fullmatch=True), st.just(CASE)),
    names=st.sets(st.from_regex(r"[a-z][a-z0-9_]{0,9}", fullmatch=True)),
)
def test_an_entry_reads_back_byte_for_byte(
    at: datetime, ids: dict[str, str], names: set[str]
) -> None:
    """What was hashed is what is read, and what is read is what was hashed."""
    entry, _ = seal_with_one_salt(record(at=at, ids=ids, facts=dict.fromkeys(names, 1)))

    again = parse_entry(entry.canonical())

    assert again == entry
    assert again.at == at.astimezone(UTC)
    assert again.canonical() == entry.canonical()


def test_the_largest_entry_fits_an_entry_of_tlog_tiles() -> None:
    """The limits on names and ids keep every entry below 65,536 bytes."""
    names = [f"{number:02d}".join("aa").ljust(48, "z") for number in range(MOST_NAMES)]
    long_id = "a" * 16 + "_" + "0" * 26
    longest = Record(
        kind=".".join(["a" * 32] * 4),
        subject=long_id,
        at=AT,
        ids=dict.fromkeys(names, long_id),
        facts=dict.fromkeys(names, 1),
    )
    entry, _ = seal_with_one_salt(longest)

    assert len(entry.ids) == len(entry.digests) == MOST_NAMES
    assert len(entry.canonical()) < MOST_BYTES
    assert parse_entry(entry.canonical()) == entry


def altered(**changes: object) -> bytes:
    """An entry's JSON, canonical in form, with *changes*; a None leaves the key out."""
    entry, _ = seal_with_one_salt(record())
    fields = {**json.loads(entry.canonical()), **changes}
    kept = {name: value for name, value in fields.items() if value is not None}
    return json.dumps(kept, sort_keys=True, separators=(",", ":")).encode()


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"version": "1"},
        {"version": True},
        {"kind": "report"},
        {"at": "2026-01-05T09:30:00.000007+01:00"},
        {"at": "2026-01-05T09:30:00.000007"},
        {"at": "2026-01-05T09:30:00Z"},
        {"at": "2026-02-30T09:30:00.000007Z"},
        {"at": 5},
        {"subject": "Ada"},
        {"subject": None},
        {"ids": {"case": "Ada"}},
        {"ids": [CASE]},
        {"digests": {"name": "ABCDEF"}},
        {"digests": {"name": "A" * 64}},
        {"digests": {"Name": "a" * 64}},
        {"digests": None},
        {"more": "1"},
    ],
)
def test_other_fields_are_no_entry(change: dict[str, object]) -> None:
    """Whatever is missing, added, mistyped or out of its alphabet is refused."""
    assert parse_entry(altered()).version == 1

    with pytest.raises(EntryInvalid):
        parse_entry(altered(**change))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda good: good + b" ",
        lambda good: good.replace(b'"at":', b'"at": '),
        lambda good: good[:-1] + b',"version":1}',
        lambda good: b'{"version":1,' + good[1:],
        lambda good: good.replace(b"report.received", b"report.re\\u0063eived"),
        lambda good: good[: len(good) // 2],
        lambda good: good.replace(b"report", b"rep\xffrt"),
        lambda _: b"",
        lambda _: b"[]",
        lambda _: b"\xff",
        lambda _: b'{"more":' + b"[" * 60_000,
        lambda good: good + b" " * MOST_BYTES,
    ],
)
def test_other_bytes_are_no_entry(spoil: Callable[[bytes], bytes]) -> None:
    """Two texts for one entry would let a log be rewritten without its root noticing."""
    with pytest.raises(EntryInvalid) as refused:
        parse_entry(spoil(altered()))

    assert refused.value.field == "entry"


@given(st.binary(max_size=300))
def test_no_bytes_do_more_than_be_refused(data: bytes) -> None:
    """Noise ends in the typed error, whatever it is."""
    with pytest.raises(EntryInvalid):
        parse_entry(data)

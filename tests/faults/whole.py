"""What must hold of an installation's state at every moment, whoever died where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg.rows import dict_row

from raiment.adapters.postgres.log import PostgresLog
from raiment.adapters.postgres.transaction import DELIVER, Transaction
from raiment.bootstrap import House
from raiment.demo.gallery import Gallery, PostState
from raiment.evidence.checkpoint import Checkpoint, sign
from raiment.evidence.entry import Entry, parse_entry
from raiment.evidence.merkle import Frontier, leaf_hash
from raiment.evidence.note import verification_key
from raiment.evidence.pack import entry_line, header_line, verify_export

Summary = Counter[tuple[str, str]]
"""How many rows there are of what, by table."""

_STANDS: Sequence[tuple[str, str]] = (
    ("accounts", "concat_ws(' ', name, role, password_hash is not null, disabled_at is not null)"),
    ("account_links", "used_at is not null"),
    ("sessions", "''"),
    ("api_keys", "revoked_at is not null"),
    ("screenings", "concat_ws(' ', stage, verdict)"),
    ("releases", "surface"),
    ("hash_banks", "name"),
    ("bank_entries", "concat_ws(' ', signal_type, state, source)"),
    ("contents", "concat_ws(' ', platform_id, state, verdict, rule)"),
    ("cases", "concat_ws(' ', state, version, second_look, claimed_by is not null)"),
    ("reports", "route"),
    ("reporters", "name"),
    ("case_items", "concat_ws(' ', found_by, state, verified_at is not null)"),
    ("case_releases", "found_by"),
    ("deadlines", "concat_ws(' ', regime, clock, due_at - starts_at, stop_ground, alarmed)"),
    ("decisions", "concat_ws(' ', outcome, case_version)"),
    ("actions", "concat_ws(' ', kind, round, state, outcome, attempts, last_answer)"),
    ("idempotency_keys", "status"),
    ("log_entries", "kind"),
    ("log_checkpoints", "''"),
    ("procrastinate_jobs", "concat_ws(' ', task_name, status)"),
)
"""Table, and what tells its rows apart where ids and instants are left out."""

_SUMMARY = " union all ".join(
    f"select '{table}', {what}::text, count(*) from {table} group by 2"  # noqa: S608 - from above
    for table, what in _STANDS
)

_KEPT = {
    "acct": "select id from accounts",
    "key": "select id from api_keys",
    "scr": "select id from screenings",
    "rel": "select id from releases",
    "cnt": "select id from contents",
    "case": "select id from cases",
    "rpt": "select id from reports",
    "item": "select id from case_items",
    "clk": "select id from deadlines",
    "dec": "select id from decisions",
    "act": "select id from actions",
}
"""Prefix of an id -> all that there are. Of a trace, only the entry is kept."""

_RECORDED: Sequence[tuple[str, str]] = (
    ("account.created", "select id from accounts"),
    ("account.disabled", "select id from accounts where disabled_at is not null"),
    ("account.password_set", "select id from accounts where password_hash is not null"),
    ("key.created", "select id from api_keys"),
    ("screening.decided", "select id from screenings"),
    ("release.recorded", "select id from releases"),
    ("content.registered", "select id from contents"),
    ("case.opened", "select id from cases"),
    ("case.closed", "select id from cases where state = 'closed'"),
    ("report.received", "select id from reports"),
    ("deadline.started", "select id from deadlines"),
    ("decision.created", "select id from decisions"),
    ("action.acknowledged", "select id from actions where state = 'acknowledged'"),
    ("action.hide_asked", "select id from actions where kind = 'hide'"),
    ("action.remove_asked", "select id from actions where kind = 'remove'"),
    ("action.restore_asked", "select id from actions where kind = 'restore'"),
    ("action.verify_asked", "select id from actions where kind = 'verify'"),
    ("bank.images_confirmed",
     "select case_id as id from decisions where outcome = 'remove'"),
    ("bank.crops_banked",
     "select distinct case_id as id from bank_entries where crop_of is not null"),
    ("case.copy_found", "select case_id as id from case_items where content_id is not null"),
)  # fmt: skip
"""Kind of entry -> the rows of which each has exactly one such entry, and nothing else has."""


_LEFT_UNDONE = (
    """
    select 1 from screenings where stage = 'output' and verdict = 'allow'
    and not exists (select from releases where screening_id = judgement ->> 'after')
    """,
    """
    select 1 from case_items join cases on cases.id = case_id where cases.state = 'open'
    and not exists (select from actions where item_id = case_items.id and kind = 'hide')
    """,
    """
    select 1 from case_items join cases on cases.id = case_id where cases.state = 'removing'
    and not exists (select from actions where item_id = case_items.id and kind in ('remove', 'verify'))
    """,
    """
    select 1 from cases where state <> 'open'
    and not exists (select from decisions where case_id = cases.id and outcome <> 'second_look')
    """,
    """
    select 1 from decisions join cases on cases.id = case_id
    where outcome <> 'second_look' and state = 'open'
    """,
)
"""What no moment may show."""


class State:
    """What is stored, seen from outside over a connection of its own."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: psycopg.Connection[Any] | None = None
        self.stored: Summary = Counter()
        """What was stored when last anything was."""

    def rows(self, query: str, *given: str) -> list[dict[str, Any]]:
        """Return the rows of *query*, whose ``%s`` stand for what is *given*."""
        return self._cursor(query, given).fetchall()

    def change(self, statement: str) -> None:
        """Carry out *statement*: what happens to a database by itself, such as time passing."""
        self._cursor(statement)
        self.remember()

    def close(self) -> None:
        """Let go of the database."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _cursor(self, query: str, given: Sequence[str] = ()) -> psycopg.Cursor[dict[str, Any]]:
        if self._connection is None:
            self._connection = psycopg.connect(self._url, autocommit=True, row_factory=dict_row)
        return self._connection.execute(query.encode(), given or None)

    def remember(self) -> None:
        """Take note of what is stored now."""
        self.stored = self.summary()

    def summary(self) -> Summary:
        """Return how much of what there is: equal for two courses of events with one outcome."""
        counted: Summary = Counter()
        for table, what, count in (tuple(row.values()) for row in self.rows(_SUMMARY)):
            counted[table, what] += count
        return counted


async def check_whole(house: House, state: State, gallery: Gallery) -> None:
    """Assert all of it."""
    async with house.database.read() as tx:
        entries = await _log_verifies(house, tx.log)
        await _nothing_is_left_lying(tx, state)
    _tree_is_complete(state, len(entries))
    _openings_fit(state, entries)
    _entries_have_their_rows(state, entries)
    _rows_have_their_entries(state, entries)
    _clocks_are_right(state, entries)
    _items_agree(state)
    _one_follows_from_the_other(state)
    _removed_once(state, gallery)


async def _log_verifies(house: House, log: PostgresLog) -> list[Entry]:
    """The stored head, signed, is that of the stored entries."""
    head, origin = await log.head(), house.settings.log_origin
    note = sign(Checkpoint(origin, head.size, head.root), house.keys.log)
    key = verification_key(origin, house.keys.log.public_key())
    raw = [entry async for entry in log.export(head.size + 1)]
    lines = [header_line(note, key), *(entry_line(index, one) for index, one in enumerate(raw))]
    verify_export(lines, trusted_key=key)
    return [parse_entry(one) for one in raw]


async def _nothing_is_left_lying(tx: Transaction, state: State) -> None:
    """Each pending action is queued, and each running clock is watched at every moment to come."""
    assert await tx.upkeep.unqueued_actions(DELIVER) == []
    unwatched = """
        select id from deadlines
        where stopped_at is null and jsonb_array_length(alarms) + 1 - alarmed > (
            select count(*) from procrastinate_jobs as job
            where job.args ->> 'clock_id' = deadlines.id and job.status in ('todo', 'doing'))
    """
    assert state.rows(unwatched) == []


def _tree_is_complete(state: State, size: int) -> None:
    """Every complete subtree has its one node, the leaves among them."""
    frontier, expected = Frontier(), set()
    for row in state.rows('select entry from log_entries order by "index"'):
        frontier, nodes = frontier.append(leaf_hash(row["entry"]))
        expected |= {(node.level, node.index, node.hash) for node in nodes}
    stored = [tuple(row.values()) for row in state.rows("select * from log_nodes")]
    assert frontier.size == size
    assert len(stored) == len(expected)
    assert set(stored) == expected


def _openings_fit(state: State, entries: Sequence[Entry]) -> None:
    """Each digest has what opens it."""
    names = {(index, name) for index, entry in enumerate(entries) for name in entry.digests}
    kept = {
        (row["index"], row["name"]) for row in state.rows('select "index", name from log_openings')
    }
    assert kept == names


def _entries_have_their_rows(state: State, entries: Sequence[Entry]) -> None:
    """Everything that an entry names by its id is there."""
    named = {one for entry in entries for one in (entry.subject, *entry.ids.values())}
    for prefix, query in _KEPT.items():
        kept = {row["id"] for row in state.rows(query)}
        assert {one for one in named if one.startswith(f"{prefix}_")} <= kept


def _rows_have_their_entries(state: State, entries: Sequence[Entry]) -> None:
    """Each row whose making is recorded has exactly one entry, and each entry such a row."""
    for kind, query in _RECORDED:
        said = Counter(entry.subject for entry in entries if entry.kind == kind)
        assert said == Counter(row["id"] for row in state.rows(query)), kind
    signed_in = sum(entry.kind == "account.signed_in" for entry in entries)
    signed_out = sum(entry.kind == "account.signed_out" for entry in entries)
    sessions = state.rows("select count(*) from sessions")[0]["count"]
    assert sessions in {signed_in - signed_out, 0}, "each of them, or none once all are forgotten"


def _clocks_are_right(state: State, entries: Sequence[Entry]) -> None:
    """A clock starts when the first report came, says so, and gave each alarm once."""
    late = """
        select 1 from deadlines join cases on cases.id = case_id
        where starts_at <> opened_at
           or starts_at <> (select min(received_at) from reports where case_id = cases.id)
    """
    assert state.rows(late) == []
    started = {entry.subject: entry.at for entry in entries if entry.kind == "deadline.started"}
    alarms = Counter(
        entry.subject
        for entry in entries
        if entry.kind in {"deadline.alarmed", "deadline.breached"}
    )
    for row in state.rows("select id, starts_at, alarmed from deadlines"):
        assert (started[row["id"]], alarms[row["id"]]) == (row["starts_at"], row["alarmed"])
    running = "select 1 from deadlines join cases on cases.id = case_id"
    assert state.rows(f"{running} where stopped_at is null and state = 'closed'") == []


def _items_agree(state: State) -> None:
    """What a case says of its content is what the content itself says."""
    apart = """
        select 1 from case_items join contents on contents.id = content_id
        where (case_items.state in ('removed', 'absent')) <> (contents.state = 'removed')
           or (case_items.state = 'hidden') <> (contents.state = 'hidden')
    """
    assert state.rows(apart) == []


def _one_follows_from_the_other(state: State) -> None:
    """What was let out is in the ledger, what is reported is to be hidden, what is decided is under way."""
    for query in _LEFT_UNDONE:
        assert state.rows(query) == [], query


def _removed_once(state: State, gallery: Gallery) -> None:
    """The platform removed once what it said it removed, and nothing else."""
    said = """
        select platform_id from actions join case_items on case_items.id = item_id
        join contents on contents.id = content_id where kind = 'remove' and outcome = 'done'
    """
    acknowledged = {row["platform_id"] for row in state.rows(said)}
    for row in state.rows("select platform_id from contents"):
        post = gallery.post(row["platform_id"])
        if post is not None:
            assert post.removals == int(post.state is PostState.REMOVED)
            assert post.removals or post.id not in acknowledged

"""
Every table, as SQLAlchemy Core sees it.

The words are those of DESIGN.md. Times are ``timestamptz`` in UTC. Ids are made by Raiment
(``<prefix>_<26 characters>``); what the platform calls things is kept in columns named ``platform_*``.
Reporter contact data stands in its own table, so that it can be permitted, and erased, apart.
Long, because one schema is read, and compared with the migrations, as one.
"""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.schema import SchemaItem

from raiment.adapters.postgres.types import PdqBits, Xid8

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)


_THIS_TRANSACTION = text("pg_current_xact_id()")
_PARTS_FIT = "octet_length(parts) % 32 = 0 and octet_length(parts) <= 512"


def _id() -> Column[str]:
    return Column("id", Text, primary_key=True)


def _at(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def _to(name: str, target: str, *, nullable: bool = False) -> Column[str]:
    return Column(name, Text, ForeignKey(target), nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> Column[str]:
    return Column(name, Text, nullable=nullable)


def _signals(*, told: bool = False) -> tuple[SchemaItem, ...]:
    """
    What a picture can be found by: the eight dihedral hashes, the plain ones of its panels in ``parts``.

    *told*: there may be less, where somebody told what is known and no picture was in hand. Of pictures
    stored before that digest came, nobody has it.

    ``number`` is the row's name in an index, ``arrived`` the transaction that wrote it (0: restored).
    """
    return (
        Column("bytes_sha256", LargeBinary, nullable=told, index=True),
        Column("pixels_blake3", LargeBinary, nullable=True, index=True),
        Column("pdq", PdqBits, nullable=told),
        Column("pdq_views", LargeBinary, nullable=False),
        Column("quality", Integer, nullable=False),
        Column("mime", Text, nullable=told),
        Column("width", Integer, nullable=told),
        Column("height", Integer, nullable=told),
        Column("parts", LargeBinary, nullable=False, server_default=""),
        Column("number", BigInteger, Identity(always=True), nullable=False, unique=True),
        Column("arrived", Xid8, nullable=False, server_default=_THIS_TRANSACTION, index=True),
        CheckConstraint(_PARTS_FIT, name="parts"),
    )


def _one_of(column: str, *values: str) -> CheckConstraint:
    allowed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} in ({allowed})", name=column)


# --- evidence ---------------------------------------------------------------------------------

log_entries = Table(
    "log_entries",
    metadata,
    Column("index", BigInteger, primary_key=True, autoincrement=False),
    Column("entry", LargeBinary, nullable=False),
    _text("kind"),
    _text("subject"),
    _at("at"),
    Index("log_entries_subject_idx", "subject"),
)
"""The leaves in order. ``entry`` is the canonical JSON whose RFC 6962 leaf hash is in the tree."""

log_nodes = Table(
    "log_nodes",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("index", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
)
"""Hashes of complete subtrees; level 0 holds the leaf hashes."""

log_head = Table(
    "log_head",
    metadata,
    Column("only", Boolean, primary_key=True, server_default=text("true")),
    Column("size", BigInteger, nullable=False),
    Column("peaks", LargeBinary, nullable=False),
    CheckConstraint('"only"', name="only"),
)
"""One row, the tree's right edge. Locking it puts the appends of all processes in one order."""

log_openings = Table(
    "log_openings",
    metadata,
    Column("index", BigInteger, ForeignKey("log_entries.index"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("salt", LargeBinary, nullable=False),
    Column("value", JSONB, nullable=True),
)
"""What opens a salted digest of an entry. Erasable: the log verifies without it."""

log_checkpoints = Table(
    "log_checkpoints",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    _text("note"),
    _at("signed_at"),
)

installation = Table(
    "installation",
    metadata,
    Column("only", Boolean, primary_key=True, server_default=text("true")),
    _text("secret_fingerprint"),
    _text("log_origin"),
    _at("created_at"),
    CheckConstraint('"only"', name="only"),
)
"""One row: which secret and which log this database belongs to. Two servers must agree with it."""

# --- accounts ---------------------------------------------------------------------------------

accounts = Table(
    "accounts",
    metadata,
    _id(),
    Column("name", Text, nullable=False, unique=True),
    _text("role"),
    _text("password_hash", nullable=True),
    _at("created_at"),
    _at("disabled_at", nullable=True),
    _one_of("role", "reviewer", "lead", "admin"),
)

account_links = Table(
    "account_links",
    metadata,
    Column("token_sha256", LargeBinary, primary_key=True),
    _to("account_id", "accounts.id"),
    _at("expires_at"),
    _at("used_at", nullable=True),
)
"""One-time links with which a person sets a password."""

sessions = Table(
    "sessions",
    metadata,
    Column("token_sha256", LargeBinary, primary_key=True),
    _to("account_id", "accounts.id"),
    _text("csrf_token"),
    _at("created_at"),
    _at("expires_at"),
)

api_keys = Table(
    "api_keys",
    metadata,
    _id(),
    _text("name"),
    Column("secret_sha256", LargeBinary, nullable=False, unique=True),
    Column("scopes", ARRAY(Text), nullable=False),
    _at("created_at"),
    _at("revoked_at", nullable=True),
)

# --- screening --------------------------------------------------------------------------------

screenings = Table(
    "screenings",
    metadata,
    _id(),
    _text("surface"),
    _text("stage"),
    _to("api_key_id", "api_keys.id", nullable=True),
    _text("actor", nullable=True),
    _text("prompt_digest", nullable=True),
    _text("verdict"),
    _text("rule", nullable=True),
    Column("judgement", JSONB, nullable=False),
    Column("findings", JSONB, nullable=False),
    _text("rule_set"),
    _at("at"),
    _one_of("verdict", "allow", "hold", "block"),
    _one_of("stage", "input", "output"),
    Index("screenings_actor_at_idx", "actor", "at"),
)
"""``actor`` and ``prompt_digest`` are keyed digests; no prompt is kept."""

# --- matching ---------------------------------------------------------------------------------

releases = Table(
    "releases",
    metadata,
    _id(),
    _to("screening_id", "screenings.id"),
    _text("actor", nullable=True),
    _text("surface"),
    *_signals(),
    _at("released_at"),
)

release_chains = Table(
    "release_chains",
    metadata,
    Column("release_id", Text, ForeignKey("releases.id"), primary_key=True),
    Column("state", JSONB, nullable=False),
    _at("at"),
    Index("release_chains_at_idx", "at"),
)
"""What was asked to make a release, as ``screening.chain.Chain``: concepts, no words. Soon forgotten."""

chain_denials = Table(
    "chain_denials",
    metadata,
    Column("root", Text, primary_key=True),
    Column("denials", Integer, nullable=False),
    _at("at"),
    Index("chain_denials_at_idx", "at"),
)
"""How many requests on a root were blocked, and when the last was. Soon forgotten."""

hash_banks = Table(
    "hash_banks",
    metadata,
    _id(),
    Column("name", Text, nullable=False, unique=True),
    _text("kind"),
    Column("radius", Integer, nullable=False),
    _text("category", nullable=True),
    _one_of("kind", "confirmed", "reported", "outside", "allow"),
    _one_of("category", "child"),
    CheckConstraint("radius between 0 and 255", name="radius"),
)

bank_entries = Table(
    "bank_entries",
    metadata,
    _id(),
    _to("bank_id", "hash_banks.id"),
    _text("signal_type"),
    _text("value"),
    Column("pdq", PdqBits, nullable=True),
    _text("state"),
    _text("source"),
    _to("case_id", "cases.id", nullable=True),
    _at("added_at"),
    _at("withdrawn_at", nullable=True),
    Column("number", BigInteger, Identity(always=True), nullable=False, unique=True),
    Column("labels", ARRAY(Text), nullable=False, server_default="{}"),
    _at("expires_at", nullable=True),
    _at("flooded_at", nullable=True),
    _at("flood_settled_at", nullable=True),
    UniqueConstraint("bank_id", "signal_type", "value"),
    Index("bank_entries_signal_type_value_idx", "signal_type", "value"),
    Index("bank_entries_bank_id_number_idx", "bank_id", "number"),
    Index(
        "bank_entries_flooded_at_idx",
        "flooded_at",
        postgresql_where=text("flooded_at is not null and flood_settled_at is null"),
    ),
    _to("crop_of", "bank_entries.id", nullable=True),
    Index("bank_entries_crop_of_idx", "crop_of", postgresql_where=text("crop_of is not null")),
    _one_of("signal_type", "pdq", "pdq_crop", "bytes_sha256", "pixels_blake3", "bytes_md5"),
    _one_of("state", "active", "quarantined", "withdrawn"),
)
"""
``number`` is the entry's name in the index of every process; ``flooded_at``: a lead is asked.

A ``pdq_crop`` is of a crop of a picture that we held, whose own entry is ``crop_of``: it ends with it,
and is never told to others as an entry of its own.
"""

bank_feed = Table(
    "bank_feed",
    metadata,
    Column("only", Boolean, primary_key=True, server_default=text("true")),
    Column("position", BigInteger, nullable=False),
    CheckConstraint('"only"', name="only"),
)
"""One row: the position of the newest change. Its lock, held to the commit, orders the changes."""

bank_changes = Table(
    "bank_changes",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("entry_number", BigInteger, nullable=False),
    _at("at"),
    Index("bank_changes_at_idx", "at"),
)
"""Which entry changed, written by triggers. Positions are visible in order and without a gap."""

bank_sightings = Table(
    "bank_sightings",
    metadata,
    Column("entry_id", Text, ForeignKey("bank_entries.id"), primary_key=True),
    Column("picture", LargeBinary, primary_key=True),
    _at("at"),
    Index("bank_sightings_at_idx", "at"),
)
"""
Which uploaded pictures an entry matched lately: more than a few different ones are a flood.

``picture`` is ``Signals.identity``.
"""

bank_imports = Table(
    "bank_imports",
    metadata,
    Column("bank_id", Text, ForeignKey("hash_banks.id"), primary_key=True),
    Column("file_sha256", LargeBinary, primary_key=True),
    Column("lines", BigInteger, nullable=False),
    Column("offset", BigInteger, nullable=False),
    _at("at"),
)
"""How far a file was imported: an interrupted import goes on from there."""

contents = Table(
    "contents",
    metadata,
    _id(),
    Column("platform_id", Text, nullable=False, unique=True),
    _text("location", nullable=True),
    _text("media_url", nullable=True),
    _text("uploader", nullable=True),
    _text("state"),
    _text("verdict"),
    _text("rule", nullable=True),
    Column("matches", JSONB, nullable=False),
    *_signals(told=True),
    Column("bytes_md5", LargeBinary, nullable=True, index=True),
    Column("pixels_sha256", LargeBinary, nullable=True),
    _at("registered_at"),
    Index("contents_location_idx", "location"),
    _one_of("state", "visible", "held", "blocked", "hidden", "removed"),
    _one_of("verdict", "allow", "hold", "block"),
    CheckConstraint(
        "num_nonnulls(bytes_sha256, pixels_blake3, pixels_sha256, bytes_md5, pdq) > 0",
        name="signals",
    ),
)
"""``pixels_sha256``: told before BLAKE3 digested pixels, where nothing else was; compared with nothing."""

# --- casework ---------------------------------------------------------------------------------

cases = Table(
    "cases",
    metadata,
    _id(),
    _text("state"),
    Column("severity", Integer, nullable=False),
    Column("child", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("second_look", Boolean, nullable=False),
    _at("opened_at"),
    _at("closed_at", nullable=True),
    _to("claimed_by", "accounts.id", nullable=True),
    _at("claim_expires_at", nullable=True),
    _one_of("state", "open", "removing", "restoring", "closed"),
    Index("cases_state_idx", "state"),
)

reports = Table(
    "reports",
    metadata,
    _id(),
    _to("case_id", "cases.id"),
    Column("reference", Text, nullable=False, unique=True),
    Column("secret_sha256", LargeBinary, nullable=False),
    _text("route"),
    _text("form_version"),
    Column("answers", JSONB, nullable=False),
    Column("regimes_satisfied", ARRAY(Text), nullable=False),
    Column("missing", JSONB, nullable=False),
    Column("child", Boolean, nullable=False),
    _at("received_at"),
    Index("reports_case_id_idx", "case_id"),
)

reporters = Table(
    "reporters",
    metadata,
    Column("report_id", Text, ForeignKey("reports.id"), primary_key=True),
    _text("name", nullable=True),
    _text("contact", nullable=True),
    _text("signature", nullable=True),
)
"""Who reported. Read only where contact is the purpose; never shown to the uploader."""

case_items = Table(
    "case_items",
    metadata,
    _id(),
    _to("case_id", "cases.id"),
    _to("content_id", "contents.id", nullable=True),
    _text("location", nullable=True),
    _text("found_by"),
    Column("distance", Integer, nullable=True),
    _text("view", nullable=True),
    _text("state"),
    _at("added_at"),
    _at("verified_at", nullable=True),
    UniqueConstraint("case_id", "content_id"),
    UniqueConstraint("case_id", "location"),
    _one_of("found_by", "reported", "bytes", "pixels", "pdq"),
    _one_of("state", "listed", "hidden", "removed", "absent", "restored"),
    CheckConstraint("content_id is not null or location is not null", name="identified"),
)

case_releases = Table(
    "case_releases",
    metadata,
    _to("case_id", "cases.id"),
    _to("release_id", "releases.id"),
    _text("found_by"),
    Column("distance", Integer, nullable=True),
    _text("view", nullable=True),
    UniqueConstraint("case_id", "release_id"),
)
"""Releases of our own that show the reported image: who made it, by which request."""

deadlines = Table(
    "deadlines",
    metadata,
    _id(),
    _to("case_id", "cases.id"),
    _text("regime"),
    _text("clock"),
    _text("citation"),
    _text("basis"),
    Column("alarms", JSONB, nullable=False),
    Column("stops", ARRAY(Text), nullable=False),
    _at("starts_at"),
    _at("due_at"),
    _at("stopped_at", nullable=True),
    _text("stop_ground", nullable=True),
    Column("alarmed", Integer, nullable=False, server_default="0"),
    UniqueConstraint("case_id", "regime", "clock"),
    Index("deadlines_due_at_idx", "due_at", postgresql_where=text("stopped_at is null")),
)

decisions = Table(
    "decisions",
    metadata,
    _id(),
    _to("case_id", "cases.id"),
    Column("case_version", Integer, nullable=False),
    _text("outcome"),
    _text("reason"),
    _to("decided_by", "accounts.id"),
    _at("decided_at"),
    UniqueConstraint("case_id", "case_version"),
    _one_of("outcome", "remove", "not_intimate", "not_subject", "second_look"),
)

actions = Table(
    "actions",
    metadata,
    _id(),
    _to("case_id", "cases.id"),
    _to("item_id", "case_items.id"),
    _text("kind"),
    Column("round", Integer, nullable=False),
    _text("state"),
    _text("outcome", nullable=True),
    Column("attempts", Integer, nullable=False),
    _text("last_answer", nullable=True),
    _at("created_at"),
    _at("acknowledged_at", nullable=True),
    UniqueConstraint("item_id", "kind", "round"),
    Index("actions_case_id_idx", "case_id"),
    _one_of("kind", "hide", "remove", "restore", "verify"),
    _one_of("state", "pending", "acknowledged", "superseded"),
    _one_of("outcome", "done", "absent", "present"),
)
"""``unique (item_id, kind, round)`` is what makes a removal happen once, whoever asks for it again."""

# --- floor ------------------------------------------------------------------------------------

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("key_sha256", LargeBinary, primary_key=True),
    Column("request_sha256", LargeBinary, nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    _at("stored_at"),
)

rate_windows = Table(
    "rate_windows",
    metadata,
    Column("key_sha256", LargeBinary, primary_key=True),
    Column("hits", Integer, nullable=False),
    _at("expires_at"),
    prefixes=["UNLOGGED"],
)
"""Counters of the public doors. Unlogged: losing them in a crash only forgets who knocked."""

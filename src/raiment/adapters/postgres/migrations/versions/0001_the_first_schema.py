"""
The first schema.

One step as alembic wrote it, table after table: long, and never to be changed again.
"""

from importlib.resources import files

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from raiment.adapters.postgres.types import PdqBits

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "accounts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role in ('reviewer', 'lead', 'admin')", name=op.f("accounts_role_check")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("accounts_pkey")),
        sa.UniqueConstraint("name", name=op.f("accounts_name_key")),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("api_keys_pkey")),
        sa.UniqueConstraint("secret_sha256", name=op.f("api_keys_secret_sha256_key")),
    )
    op.create_table(
        "contents",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("platform_id", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("media_url", sa.Text(), nullable=True),
        sa.Column("uploader", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("matches", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("bytes_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("pixels_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("pdq", PdqBits(), nullable=False),
        sa.Column("pdq_views", sa.LargeBinary(), nullable=False),
        sa.Column("quality", sa.Integer(), nullable=False),
        sa.Column("mime", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state in ('visible', 'held', 'blocked', 'hidden', 'removed')",
            name=op.f("contents_state_check"),
        ),
        sa.CheckConstraint(
            "verdict in ('allow', 'hold', 'block')", name=op.f("contents_verdict_check")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("contents_pkey")),
        sa.UniqueConstraint("platform_id", name=op.f("contents_platform_id_key")),
    )
    op.create_index("contents_bytes_sha256_idx", "contents", ["bytes_sha256"], unique=False)
    op.create_index("contents_location_idx", "contents", ["location"], unique=False)
    op.create_index("contents_pixels_sha256_idx", "contents", ["pixels_sha256"], unique=False)
    op.create_table(
        "hash_banks",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("radius", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind in ('confirmed', 'reported', 'outside')", name=op.f("hash_banks_kind_check")
        ),
        sa.CheckConstraint("radius between 0 and 255", name=op.f("hash_banks_radius_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("hash_banks_pkey")),
        sa.UniqueConstraint("name", name=op.f("hash_banks_name_key")),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("key_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("request_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("scope", "key_sha256", name=op.f("idempotency_keys_pkey")),
    )
    op.create_table(
        "installation",
        sa.Column("only", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("secret_fingerprint", sa.Text(), nullable=False),
        sa.Column("log_origin", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint('"only"', name=op.f("installation_only_check")),
        sa.PrimaryKeyConstraint("only", name=op.f("installation_pkey")),
    )
    op.create_table(
        "log_checkpoints",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("log_checkpoints_pkey")),
    )
    op.create_table(
        "log_entries",
        sa.Column("index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("index", name=op.f("log_entries_pkey")),
    )
    op.create_index("log_entries_subject_idx", "log_entries", ["subject"], unique=False)
    op.create_table(
        "log_head",
        sa.Column("only", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("peaks", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint('"only"', name=op.f("log_head_only_check")),
        sa.PrimaryKeyConstraint("only", name=op.f("log_head_pkey")),
    )
    op.create_table(
        "log_nodes",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "index", name=op.f("log_nodes_pkey")),
    )
    op.create_table(
        "rate_windows",
        sa.Column("key_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key_sha256", name=op.f("rate_windows_pkey")),
        prefixes=["UNLOGGED"],
    )
    op.create_table(
        "account_links",
        sa.Column("token_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("account_links_account_id_fkey")
        ),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("account_links_pkey")),
    )
    op.create_table(
        "cases",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("child", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("second_look", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("claim_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state in ('open', 'removing', 'restoring', 'closed')", name=op.f("cases_state_check")
        ),
        sa.ForeignKeyConstraint(
            ["claimed_by"], ["accounts.id"], name=op.f("cases_claimed_by_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("cases_pkey")),
    )
    op.create_index("cases_state_idx", "cases", ["state"], unique=False)
    op.create_table(
        "log_openings",
        sa.Column("index", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("value", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.ForeignKeyConstraint(
            ["index"], ["log_entries.index"], name=op.f("log_openings_index_fkey")
        ),
        sa.PrimaryKeyConstraint("index", "name", name=op.f("log_openings_pkey")),
    )
    op.create_table(
        "screenings",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("surface", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("api_key_id", sa.Text(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=True),
        sa.Column("prompt_digest", sa.Text(), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=True),
        sa.Column("judgement", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("findings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("rule_set", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("stage in ('input', 'output')", name=op.f("screenings_stage_check")),
        sa.CheckConstraint(
            "verdict in ('allow', 'hold', 'block')", name=op.f("screenings_verdict_check")
        ),
        sa.ForeignKeyConstraint(
            ["api_key_id"], ["api_keys.id"], name=op.f("screenings_api_key_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("screenings_pkey")),
    )
    op.create_index("screenings_actor_at_idx", "screenings", ["actor", "at"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("token_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("csrf_token", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("sessions_account_id_fkey")
        ),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("sessions_pkey")),
    )
    op.create_table(
        "bank_entries",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("bank_id", sa.Text(), nullable=False),
        sa.Column("signal_type", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("pdq", PdqBits(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "signal_type in ('pdq', 'bytes_sha256', 'pixels_sha256')",
            name=op.f("bank_entries_signal_type_check"),
        ),
        sa.CheckConstraint(
            "state in ('active', 'withdrawn')", name=op.f("bank_entries_state_check")
        ),
        sa.ForeignKeyConstraint(
            ["bank_id"], ["hash_banks.id"], name=op.f("bank_entries_bank_id_fkey")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("bank_entries_case_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("bank_entries_pkey")),
        sa.UniqueConstraint(
            "bank_id",
            "signal_type",
            "value",
            name=op.f("bank_entries_bank_id_signal_type_value_key"),
        ),
    )
    op.create_index(
        "bank_entries_signal_type_value_idx", "bank_entries", ["signal_type", "value"], unique=False
    )
    op.create_table(
        "case_items",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("content_id", sa.Text(), nullable=True),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("found_by", sa.Text(), nullable=False),
        sa.Column("distance", sa.Integer(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "found_by in ('reported', 'bytes', 'pixels', 'pdq')",
            name=op.f("case_items_found_by_check"),
        ),
        sa.CheckConstraint(
            "state in ('listed', 'hidden', 'removed', 'absent', 'restored')",
            name=op.f("case_items_state_check"),
        ),
        sa.CheckConstraint(
            "content_id is not null or location is not null",
            name=op.f("case_items_identified_check"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("case_items_case_id_fkey")),
        sa.ForeignKeyConstraint(
            ["content_id"], ["contents.id"], name=op.f("case_items_content_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("case_items_pkey")),
        sa.UniqueConstraint(
            "case_id", "content_id", name=op.f("case_items_case_id_content_id_key")
        ),
        sa.UniqueConstraint("case_id", "location", name=op.f("case_items_case_id_location_key")),
    )
    op.create_table(
        "deadlines",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("regime", sa.Text(), nullable=False),
        sa.Column("clock", sa.Text(), nullable=False),
        sa.Column("citation", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("alarms", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("stops", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stop_ground", sa.Text(), nullable=True),
        sa.Column("alarmed", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("deadlines_case_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("deadlines_pkey")),
        sa.UniqueConstraint(
            "case_id", "regime", "clock", name=op.f("deadlines_case_id_regime_clock_key")
        ),
    )
    op.create_index(
        "deadlines_due_at_idx",
        "deadlines",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("stopped_at is null"),
    )
    op.create_table(
        "decisions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("case_version", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "outcome in ('remove', 'not_intimate', 'not_subject', 'second_look')",
            name=op.f("decisions_outcome_check"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("decisions_case_id_fkey")),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["accounts.id"], name=op.f("decisions_decided_by_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("decisions_pkey")),
        sa.UniqueConstraint(
            "case_id", "case_version", name=op.f("decisions_case_id_case_version_key")
        ),
    )
    op.create_table(
        "releases",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("screening_id", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=True),
        sa.Column("surface", sa.Text(), nullable=False),
        sa.Column("bytes_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("pixels_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("pdq", PdqBits(), nullable=False),
        sa.Column("pdq_views", sa.LargeBinary(), nullable=False),
        sa.Column("quality", sa.Integer(), nullable=False),
        sa.Column("mime", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["screening_id"], ["screenings.id"], name=op.f("releases_screening_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("releases_pkey")),
    )
    op.create_index("releases_bytes_sha256_idx", "releases", ["bytes_sha256"], unique=False)
    op.create_index("releases_pixels_sha256_idx", "releases", ["pixels_sha256"], unique=False)
    op.create_table(
        "reports",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("secret_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("form_version", sa.Text(), nullable=False),
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("regimes_satisfied", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("missing", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("child", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("reports_case_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("reports_pkey")),
        sa.UniqueConstraint("reference", name=op.f("reports_reference_key")),
    )
    op.create_index("reports_case_id_idx", "reports", ["case_id"], unique=False)
    op.create_table(
        "actions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_answer", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind in ('hide', 'remove', 'restore', 'verify')", name=op.f("actions_kind_check")
        ),
        sa.CheckConstraint(
            "outcome in ('done', 'absent', 'present')", name=op.f("actions_outcome_check")
        ),
        sa.CheckConstraint(
            "state in ('pending', 'acknowledged', 'superseded')", name=op.f("actions_state_check")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("actions_case_id_fkey")),
        sa.ForeignKeyConstraint(["item_id"], ["case_items.id"], name=op.f("actions_item_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("actions_pkey")),
        sa.UniqueConstraint(
            "item_id", "kind", "round", name=op.f("actions_item_id_kind_round_key")
        ),
    )
    op.create_index("actions_case_id_idx", "actions", ["case_id"], unique=False)
    op.create_table(
        "case_releases",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("release_id", sa.Text(), nullable=False),
        sa.Column("found_by", sa.Text(), nullable=False),
        sa.Column("distance", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("case_releases_case_id_fkey")),
        sa.ForeignKeyConstraint(
            ["release_id"], ["releases.id"], name=op.f("case_releases_release_id_fkey")
        ),
        sa.UniqueConstraint(
            "case_id", "release_id", name=op.f("case_releases_case_id_release_id_key")
        ),
    )
    op.create_table(
        "reporters",
        sa.Column("report_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.Column("signature", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["report_id"], ["reports.id"], name=op.f("reporters_report_id_fkey")
        ),
        sa.PrimaryKeyConstraint("report_id", name=op.f("reporters_pkey")),
    )
    op.execute("insert into log_head (size, peaks) values (0, '')")
    op.execute(_APPEND_ONLY)
    for table in ("log_entries", "log_nodes", "log_checkpoints"):
        op.execute(
            f"create trigger append_only before update or delete or truncate on {table}"
            " for each statement execute function refuse_change()"
        )
    # The driver's own protocol: the file holds several statements and percent signs.
    text = (
        files("raiment.adapters.postgres.migrations").joinpath("procrastinate_3_10.sql").read_text()
    )
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute(text)


_APPEND_ONLY = """
create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name;
end
$$
"""

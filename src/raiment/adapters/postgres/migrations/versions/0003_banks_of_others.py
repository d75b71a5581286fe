"""Banks of others, allow-lists, quarantine; and the order in which entries changed."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    _one_of("hash_banks", "kind", "confirmed", "reported", "outside", "allow")
    _one_of("bank_entries", "signal_type", "pdq", "bytes_sha256", "pixels_sha256", "bytes_md5")
    _one_of("bank_entries", "state", "active", "quarantined", "withdrawn")
    identity = sa.Identity(always=True)
    op.add_column("bank_entries", sa.Column("number", sa.BigInteger(), identity, nullable=False))
    op.create_unique_constraint("bank_entries_number_key", "bank_entries", ["number"])
    texts: sa.ARRAY[str] = sa.ARRAY(sa.Text())
    op.add_column("bank_entries", sa.Column("labels", texts, server_default="{}", nullable=False))
    for name in ("expires_at", "flooded_at", "flood_settled_at"):
        op.add_column("bank_entries", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_index("bank_entries_bank_id_number_idx", "bank_entries", ["bank_id", "number"])
    op.create_index(
        "bank_entries_flooded_at_idx",
        "bank_entries",
        ["flooded_at"],
        postgresql_where=sa.text("flooded_at is not null and flood_settled_at is null"),
    )
    op.create_table(
        "bank_sightings",
        sa.Column("entry_id", sa.Text(), nullable=False),
        sa.Column("pixels_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["bank_entries.id"], name=op.f("bank_sightings_entry_id_fkey")
        ),
        sa.PrimaryKeyConstraint("entry_id", "pixels_sha256", name=op.f("bank_sightings_pkey")),
    )
    op.create_index("bank_sightings_at_idx", "bank_sightings", ["at"])
    op.create_table(
        "bank_imports",
        sa.Column("bank_id", sa.Text(), nullable=False),
        sa.Column("file_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["bank_id"], ["hash_banks.id"], name=op.f("bank_imports_bank_id_fkey")
        ),
        sa.PrimaryKeyConstraint("bank_id", "file_sha256", name=op.f("bank_imports_pkey")),
    )
    _feed()


def _one_of(table: str, column: str, *values: str) -> None:
    allowed = ", ".join(f"'{value}'" for value in values)
    name = f"{table}_{column}_check"
    op.drop_constraint(op.f(name), table)
    op.create_check_constraint(op.f(name), table, f"{column} in ({allowed})")


def _feed() -> None:
    op.create_table(
        "bank_feed",
        sa.Column("only", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.CheckConstraint('"only"', name=op.f("bank_feed_only_check")),
        sa.PrimaryKeyConstraint("only", name=op.f("bank_feed_pkey")),
    )
    op.create_table(
        "bank_changes",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_number", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("bank_changes_pkey")),
    )
    op.create_index("bank_changes_at_idx", "bank_changes", ["at"])
    op.execute("insert into bank_feed (position) values (0)")
    for statement in _TRIGGERS:
        op.execute(statement)


_TRIGGERS = (
    """
create function hold_bank_feed() returns trigger language plpgsql as $$
begin
    -- Before any row of an entry is locked, so that no two transactions wait for each other.
    perform from bank_feed for update;
    return null;
end
$$
""",
    """
create function note_bank_changes() returns trigger language plpgsql as $$
declare
    how_many bigint;
    before bigint;
begin
    select count(*) into how_many from changed;
    if how_many = 0 then
        return null;
    end if;
    update bank_feed set position = position + how_many
        returning position - how_many into before;
    insert into bank_changes (position, entry_number, at)
        select before + row_number() over (order by number), number, clock_timestamp() from changed;
    notify bank_changes;
    return null;
end
$$
""",
    """
create trigger hold_feed before insert or update on bank_entries
    for each statement execute function hold_bank_feed()
""",
    """
create trigger note_inserted after insert on bank_entries referencing new table as changed
    for each statement execute function note_bank_changes()
""",
    """
create trigger note_updated after update on bank_entries referencing new table as changed
    for each statement execute function note_bank_changes()
""",
)
"""
A change's position is taken under the lock of the one row of ``bank_feed``, which is held to the commit:
positions become visible in their order and without a gap. A sequence would not do: of two transactions,
the one with the smaller number may commit last, and whoever had read past it would never see it.
"""

"""Parts of pictures, so that a search backwards finds them; crops in banks."""

import sqlalchemy as sa
from alembic import op

from raiment.adapters.postgres.types import Xid8

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    for table in ("contents", "releases"):
        parts = sa.Column("parts", sa.LargeBinary(), server_default="", nullable=False)
        op.add_column(table, parts)
        whole = "octet_length(parts) % 32 = 0 and octet_length(parts) <= 512"
        op.create_check_constraint(op.f(f"{table}_parts_check"), table, whole)
        identity = sa.Identity(always=True)
        op.add_column(table, sa.Column("number", sa.BigInteger(), identity, nullable=False))
        op.create_unique_constraint(f"{table}_number_key", table, ["number"])
        now = sa.text("pg_current_xact_id()")
        op.add_column(table, sa.Column("arrived", Xid8(), server_default=now, nullable=False))
        op.create_index(f"{table}_arrived_idx", table, ["arrived"])
    for table in ("case_items", "case_releases"):
        op.add_column(table, sa.Column("view", sa.Text(), nullable=True))
    name = op.f("bank_entries_signal_type_check")
    op.drop_constraint(name, "bank_entries")
    kinds = "'pdq', 'pdq_crop', 'bytes_sha256', 'pixels_sha256', 'bytes_md5'"
    op.create_check_constraint(name, "bank_entries", f"signal_type in ({kinds})")
    op.add_column("bank_entries", sa.Column("crop_of", sa.Text(), nullable=True))
    op.create_foreign_key(
        op.f("bank_entries_crop_of_fkey"), "bank_entries", "bank_entries", ["crop_of"], ["id"]
    )
    op.create_index(
        "bank_entries_crop_of_idx",
        "bank_entries",
        ["crop_of"],
        postgresql_where=sa.text("crop_of is not null"),
    )

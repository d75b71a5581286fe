"""
The digest of pixels is BLAKE3's: what was stored of SHA-256 can be compared with nothing any more.

No pixels are kept, so the old digests cannot be made anew. They go, with the bank entries that were nothing
else; the log's openings keep those of releases. Content of which nothing but such a digest was told keeps it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    for table in ("contents", "releases"):
        op.drop_index(f"{table}_pixels_sha256_idx", table)
        op.add_column(table, sa.Column("pixels_blake3", sa.LargeBinary(), nullable=True))
        op.create_index(f"{table}_pixels_blake3_idx", table, ["pixels_blake3"])
    op.drop_column("releases", "pixels_sha256")
    op.execute(
        """
        update contents set pixels_sha256 = null
        where pixels_sha256 is not null and num_nonnulls(bytes_sha256, bytes_md5, pdq) > 0
        """
    )
    op.drop_constraint(op.f("contents_signals_check"), "contents")
    op.create_check_constraint(
        op.f("contents_signals_check"),
        "contents",
        "num_nonnulls(bytes_sha256, pixels_blake3, pixels_sha256, bytes_md5, pdq) > 0",
    )
    _banks()


def _banks() -> None:
    # Those of the last hour: kept, they would count a picture that comes again as another one.
    op.drop_table("bank_sightings")
    op.create_table(
        "bank_sightings",
        sa.Column("entry_id", sa.Text(), nullable=False),
        sa.Column("picture", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["bank_entries.id"], name=op.f("bank_sightings_entry_id_fkey")
        ),
        sa.PrimaryKeyConstraint("entry_id", "picture", name=op.f("bank_sightings_pkey")),
    )
    op.create_index("bank_sightings_at_idx", "bank_sightings", ["at"])
    op.execute("delete from bank_entries where signal_type = 'pixels_sha256'")
    op.drop_constraint(op.f("bank_entries_signal_type_check"), "bank_entries")
    op.create_check_constraint(
        op.f("bank_entries_signal_type_check"),
        "bank_entries",
        "signal_type in ('pdq', 'pdq_crop', 'bytes_sha256', 'pixels_blake3', 'bytes_md5')",
    )

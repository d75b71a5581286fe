"""Lists of child-protection hotlines; content of which only hashes were told."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("hash_banks", sa.Column("category", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("hash_banks_category_check"), "hash_banks", "category in ('child')"
    )
    for column in ("bytes_sha256", "pixels_sha256", "pdq", "mime", "width", "height"):
        op.alter_column("contents", column, nullable=True)
    op.add_column("contents", sa.Column("bytes_md5", sa.LargeBinary(), nullable=True))
    op.create_index("contents_bytes_md5_idx", "contents", ["bytes_md5"])
    op.create_check_constraint(
        op.f("contents_signals_check"),
        "contents",
        "num_nonnulls(bytes_sha256, pixels_sha256, bytes_md5, pdq) > 0",
    )

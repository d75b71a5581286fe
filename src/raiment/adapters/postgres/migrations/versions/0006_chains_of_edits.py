"""Chains of edits: what led to a release, and how often requests on a root were blocked."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "release_chains",
        sa.Column("release_id", sa.Text(), nullable=False),
        sa.Column("state", JSONB(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"], ["releases.id"], name=op.f("release_chains_release_id_fkey")
        ),
        sa.PrimaryKeyConstraint("release_id", name=op.f("release_chains_pkey")),
    )
    op.create_index("release_chains_at_idx", "release_chains", ["at"])
    op.create_table(
        "chain_denials",
        sa.Column("root", sa.Text(), nullable=False),
        sa.Column("denials", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("root", name=op.f("chain_denials_pkey")),
    )
    op.create_index("chain_denials_at_idx", "chain_denials", ["at"])

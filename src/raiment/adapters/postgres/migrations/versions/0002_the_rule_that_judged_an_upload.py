"""Keep by which rule an upload was judged."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("contents", sa.Column("rule", sa.Text(), nullable=True))

"""Keep what an edit of one cycle alone puts into its order."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("billing_cycles", sa.Column("contents", JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("billing_cycles", "contents")

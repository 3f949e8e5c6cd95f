"""Remember how far a shop's open cycles have been moved to a new billing hour."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("billing_settings", sa.Column("moving_after_id", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("billing_settings", "moving_after_id")

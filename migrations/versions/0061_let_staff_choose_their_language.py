"""Let staff choose the language they are spoken to in; null is as in Shopify."""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("shops", sa.Column("staff_language", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("shops", "staff_language")

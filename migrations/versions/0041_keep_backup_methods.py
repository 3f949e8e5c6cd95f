"""Keep with a contract the payment method that its shopper chose to be tried when the first fails."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contracts", sa.Column("backup_method_gid", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("contracts", "backup_method_gid")

"""Name the places that keep stock."""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("inventory_levels", sa.Column("location_name", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("inventory_levels", "location_name")

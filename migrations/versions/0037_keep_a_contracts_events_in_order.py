"""Find a contract's earlier events that still wait by an index: a backlog compared each with each took minutes."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_deliveries_in_order",
        "deliveries",
        ["shop_id", "contract_gid", "channel", "id"],
        postgresql_where=sa.text("state = 'pending'"),
    )


def downgrade() -> None:
    op.drop_index("ix_deliveries_in_order", table_name="deliveries")

"""Keep what a prepaid delivery holds and the day that was told, so that a delivery that moves is told again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "fulfillment_orders",
        sa.Column("lines", postgresql.JSONB(), nullable=False, server_default=sa.text("'[]'::jsonb")),
    )
    op.add_column("fulfillment_orders", sa.Column("told_for", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_fulfillment_orders_told",
        "fulfillment_orders",
        ["shopify_updated_at"],
        postgresql_where=sa.text("told_for is not null and status in ('SCHEDULED', 'CANCELLED')"),
    )
    # read those that are still to come once more, for their lines
    op.execute(
        "update orders set deliveries_read_of = null, deliveries_read_at = null where id in"
        " (select order_id from fulfillment_orders where status = 'SCHEDULED')"
    )


def downgrade() -> None:
    op.drop_index("ix_fulfillment_orders_told", table_name="fulfillment_orders")
    op.drop_column("fulfillment_orders", "told_for")
    op.drop_column("fulfillment_orders", "lines")

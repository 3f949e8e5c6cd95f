"""Find what is to be shipped: what of an order is not shipped yet, from where, and which contracts are prepaid."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

OTHER_RHYTHM = (
    "billing_policy ->> 'interval' <> delivery_policy ->> 'interval' "
    "or billing_policy ->> 'intervalCount' <> delivery_policy ->> 'intervalCount'"
)


def upgrade() -> None:
    op.add_column(
        "orders", sa.Column("unshipped", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False)
    )
    op.create_index(
        "ix_orders_unshipped", "orders", ["shop_id"], postgresql_where=sa.text("unshipped <> '[]'::jsonb")
    )
    op.add_column("fulfillment_orders", sa.Column("location", sa.Text(), nullable=True))
    op.create_index(
        "ix_fulfillment_orders_to_ship",
        "fulfillment_orders",
        ["shop_id", "fulfill_at"],
        postgresql_where=sa.text("status in ('OPEN', 'SCHEDULED', 'IN_PROGRESS', 'ON_HOLD')"),
    )
    op.create_index(
        "ix_contracts_other_rhythm", "contracts", ["shop_id", "id"], postgresql_where=sa.text(OTHER_RHYTHM)
    )


def downgrade() -> None:
    op.drop_index("ix_contracts_other_rhythm", "contracts")
    op.drop_index("ix_fulfillment_orders_to_ship", "fulfillment_orders")
    op.drop_column("fulfillment_orders", "location")
    op.drop_index("ix_orders_unshipped", "orders")
    op.drop_column("orders", "unshipped")

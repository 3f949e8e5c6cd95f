"""Tell prepaid deliveries: the fulfillment orders of prepaid orders, and when they were read."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("orders", sa.Column("deliveries_read_at", INSTANT, nullable=True))
    op.add_column("orders", sa.Column("deliveries_read_of", INSTANT, nullable=True))
    op.create_table(
        "fulfillment_orders",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("contract_gid", sa.Text(), nullable=False),
        sa.Column("shopify_gid", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("fulfill_at", INSTANT, nullable=False),
        sa.Column("shopify_updated_at", INSTANT, nullable=False),
        sa.Column("planned_for", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_fulfillment_orders_order_id_orders"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_fulfillment_orders_shop_id_shops"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fulfillment_orders")),
        sa.UniqueConstraint(
            "shop_id",
            "shopify_gid",
            "contract_gid",
            name=op.f("uq_fulfillment_orders_shop_id_shopify_gid_contract_gid"),
        ),
    )
    op.create_index("ix_fulfillment_orders_order", "fulfillment_orders", ["order_id"])
    op.create_index("ix_fulfillment_orders_contract", "fulfillment_orders", ["shop_id", "contract_gid"])
    op.create_index(
        "ix_fulfillment_orders_scheduled",
        "fulfillment_orders",
        ["fulfill_at"],
        postgresql_where=sa.text("status = 'SCHEDULED'"),
    )


def downgrade() -> None:
    op.drop_table("fulfillment_orders")
    op.drop_column("orders", "deliveries_read_of")
    op.drop_column("orders", "deliveries_read_at")

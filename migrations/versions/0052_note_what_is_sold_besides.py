"""Note what is sold besides subscriptions, for the pace at which a shelf empties."""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "one_time_sales",
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("order_gid", sa.Text(), nullable=False),
        sa.Column("variant_gid", sa.Text(), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("sold_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_one_time_sales_shop_id_shops"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("shop_id", "order_gid", "variant_gid", name=op.f("pk_one_time_sales")),
    )
    op.create_index(
        "ix_one_time_sales_variant",
        "one_time_sales",
        ["shop_id", "variant_gid", "sold_at"],
        postgresql_include=["units"],
    )
    op.create_index("ix_one_time_sales_sold", "one_time_sales", ["shop_id", "sold_at"])


def downgrade() -> None:
    op.drop_table("one_time_sales")

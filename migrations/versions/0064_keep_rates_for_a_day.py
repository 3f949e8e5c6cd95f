"""Keep for a day how often a shop's orders are skipped and its subscriptions cancelled."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stock_rates",
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("groups", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("shop_id", name="pk_stock_rates"),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name="fk_stock_rates_shop_id_shops", ondelete="CASCADE"),
    )


def downgrade() -> None:
    op.drop_table("stock_rates")

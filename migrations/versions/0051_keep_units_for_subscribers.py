"""Keep how many units themes are told to hold back for subscribers, and what Shopify was last told of it."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("stock_items", sa.Column("kept_units", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("stock_items", sa.Column("kept_told", sa.BigInteger(), server_default="0", nullable=True))
    op.add_column("stock_items", sa.Column("kept_again_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_stock_items_kept",
        "stock_items",
        ["id"],
        unique=False,
        postgresql_where=sa.text("kept_told is distinct from kept_units"),
    )


def downgrade() -> None:
    op.drop_index("ix_stock_items_kept", table_name="stock_items")
    op.drop_column("stock_items", "kept_again_at")
    op.drop_column("stock_items", "kept_told")
    op.drop_column("stock_items", "kept_units")

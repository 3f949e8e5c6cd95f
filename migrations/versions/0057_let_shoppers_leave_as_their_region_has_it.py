"""Let shoppers leave as their region has it: rows of regions, the discount for who stays, withdrawals."""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "leaving_regions",
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("asks_reason", sa.Boolean(), nullable=False),
        sa.Column("offers", sa.Boolean(), nullable=False),
        sa.Column("withdrawal_days", sa.BigInteger(), nullable=True),
        sa.Column("exempt", sa.Text(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        _belongs("leaving_regions"),
        sa.PrimaryKeyConstraint("shop_id", "code", name=op.f("pk_leaving_regions")),
    )
    op.create_table(
        "leaving_offers",
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("percentage", sa.BigInteger(), nullable=False),
        sa.Column("orders", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.CheckConstraint("percentage between 1 and 100", name=op.f("ck_leaving_offers_percentage")),
        sa.CheckConstraint("orders >= 1", name=op.f("ck_leaving_offers_orders")),
        _belongs("leaving_offers"),
        sa.PrimaryKeyConstraint("shop_id", name=op.f("pk_leaving_offers")),
    )
    op.add_column("contracts", sa.Column("withdrawn_at", INSTANT, nullable=True))
    op.add_column("contracts", sa.Column("offer_taken_at", INSTANT, nullable=True))
    op.add_column("shops", sa.Column("country", sa.Text(), nullable=True))


def _belongs(table: str) -> sa.Constraint:
    return sa.ForeignKeyConstraint(
        ["shop_id"], ["shops.id"], name=op.f(f"fk_{table}_shop_id_shops"), ondelete="CASCADE"
    )


def downgrade() -> None:
    op.drop_column("shops", "country")
    op.drop_column("contracts", "offer_taken_at")
    op.drop_column("contracts", "withdrawn_at")
    op.drop_table("leaving_offers")
    op.drop_table("leaving_regions")

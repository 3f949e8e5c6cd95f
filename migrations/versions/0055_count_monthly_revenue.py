"""Count what subscriptions bring in a month, and why it moved."""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "revenue_counts",
        *_of_shop("revenue_counts", "shop_id"),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("counted_day", sa.Date(), nullable=False),
        sa.Column("counted_to", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "contract_revenue",
        *_of_shop("contract_revenue", "shop_id", "contract_id"),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("mrr", sa.Numeric(), nullable=False),
    )
    op.create_table(
        "revenue_movements",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(), nullable=False),
        sa.Column("active", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        _belongs("revenue_movements"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revenue_movements")),
    )
    op.create_index("ix_revenue_movements_day", "revenue_movements", ["shop_id", "day"])
    op.create_table(
        "daily_movements",
        *_of_shop("daily_movements", "shop_id", "day", "currency", "kind", "reason"),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.Numeric(), nullable=False),
    )
    op.create_table(
        "daily_revenue",
        *_of_shop("daily_revenue", "shop_id", "day", "currency"),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("mrr", sa.Numeric(), nullable=False),
        sa.Column("active", sa.BigInteger(), nullable=False),
    )


def _of_shop(table: str, *key: str) -> tuple[sa.Column | sa.Constraint, ...]:
    primary = sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{table}"))
    return sa.Column("shop_id", sa.BigInteger(), nullable=False), _belongs(table), primary


def _belongs(table: str) -> sa.Constraint:
    return sa.ForeignKeyConstraint(
        ["shop_id"], ["shops.id"], name=op.f(f"fk_{table}_shop_id_shops"), ondelete="CASCADE"
    )


def downgrade() -> None:
    for table in ("daily_revenue", "daily_movements", "revenue_movements", "contract_revenue", "revenue_counts"):
        op.drop_table(table)

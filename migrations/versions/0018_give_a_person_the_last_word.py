"""Remember what a person released or stopped, the date a charge counts for, and whose date lags behind at Shopify."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("billing_cycles", sa.Column("released_at", INSTANT, nullable=True))
    op.add_column("billing_attempts", sa.Column("expected_at", INSTANT, nullable=True))
    op.add_column("contracts", sa.Column("billing_stopped_reason", sa.Text(), nullable=True))
    op.create_table(
        "dates_behind",
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("try_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"],
            ["contracts.id"],
            name=op.f("fk_dates_behind_contract_id_contracts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_dates_behind_shop_id_shops"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("contract_id", name=op.f("pk_dates_behind")),
    )
    op.create_index("ix_dates_behind_try", "dates_behind", ["try_at"])


def downgrade() -> None:
    op.drop_table("dates_behind")
    op.drop_column("contracts", "billing_stopped_reason")
    op.drop_column("billing_attempts", "expected_at")
    op.drop_column("billing_cycles", "released_at")

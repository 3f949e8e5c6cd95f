"""Change prices in time: number the orders of subscriptions whose price changes, and find those it waits for. And sell
plans with single variants.

Whatever has such a price is read again, which numbers its orders.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("billing_cycles", sa.Column("order_number", sa.BigInteger))
    op.add_column("contracts", sa.Column("price_step_at", sa.DateTime(timezone=True)))
    empty = sa.text("'[]'::jsonb")
    op.add_column("selling_plan_groups", sa.Column("variants", JSONB, nullable=False, server_default=empty))
    op.execute(
        """
        update contracts set price_step_at = now()
        where status not in ('CANCELLED', 'EXPIRED') and exists (
            select from contract_lines line
            where line.contract_id = contracts.id and jsonb_array_length(line.pricing -> 'steps') > 1)
        """
    )
    waits = sa.text("price_step_at is not null")
    op.create_index("ix_contracts_price_step", "contracts", ["price_step_at"], postgresql_where=waits)


def downgrade() -> None:
    op.drop_column("selling_plan_groups", "variants")
    op.drop_index("ix_contracts_price_step", table_name="contracts")
    op.drop_column("contracts", "price_step_at")
    op.drop_column("billing_cycles", "order_number")

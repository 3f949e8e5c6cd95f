"""Keep on the cycle what its notices did, so that an index finds what they have not done among a million."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
UNPLANNED = "due_at is not null and attempted_at is null and not skipped and notices_for is distinct from due_at"


def upgrade() -> None:
    op.add_column("billing_cycles", sa.Column("written_at", INSTANT, nullable=False, server_default=sa.func.now()))
    op.add_column("billing_cycles", sa.Column("notices_for", INSTANT, nullable=True))
    op.add_column("billing_cycles", sa.Column("compared_at", INSTANT, nullable=True))
    op.execute(
        """
        update billing_cycles set notices_for = orders.planned_for,
            compared_at = case when orders.told_at is not null then timestamptz '2000-01-01' end
        from announced_orders orders
        where orders.contract_id = billing_cycles.contract_id and orders.cycle_index = billing_cycles.cycle_index
        """
    )  # what was told is compared once more, now
    op.add_column(
        "billing_cycles",
        sa.Column(
            "to_compare", sa.Boolean(), sa.Computed("compared_at <> written_at", persisted=True), nullable=True
        ),
    )
    op.create_index(
        "ix_billing_cycles_unplanned", "billing_cycles", ["shop_id", "due_at"], postgresql_where=sa.text(UNPLANNED)
    )
    op.create_index(
        "ix_billing_cycles_to_compare", "billing_cycles", ["id"], postgresql_where=sa.text("to_compare is true")
    )
    for name in ("planned_for", "compared_at", "compared_due_at"):
        op.drop_column("announced_orders", name)


def downgrade() -> None:
    for name in ("compared_due_at", "compared_at", "planned_for"):
        op.add_column("announced_orders", sa.Column(name, INSTANT, nullable=True))
    op.drop_index("ix_billing_cycles_to_compare", table_name="billing_cycles")
    op.drop_index("ix_billing_cycles_unplanned", table_name="billing_cycles")
    for name in ("to_compare", "compared_at", "notices_for", "written_at"):
        op.drop_column("billing_cycles", name)

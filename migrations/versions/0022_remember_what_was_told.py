"""Remember what was told."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    for name in ("planned_at", "planned_for", "dropped_at"):
        op.add_column("notices", sa.Column(name, INSTANT, nullable=True))
    op.alter_column("notice_settings", "lead_days", server_default=sa.text("'[7, 3]'::jsonb"))
    op.create_table(
        "announced_orders",
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("cycle_index", sa.BigInteger(), nullable=False),
        sa.Column("planned_for", INSTANT, nullable=True),
        sa.Column("told_at", INSTANT, nullable=True),
        sa.Column("told_lead", sa.BigInteger(), nullable=True),
        sa.Column("told_due_at", INSTANT, nullable=True),
        sa.Column("told_skipped", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("told_amount", sa.Numeric(), nullable=True),
        sa.Column(
            "told_items",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("changes_told", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("compared_at", INSTANT, nullable=True),
        sa.Column("compared_due_at", INSTANT, nullable=True),
        sa.Column("settles_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["contract_id"],
            ["contracts.id"],
            name=op.f("fk_announced_orders_contract_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_announced_orders_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("contract_id", "cycle_index", name=op.f("pk_announced_orders")),
    )
    op.create_index(
        "ix_announced_orders_settles",
        "announced_orders",
        ["settles_at"],
        unique=False,
        postgresql_where=sa.text("settles_at is not null"),
    )


def downgrade() -> None:
    op.drop_index(
        "ix_announced_orders_settles",
        table_name="announced_orders",
        postgresql_where=sa.text("settles_at is not null"),
    )
    op.drop_table("announced_orders")
    op.alter_column("notice_settings", "lead_days", server_default=sa.text("'[3]'::jsonb"))
    for name in ("dropped_at", "planned_for", "planned_at"):
        op.drop_column("notices", name)

"""What Shopify Flow may hear and do, and what its workflows asked for."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "flow_settings",
        sa.Column("shop_id", sa.BigInteger(), sa.ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("is_on", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("kinds", JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("facts_read_to", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("takes_actions", sa.Boolean(), server_default=sa.text("true"), nullable=False),
    )
    op.create_table(
        "flow_runs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), primary_key=True),
        sa.Column("shop_id", sa.BigInteger(), sa.ForeignKey("shops.id", ondelete="CASCADE"), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("asked", JSONB(), nullable=False),
        sa.Column("contract_gid", sa.Text(), nullable=True),
        sa.Column("edit", JSONB(), nullable=True),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("arrivals", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("tries", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("next_try_at", INSTANT, nullable=False),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.UniqueConstraint("shop_id", "run_id", name="uq_flow_runs_once"),
    )
    op.create_index(
        "ix_flow_runs_waiting", "flow_runs", ["next_try_at"], postgresql_where=sa.text("state = 'waiting'")
    )
    op.create_index("ix_flow_runs_shop", "flow_runs", ["shop_id", "id"])


def downgrade() -> None:
    op.drop_table("flow_runs")
    op.drop_table("flow_settings")

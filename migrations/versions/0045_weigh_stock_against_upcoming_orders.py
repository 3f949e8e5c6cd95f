"""Weigh stock against upcoming orders: what they need, where it does not suffice, and what was decided then.

The computed column writes `contracts` anew once.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stock_causes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("item_gid", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("supply", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_stock_causes_shop_id_shops"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_causes")),
    )
    op.create_index(
        "uq_stock_causes_open",
        "stock_causes",
        ["shop_id", "item_gid", sa.literal_column("(kind = 'discontinued')")],
        unique=True,
        postgresql_where=sa.text("closed_at is null"),
    )
    op.create_table(
        "stock_items",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("item_gid", sa.Text(), nullable=False),
        sa.Column("dirty_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("safety_units", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("safety_days", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("expected_back_on", sa.Date(), nullable=True),
        sa.Column("discontinued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("supply", sa.BigInteger(), nullable=True),
        sa.Column("runs_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("short_units", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_stock_items_shop_id_shops"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_items")),
        sa.UniqueConstraint("shop_id", "item_gid", name=op.f("uq_stock_items_shop_id_item_gid")),
    )
    op.create_index(
        "ix_stock_items_dirty",
        "stock_items",
        ["dirty_at"],
        unique=False,
        postgresql_where=sa.text("dirty_at is not null"),
    )
    op.create_index("ix_stock_items_runs_out", "stock_items", ["shop_id", "runs_out_at"], unique=False)
    op.create_table(
        "stock_policies",
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("subject_gid", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("default", sa.Text(), nullable=True),
        sa.Column("allowed", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("swap_variant_gid", sa.Text(), nullable=True),
        sa.Column("price_rule", sa.Text(), nullable=False),
        sa.Column("max_delay_days", sa.BigInteger(), nullable=False),
        sa.Column("fallback", sa.Text(), nullable=False),
        sa.Column("min_items", sa.BigInteger(), nullable=False),
        sa.Column("min_value", sa.Numeric(), nullable=True),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_stock_policies_shop_id_shops"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("shop_id", "scope", "subject_gid", name=op.f("pk_stock_policies")),
    )
    op.create_table(
        "stock_settings",
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("ahead_days", sa.BigInteger(), nullable=False),
        sa.Column("consent_hours", sa.BigInteger(), nullable=False),
        sa.Column("min_gap_days", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_stock_settings_shop_id_shops"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("shop_id", name=op.f("pk_stock_settings")),
    )
    op.create_table(
        "stock_decisions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("cause_id", sa.BigInteger(), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("cycle_index", sa.BigInteger(), nullable=False),
        sa.Column("variant_gid", sa.Text(), nullable=False),
        sa.Column("round", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("charge_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("terms", postgresql.JSONB(), nullable=False),
        sa.Column("options", postgresql.JSONB(), nullable=False),
        sa.Column("default", sa.Text(), nullable=False),
        sa.Column("act_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("choice", sa.Text(), nullable=True),
        sa.Column("chosen_by", sa.Text(), nullable=True),
        sa.Column("done", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["cause_id"],
            ["stock_causes.id"],
            name=op.f("fk_stock_decisions_cause_id_stock_causes"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["contract_id"],
            ["contracts.id"],
            name=op.f("fk_stock_decisions_contract_id_contracts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_stock_decisions_shop_id_shops"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_decisions")),
        sa.UniqueConstraint(
            "cause_id",
            "contract_id",
            "cycle_index",
            "variant_gid",
            "round",
            name="uq_stock_decisions_once",
        ),
    )
    op.create_index(
        "ix_stock_decisions_act",
        "stock_decisions",
        ["act_at"],
        unique=False,
        postgresql_where=sa.text("state in ('proposed', 'told', 'chosen', 'applied') and act_at is not null"),
    )
    op.create_index("ix_stock_decisions_cause", "stock_decisions", ["cause_id", "charge_at"], unique=False)
    op.create_index("ix_stock_decisions_contract", "stock_decisions", ["contract_id", "cycle_index"], unique=False)
    op.create_table(
        "stock_demand",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("cycle_index", sa.BigInteger(), nullable=False),
        sa.Column("delivery", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("variant_gid", sa.Text(), nullable=False),
        sa.Column("charge_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("is_projected", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("spent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_stock_demand_contract_id_contracts"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_stock_demand_shop_id_shops"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_demand")),
    )
    op.create_index("ix_stock_demand_contract", "stock_demand", ["contract_id"], unique=False)
    op.create_index(
        "ix_stock_demand_queue",
        "stock_demand",
        ["shop_id", "variant_gid", "charge_at", "contract_id"],
        unique=False,
        postgresql_include=["cycle_index", "delivery", "units", "is_projected"],
        postgresql_where=sa.text("spent_at is null"),
    )
    op.create_index(
        "ix_stock_demand_spent",
        "stock_demand",
        ["shop_id", "variant_gid"],
        unique=False,
        postgresql_where=sa.text("spent_at is not null"),
    )
    op.add_column("billing_cycles", sa.Column("inventory_policy", sa.Text(), nullable=True))
    op.add_column("contracts", sa.Column("demand_of", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "contracts",
        sa.Column(
            "demand_to_build",
            sa.Boolean(),
            sa.Computed("demand_of is distinct from written_at", persisted=True),
            nullable=True,
        ),
    )
    op.create_index(
        "ix_contracts_demand_to_build",
        "contracts",
        ["id"],
        unique=False,
        postgresql_where=sa.text("demand_to_build is true"),
    )


def downgrade() -> None:
    op.drop_index(
        "ix_contracts_demand_to_build", table_name="contracts", postgresql_where=sa.text("demand_to_build is true")
    )
    op.drop_column("contracts", "demand_to_build")
    op.drop_column("contracts", "demand_of")
    op.drop_column("billing_cycles", "inventory_policy")
    op.drop_table("stock_demand")
    op.drop_table("stock_decisions")
    op.drop_table("stock_settings")
    op.drop_table("stock_policies")
    op.drop_table("stock_items")
    op.drop_table("stock_causes")

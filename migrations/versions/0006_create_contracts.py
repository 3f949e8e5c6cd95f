"""Create contracts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contract_imports",
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("contracts_total", sa.BigInteger(), nullable=True),
        sa.Column("contracts_done", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cycles_done", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_slice_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_contract_imports_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("shop_id", name=op.f("pk_contract_imports")),
    )
    op.create_table(
        "contracts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("shopify_gid", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("revision_id", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("customer_gid", sa.Text(), nullable=True),
        sa.Column("payment_method_gid", sa.Text(), nullable=True),
        sa.Column("next_billing_date", sa.DateTime(timezone=True), nullable=True),
        sa.Column("billing_policy", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("delivery_policy", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("delivery_method", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("delivery_price", sa.Numeric(), server_default="0", nullable=False),
        sa.Column(
            "discounts",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("origin_order_gid", sa.Text(), nullable=True),
        sa.Column("last_payment_status", sa.Text(), nullable=True),
        sa.Column("shopify_created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shopify_updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("billable_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_charge_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_charge_total", sa.Numeric(), nullable=True),
        sa.Column("search_text", sa.Text(), server_default="", nullable=False),
        sa.Column("billing_stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("parked_reason", sa.Text(), nullable=True),
        sa.Column("cycles_read_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_contracts_shop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contracts")),
        sa.UniqueConstraint("shop_id", "shopify_gid", name=op.f("uq_contracts_shop_id_shopify_gid")),
    )
    op.create_index("ix_contracts_customer", "contracts", ["shop_id", "customer_gid"], unique=False)
    op.create_index("ix_contracts_next_charge", "contracts", ["shop_id", "next_charge_at", "id"], unique=False)
    op.create_index("ix_contracts_read", "contracts", ["shop_id", "read_at"], unique=False)
    op.create_index("ix_contracts_status", "contracts", ["shop_id", "status", "id"], unique=False)
    op.create_table(
        "billing_cycles",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("cycle_index", sa.BigInteger(), nullable=False),
        sa.Column("start_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("skipped", sa.Boolean(), nullable=False),
        sa.Column("edited", sa.Boolean(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_reason", sa.Text(), nullable=True),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("parked_reason", sa.Text(), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_billing_cycles_contract_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_billing_cycles_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_cycles")),
        sa.UniqueConstraint(
            "shop_id",
            "contract_id",
            "cycle_index",
            name=op.f("uq_billing_cycles_shop_id_contract_id_cycle_index"),
        ),
    )
    op.create_index(
        "ix_billing_cycles_due",
        "billing_cycles",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text(
            "due_at is not null and attempted_at is null and held_reason is null and parked_reason is null"
        ),
    )
    op.create_index("ix_billing_cycles_expected", "billing_cycles", ["shop_id", "expected_at"], unique=False)
    op.create_table(
        "contract_lines",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("shopify_gid", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("product_gid", sa.Text(), nullable=True),
        sa.Column("variant_gid", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("variant_title", sa.Text(), nullable=True),
        sa.Column("sku", sa.Text(), nullable=True),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("current_price", sa.Numeric(), nullable=False),
        sa.Column("discounted_price", sa.Numeric(), nullable=False),
        sa.Column("selling_plan_gid", sa.Text(), nullable=True),
        sa.Column("selling_plan_name", sa.Text(), nullable=True),
        sa.Column("image_url", sa.Text(), nullable=True),
        sa.Column("requires_shipping", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_contract_lines_contract_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_contract_lines_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_lines")),
        sa.UniqueConstraint("shop_id", "shopify_gid", name=op.f("uq_contract_lines_shop_id_shopify_gid")),
    )
    op.create_index("ix_contract_lines_contract", "contract_lines", ["contract_id"], unique=False)
    op.create_index("ix_contract_lines_variant", "contract_lines", ["shop_id", "variant_gid"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_contract_lines_variant", table_name="contract_lines")
    op.drop_index("ix_contract_lines_contract", table_name="contract_lines")
    op.drop_table("contract_lines")
    op.drop_index("ix_billing_cycles_expected", table_name="billing_cycles")
    op.drop_index(
        "ix_billing_cycles_due",
        table_name="billing_cycles",
        postgresql_where=sa.text(
            "due_at is not null and attempted_at is null and held_reason is null and parked_reason is null"
        ),
    )
    op.drop_table("billing_cycles")
    op.drop_index("ix_contracts_status", table_name="contracts")
    op.drop_index("ix_contracts_read", table_name="contracts")
    op.drop_index("ix_contracts_next_charge", table_name="contracts")
    op.drop_index("ix_contracts_customer", table_name="contracts")
    op.drop_table("contracts")
    op.drop_table("contract_imports")

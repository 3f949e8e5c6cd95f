"""Create billing."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "billing_settings",
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("billing_hour", sa.BigInteger(), server_default="9", nullable=False),
        sa.Column("catch_up_days", sa.BigInteger(), server_default="7", nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_billing_settings_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("shop_id", name=op.f("pk_billing_settings")),
    )
    op.create_table(
        "billing_attempts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("cycle_index", sa.BigInteger(), nullable=False),
        sa.Column("attempt_number", sa.BigInteger(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("origin_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reads", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("absent_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shopify_gid", sa.Text(), nullable=True),
        sa.Column("error_class", sa.Text(), nullable=True),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("next_action_url", sa.Text(), nullable=True),
        sa.Column("order_gid", sa.Text(), nullable=True),
        sa.Column("order_name", sa.Text(), nullable=True),
        sa.Column("amount", sa.Numeric(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state in ('written', 'requested', 'settled', 'failed', 'challenged', 'unknown', 'duplicate', 'refused')",
            name=op.f("ck_billing_attempts_state"),
        ),
        sa.ForeignKeyConstraint(
            ["contract_id"],
            ["contracts.id"],
            name=op.f("fk_billing_attempts_contract_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_billing_attempts_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_attempts")),
        sa.UniqueConstraint(
            "shop_id",
            "contract_id",
            "cycle_index",
            "attempt_number",
            name=op.f("uq_billing_attempts_number"),
        ),
        sa.UniqueConstraint("shop_id", "idempotency_key", name=op.f("uq_billing_attempts_shop_id_idempotency_key")),
    )
    op.create_index(
        "ix_billing_attempts_unsettled",
        "billing_attempts",
        ["next_read_at"],
        unique=False,
        postgresql_where=sa.text("state in ('written', 'requested', 'unknown', 'challenged')"),
    )
    op.create_index(
        "uq_billing_attempts_one_open",
        "billing_attempts",
        ["shop_id", "contract_id", "cycle_index"],
        unique=True,
        postgresql_where=sa.text("state in ('written', 'requested', 'unknown', 'challenged', 'settled')"),
    )


def downgrade() -> None:
    op.drop_index(
        "uq_billing_attempts_one_open",
        table_name="billing_attempts",
        postgresql_where=sa.text("state in ('written', 'requested', 'unknown', 'challenged', 'settled')"),
    )
    op.drop_index(
        "ix_billing_attempts_unsettled",
        table_name="billing_attempts",
        postgresql_where=sa.text("state in ('written', 'requested', 'unknown', 'challenged')"),
    )
    op.drop_table("billing_attempts")
    op.drop_table("billing_settings")

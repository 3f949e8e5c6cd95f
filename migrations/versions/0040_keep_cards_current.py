"""Tell of cards that expire, changed or were removed; remember who was asked for another card and what came of it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def _shop(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_shop_id_shops")
    return sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=name, ondelete="CASCADE")


def upgrade() -> None:
    op.add_column("payment_methods", sa.Column("seen", postgresql.JSONB(), nullable=True))
    op.add_column("payment_methods", sa.Column("seen_at", INSTANT, nullable=True))
    op.add_column(
        "payment_methods",
        sa.Column("to_look", sa.Boolean(), sa.Computed("seen_at is distinct from written_at", persisted=True)),
    )
    op.add_column("payment_methods", sa.Column("planned_for", sa.Date(), nullable=True))
    op.create_index(
        "ix_payment_methods_to_look", "payment_methods", ["id"], postgresql_where=sa.text("to_look is true")
    )
    op.create_index(
        "ix_payment_methods_unplanned",
        "payment_methods",
        ["shop_id", "expires_on"],
        postgresql_where=sa.text("revoked_at is null and planned_for is distinct from expires_on"),
    )
    op.add_column("contracts", sa.Column("seen_method", sa.Text(), nullable=True))
    op.add_column(
        "contracts",
        sa.Column(
            "method_to_look",
            sa.Boolean(),
            sa.Computed("seen_method is distinct from coalesce(payment_method_gid, 'none')", persisted=True),
        ),
    )
    op.create_index(
        "ix_contracts_method_to_look", "contracts", ["id"], postgresql_where=sa.text("method_to_look is true")
    )
    op.create_index("ix_contracts_payment_method", "contracts", ["shop_id", "payment_method_gid"])
    op.create_table(
        "card_notices",
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("method_id", sa.BigInteger(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("lead_days", sa.BigInteger(), nullable=False),
        sa.Column("plan_at", INSTANT, nullable=False),
        sa.Column("state", sa.Text(), server_default="planned", nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.CheckConstraint("state in ('planned', 'recorded', 'dropped')", name=op.f("ck_card_notices_state")),
        _shop("card_notices"),
        sa.ForeignKeyConstraint(
            ["method_id"],
            ["payment_methods.id"],
            name=op.f("fk_card_notices_method_id_payment_methods"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("method_id", "expires_on", "lead_days", name=op.f("pk_card_notices")),
    )
    op.create_index(
        "ix_card_notices_planned", "card_notices", ["plan_at"], postgresql_where=sa.text("state = 'planned'")
    )
    op.create_table(
        "card_settings",
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("lead_days", postgresql.JSONB(), server_default=sa.text("'[30, 15, 3]'::jsonb"), nullable=False),
        _shop("card_settings"),
        sa.PrimaryKeyConstraint("shop_id", name=op.f("pk_card_settings")),
    )
    op.create_table(
        "card_requests",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("contract_gid", sa.Text(), nullable=False),
        sa.Column("customer_gid", sa.Text(), nullable=True),
        sa.Column("method_gid", sa.Text(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("outcome_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "state in ('requested', 'sent', 'refused', 'unknown')", name=op.f("ck_card_requests_state")
        ),
        sa.CheckConstraint("(outcome is null) = (outcome_at is null)", name=op.f("ck_card_requests_outcome")),
        _shop("card_requests"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_requests")),
        sa.UniqueConstraint("shop_id", "request_id", name=op.f("uq_card_requests_shop_id_request_id")),
    )
    op.create_index("ix_card_requests_method", "card_requests", ["shop_id", "method_gid", "asked_at"])
    op.create_index("ix_card_requests_customer", "card_requests", ["shop_id", "customer_gid", "asked_at"])


def downgrade() -> None:
    for table in ("card_requests", "card_settings", "card_notices"):
        op.drop_table(table)
    op.drop_index("ix_contracts_payment_method", "contracts")
    op.drop_index("ix_contracts_method_to_look", "contracts")
    for column in ("method_to_look", "seen_method"):
        op.drop_column("contracts", column)
    op.drop_index("ix_payment_methods_unplanned", "payment_methods")
    op.drop_index("ix_payment_methods_to_look", "payment_methods")
    for column in ("planned_for", "to_look", "seen_at", "seen"):
        op.drop_column("payment_methods", column)

"""One case for each cycle whose charge failed, each shop's ladders, and which outcomes a case has followed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
TO_FOLLOW = (
    "followed_as is distinct from state and (state in ('failed', 'challenged') or "
    "(state in ('settled', 'duplicate') and (attempt_number > 1 or followed_as is not null)))"
)


def upgrade() -> None:
    op.create_table(
        "dunning_cases",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("cycle_index", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decline", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("attempt_id", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("used", postgresql.JSONB(), nullable=False),
        sa.Column("seen", postgresql.JSONB(), nullable=False),
        sa.Column("next_step", sa.Text(), nullable=True),
        sa.Column("next_step_at", INSTANT, nullable=True),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("troubles", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("card_changed_at", INSTANT, nullable=True),
        sa.Column("told_at", INSTANT, nullable=True),
        sa.Column("amount", sa.Numeric(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("why_closed", sa.Text(), nullable=True),
        sa.Column("final_action", sa.Text(), nullable=True),
        sa.CheckConstraint("(state = 'open') = (closed_at is null)", name=op.f("ck_dunning_cases_closed")),
        sa.CheckConstraint(
            "(state = 'open') = (next_step_at is not null) and (state = 'open') = (next_step is not null)",
            name=op.f("ck_dunning_cases_next_step"),
        ),
        sa.CheckConstraint(
            "state in ('open', 'recovered', 'exhausted', 'closed')", name=op.f("ck_dunning_cases_state")
        ),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_dunning_cases_contract_id_contracts"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_dunning_cases_shop_id_shops"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dunning_cases")),
        sa.UniqueConstraint(
            "shop_id", "contract_id", "cycle_index", name=op.f("uq_dunning_cases_shop_id_contract_id_cycle_index")
        ),
    )
    op.create_index(
        "ix_dunning_cases_next_step", "dunning_cases", ["next_step_at"], postgresql_where=sa.text("state = 'open'")
    )
    op.create_index("ix_dunning_cases_closed", "dunning_cases", ["shop_id", "closed_at"])
    op.create_table(
        "dunning_ladders",
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("decline", sa.Text(), nullable=False),
        sa.Column("waits", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("hour", sa.BigInteger(), nullable=False),
        sa.Column("patience", sa.BigInteger(), nullable=False),
        sa.Column("final", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_dunning_ladders_shop_id_shops"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("shop_id", "decline", name=op.f("pk_dunning_ladders")),
    )
    op.add_column("contracts", sa.Column("at_risk_since", INSTANT, nullable=True))
    op.create_index(
        "ix_contracts_at_risk", "contracts", ["shop_id"], postgresql_where=sa.text("at_risk_since is not null")
    )
    op.add_column("billing_attempts", sa.Column("followed_as", sa.Text(), nullable=True))
    # what failed longer ago than a shop catches up is nobody's surprise any more: it gets no case, so no charge
    op.execute(
        "update billing_attempts set followed_as = state where state in ('failed', 'challenged') "
        "and coalesce(completed_at, written_at) < now() - interval '7 days' "
        "or state in ('settled', 'duplicate') and attempt_number > 1"
    )
    op.create_index("ix_billing_attempts_to_follow", "billing_attempts", ["id"], postgresql_where=sa.text(TO_FOLLOW))


def downgrade() -> None:
    op.drop_index("ix_billing_attempts_to_follow", "billing_attempts")
    op.drop_column("billing_attempts", "followed_as")
    op.drop_index("ix_contracts_at_risk", "contracts")
    op.drop_column("contracts", "at_risk_since")
    op.drop_table("dunning_ladders")
    op.drop_table("dunning_cases")

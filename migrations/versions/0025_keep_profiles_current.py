"""Remember what each shopper's Klaviyo profile was told, so that it is told again only when it would say something new."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("klaviyo_accounts", sa.Column("profiles_read_to", INSTANT, nullable=True))
    op.add_column("klaviyo_accounts", sa.Column("profiles_refused", sa.Text(), nullable=True))
    op.create_table(
        "klaviyo_profiles",
        sa.Column("shop_id", sa.BigInteger(), sa.ForeignKey("shops.id", ondelete="CASCADE"), nullable=False),
        sa.Column("customer_gid", sa.Text(), nullable=False),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.Column("told", sa.Text(), nullable=True),
        sa.Column("next_try_at", INSTANT, nullable=True),
        sa.Column("tries", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("shop_id", "customer_gid"),
    )
    op.create_index(
        "ix_klaviyo_profiles_waiting",
        "klaviyo_profiles",
        ["next_try_at"],
        postgresql_where=sa.text("next_try_at is not null"),
    )


def downgrade() -> None:
    op.drop_table("klaviyo_profiles")
    op.drop_column("klaviyo_accounts", "profiles_refused")
    op.drop_column("klaviyo_accounts", "profiles_read_to")

"""Count each day's charges, compare with Shopify at night, keep what was different."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

COUNTS = ("expected", "billed", "failed", "skipped", "held", "parked", "in_flight", "to_come", "unexplained")


def upgrade() -> None:
    op.create_table(
        "daily_charges",
        _shop("daily_charges"),
        sa.Column("day", sa.Date(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in COUNTS),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("shop_id", "day", name=op.f("pk_daily_charges")),
    )
    op.create_table(
        "comparisons",
        _shop("comparisons"),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("looked_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("found", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_slice_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("shop_id", name=op.f("pk_comparisons")),
    )
    op.create_table(
        "drift_reports",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        _shop("drift_reports"),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("contract_gid", sa.Text(), nullable=False),
        sa.Column("cycle_index", sa.BigInteger(), nullable=True),
        sa.Column("before", JSONB(), nullable=True),
        sa.Column("after", JSONB(), nullable=True),
        sa.Column("is_repaired", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drift_reports")),
    )
    op.create_index("ix_drift_reports_shop", "drift_reports", ["shop_id", "found_at"])
    op.create_index(
        "ix_drift_reports_open", "drift_reports", ["found_at"], postgresql_where=sa.text("not is_repaired")
    )


def _shop(table: str) -> sa.Column:
    key = sa.ForeignKey("shops.id", name=op.f(f"fk_{table}_shop_id"), ondelete="CASCADE")
    return sa.Column("shop_id", sa.BigInteger(), key, nullable=False)


def downgrade() -> None:
    for table in ("drift_reports", "comparisons", "daily_charges"):
        op.drop_table(table)

"""Change many subscriptions: jobs, and one row for each subscription of a job."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "bulk_jobs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), primary_key=True),
        sa.Column("shop_id", sa.BigInteger(), sa.ForeignKey("shops.id", ondelete="CASCADE"), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("asked", JSONB(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("undo_of", sa.BigInteger(), sa.ForeignKey("bulk_jobs.id", ondelete="CASCADE"), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("started_at", INSTANT, nullable=True),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("turn_at", INSTANT, nullable=False),
    )
    at_work, running = sa.text("state in ('weighing', 'running')"), sa.text("state = 'running'")
    op.create_index("ix_bulk_jobs_shop", "bulk_jobs", ["shop_id", "id"])
    op.create_index("ix_bulk_jobs_at_work", "bulk_jobs", ["turn_at"], postgresql_where=at_work)
    op.create_index("uq_bulk_jobs_running", "bulk_jobs", ["shop_id"], unique=True, postgresql_where=running)
    op.create_table(
        "bulk_items",
        sa.Column("job_id", sa.BigInteger(), sa.ForeignKey("bulk_jobs.id", ondelete="CASCADE"), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), sa.ForeignKey("contracts.id", ondelete="CASCADE"), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), sa.ForeignKey("shops.id", ondelete="CASCADE"), nullable=False),
        sa.Column("state", sa.Text(), server_default="new", nullable=False),
        sa.Column("edit", JSONB(), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("amount", sa.Numeric(), nullable=True),
        sa.Column("tries", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("next_try_at", INSTANT, nullable=False),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("job_id", "contract_id", name="pk_bulk_items"),
    )
    is_open = sa.text("state in ('new', 'can')")
    op.create_index("ix_bulk_items_open", "bulk_items", ["job_id", "next_try_at"], postgresql_where=is_open)
    op.create_index("ix_bulk_items_contract", "bulk_items", ["contract_id"])


def downgrade() -> None:
    op.drop_table("bulk_items")
    op.drop_table("bulk_jobs")

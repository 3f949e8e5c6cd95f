"""Lease inbox subjects, order payment method readings, keep the place of sweeps."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("inbox_messages", sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_inbox_messages_subject",
        "inbox_messages",
        ["shop_id", "subject"],
        postgresql_where=sa.text("handled_at is null"),
    )
    op.add_column("payment_methods", sa.Column("read_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "sweeps",
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_sweeps_shop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "name", name=op.f("pk_sweeps")),
    )


def downgrade() -> None:
    op.drop_table("sweeps")
    op.drop_column("payment_methods", "read_at")
    op.drop_index("ix_inbox_messages_subject", "inbox_messages")
    op.drop_column("inbox_messages", "lease_until")

"""Create inbox."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inbox_messages",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("webhook_id", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=True),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("api_version", sa.Text(), nullable=True),
        sa.Column("triggered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_inbox_messages_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_messages")),
        sa.UniqueConstraint("shop_id", "webhook_id", name=op.f("uq_inbox_messages_shop_id_webhook_id")),
    )
    op.create_index("ix_inbox_messages_shop_received", "inbox_messages", ["shop_id", "received_at"], unique=False)
    op.create_index(
        "ix_inbox_messages_waiting",
        "inbox_messages",
        ["next_try_at"],
        unique=False,
        postgresql_where=sa.text("handled_at is null"),
    )


def downgrade() -> None:
    op.drop_index(
        "ix_inbox_messages_waiting",
        table_name="inbox_messages",
        postgresql_where=sa.text("handled_at is null"),
    )
    op.drop_index("ix_inbox_messages_shop_received", table_name="inbox_messages")
    op.drop_table("inbox_messages")

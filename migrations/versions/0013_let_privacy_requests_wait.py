"""Let privacy requests wait and be tried again."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("privacy_requests", sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("privacy_requests", sa.Column("last_error", sa.Text(), nullable=True))
    op.create_index(
        "ix_privacy_requests_open",
        "privacy_requests",
        ["id"],
        postgresql_where=sa.text("done_at is null"),
    )


def downgrade() -> None:
    op.drop_index("ix_privacy_requests_open", table_name="privacy_requests")
    op.drop_column("privacy_requests", "last_error")
    op.drop_column("privacy_requests", "next_try_at")

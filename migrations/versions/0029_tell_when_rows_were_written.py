"""Tell when a row was written with something to say, so that a look that found nothing new starts no work."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

TABLES = ("contracts", "shoppers", "payment_methods")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(
            table, sa.Column("written_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now())
        )
        op.create_index(f"ix_{table}_written", table, ["shop_id", "written_at"])
    op.drop_index("ix_contracts_read", table_name="contracts")


def downgrade() -> None:
    op.create_index("ix_contracts_read", "contracts", ["shop_id", "read_at"])
    for table in TABLES:
        op.drop_index(f"ix_{table}_written", table_name=table)
        op.drop_column(table, "written_at")

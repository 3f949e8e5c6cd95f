"""Let a channel remember how far it has read the journal, and find holds whose time is over without a scan."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "klaviyo_accounts",
        sa.Column("facts_read_to", sa.BigInteger(), server_default="0", nullable=False),
    )
    op.create_index(
        "ix_billing_cycles_held_until",
        "billing_cycles",
        ["held_until"],
        unique=False,
        postgresql_where=sa.text("held_reason is not null"),
    )


def downgrade() -> None:
    op.drop_index(
        "ix_billing_cycles_held_until",
        table_name="billing_cycles",
        postgresql_where=sa.text("held_reason is not null"),
    )
    op.drop_column("klaviyo_accounts", "facts_read_to")

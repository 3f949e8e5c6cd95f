"""Find cards by their last day: the list of subscriptions and those at risk ask for it."""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    is_there = sa.text("revoked_at is null")
    op.create_index(
        "ix_payment_methods_expires", "payment_methods", ["shop_id", "expires_on"], postgresql_where=is_there
    )


def downgrade() -> None:
    op.drop_index("ix_payment_methods_expires", table_name="payment_methods")

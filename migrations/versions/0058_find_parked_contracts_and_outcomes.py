"""Find the contracts that are parked, and the charges that came to an end on a day, without reading all of them."""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

revision = "0058"
down_revision = "0057"


def upgrade() -> None:
    """Add the two indexes, at once: the tables are read by what a page asks, not written by it."""
    op.create_index(
        "ix_contracts_parked", "contracts", ["shop_id"], postgresql_where=text("parked_reason is not null")
    )
    op.create_index("ix_billing_attempts_completed", "billing_attempts", ["shop_id", "completed_at"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_billing_attempts_completed", "billing_attempts")
    op.drop_index("ix_contracts_parked", "contracts")

"""Remember when a contract stood still, and when a hold was over: what fell due before is still owed after it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
# Of earlier pauses nothing is known but their end: whatever was expected before it stays passed.
FILL = """
    update contracts set pauses = jsonb_build_array(jsonb_build_array(to_jsonb(shopify_created_at), to_jsonb(billable_since)))
    where billable_since is null or billable_since > shopify_created_at
"""


def upgrade() -> None:
    op.add_column("contracts", sa.Column("pauses", JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False))
    op.execute(FILL)
    op.add_column("billing_cycles", sa.Column("held_at", INSTANT, nullable=True))
    op.add_column("billing_cycles", sa.Column("hold_ended_at", INSTANT, nullable=True))


def downgrade() -> None:
    op.drop_column("billing_cycles", "hold_ended_at")
    op.drop_column("billing_cycles", "held_at")
    op.drop_column("contracts", "pauses")

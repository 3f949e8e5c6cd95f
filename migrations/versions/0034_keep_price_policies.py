"""Keep the price policy of each item, by which a swapped or added one is priced.

Every contract is made to look older than it is at Shopify, so that the next look reads it again with its policies.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contract_lines", sa.Column("pricing", JSONB(none_as_null=True)))
    op.execute("update contracts set revision_id = 0")


def downgrade() -> None:
    op.drop_column("contract_lines", "pricing")

"""Keep with a contract what its shopper wants done when something is out of stock: Shopify has no field for it."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contracts", sa.Column("out_of_stock", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("contracts", "out_of_stock")

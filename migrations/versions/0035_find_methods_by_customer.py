"""Find a customer's payment methods without reading the whole shop's."""

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_payment_methods_customer", "payment_methods", ["shop_id", "customer_gid"])


def downgrade() -> None:
    op.drop_index("ix_payment_methods_customer", "payment_methods")

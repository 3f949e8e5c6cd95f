"""Find subscriptions by pieces of words and by features, and keep views of the list."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

ASIDE = sa.text("held_reason is not null or parked_reason is not null")


def upgrade() -> None:
    op.create_table(
        "contract_search",
        sa.Column(
            "contract_id", sa.BigInteger(), sa.ForeignKey("contracts.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("shop_id", sa.BigInteger(), sa.ForeignKey("shops.id", ondelete="CASCADE"), nullable=False),
        sa.Column("numbers", ARRAY(sa.BigInteger()), nullable=False),
    )
    op.create_index(
        "ix_contract_search_numbers",
        "contract_search",
        ["numbers"],
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    op.create_table(
        "search_rebuilds",
        sa.Column("shop_id", sa.BigInteger(), sa.ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("after_id", sa.BigInteger(), server_default="0", nullable=False),
    )
    op.execute("insert into search_rebuilds (shop_id) select id from shops")
    op.create_table(
        "contract_views",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), primary_key=True),
        sa.Column("shop_id", sa.BigInteger(), sa.ForeignKey("shops.id", ondelete="CASCADE"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("shop_id", "name", name="uq_contract_views_shop_id_name"),
    )
    op.create_index("ix_contracts_created", "contracts", ["shop_id", "shopify_created_at"])
    op.create_index("ix_orders_name", "orders", ["shop_id", "name"])
    op.create_index("ix_billing_cycles_aside", "billing_cycles", ["shop_id", "contract_id"], postgresql_where=ASIDE)


def downgrade() -> None:
    op.drop_index("ix_billing_cycles_aside", "billing_cycles")
    op.drop_index("ix_orders_name", "orders")
    op.drop_index("ix_contracts_created", "contracts")
    op.drop_table("contract_views")
    op.drop_table("search_rebuilds")
    op.drop_table("contract_search")

"""Let mails carry links."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("shops", sa.Column("mail_links", sa.Text(), server_default="act", nullable=False))
    op.create_table(
        "link_uses",
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("cycle_index", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("was_at", INSTANT, nullable=False),
        sa.Column("to_at", INSTANT, nullable=True),
        sa.Column("used_at", INSTANT, nullable=False),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_link_uses_contract_id_contracts"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_link_uses_shop_id_shops"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("shop_id", "nonce", name=op.f("pk_link_uses")),
    )
    op.create_index("ix_link_uses_contract", "link_uses", ["contract_id"])


def downgrade() -> None:
    op.drop_table("link_uses")
    op.drop_column("shops", "mail_links")

"""Mark customers whose payment fails in Shopify: what a shop wishes, and what is there or still to be done."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def _shop(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_shop_id_shops")
    return sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=name, ondelete="CASCADE")


def upgrade() -> None:
    op.create_table(
        "dunning_marking",
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("tag", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("metafield", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        _shop("dunning_marking"),
        sa.PrimaryKeyConstraint("shop_id", name=op.f("pk_dunning_marking")),
    )
    op.create_table(
        "dunning_marks",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_gid", sa.Text(), nullable=False),
        sa.Column("tagged", sa.Boolean(), server_default=sa.text("false"), nullable=True),
        sa.Column("noted", sa.Boolean(), server_default=sa.text("false"), nullable=True),
        sa.Column("noted_value", postgresql.JSONB(), nullable=True),
        sa.Column("dirty_at", INSTANT, nullable=True),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("tries", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("lease_until", INSTANT, nullable=True),
        _shop("dunning_marks"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dunning_marks")),
        sa.UniqueConstraint("shop_id", "customer_gid", name=op.f("uq_dunning_marks_shop_id_customer_gid")),
    )
    op.create_index(
        "ix_dunning_marks_dirty", "dunning_marks", ["dirty_at"], postgresql_where=sa.text("dirty_at is not null")
    )


def downgrade() -> None:
    op.drop_table("dunning_marks")
    op.drop_table("dunning_marking")

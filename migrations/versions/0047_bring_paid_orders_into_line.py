"""Bring paid orders into line: what a change of a subscription wishes for them, and how far each is."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def _shop(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_shop_id_shops")
    return sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=name, ondelete="CASCADE")


def upgrade() -> None:
    op.create_table(
        "paid_order_wishes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("address", postgresql.JSONB(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("handed_at", INSTANT, nullable=True),
        _shop("paid_order_wishes"),
        sa.ForeignKeyConstraint(
            ["contract_id"],
            ["contracts.id"],
            name=op.f("fk_paid_order_wishes_contract_id_contracts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paid_order_wishes")),
    )
    op.create_index("ix_paid_order_wishes_contract", "paid_order_wishes", ["contract_id"])
    op.create_table(
        "order_alignments",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("key", "order_gid", "order_name", "contract_gid")),
        sa.Column("customer_gid", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("wish", postgresql.JSONB(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="wanted", nullable=False),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("held_at", INSTANT, nullable=True),
        sa.Column("before", postgresql.JSONB(), nullable=True),
        sa.Column("edit_sent_at", INSTANT, nullable=True),
        sa.Column("edits_sent", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("edited_at", INSTANT, nullable=True),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("tries", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("lease_until", INSTANT, nullable=True),
        _shop("order_alignments"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_alignments")),
        sa.UniqueConstraint("shop_id", "key", name=op.f("uq_order_alignments_shop_id_key")),
        sa.CheckConstraint(
            "state in ('wanted', 'held', 'edited', 'done', 'task')", name=op.f("ck_order_alignments_state")
        ),
        sa.CheckConstraint(
            "(state in ('done', 'task')) = (finished_at is not null)", name=op.f("ck_order_alignments_finished")
        ),
    )
    is_open = sa.text("state in ('wanted', 'held', 'edited')")
    op.create_index("ix_order_alignments_open", "order_alignments", ["id"], postgresql_where=is_open)
    op.create_index("ix_order_alignments_order", "order_alignments", ["shop_id", "order_gid", "id"])
    op.create_index("ix_order_alignments_contract", "order_alignments", ["shop_id", "contract_gid"])


def downgrade() -> None:
    op.drop_table("order_alignments")
    op.drop_table("paid_order_wishes")

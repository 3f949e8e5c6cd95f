"""Keep what only a person can do, until somebody has done it."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "tasks",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("contract_gid", sa.Text(), nullable=True),
        sa.Column("order_gid", sa.Text(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("to_do", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.Column("done_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_tasks_shop_id_shops"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
        sa.UniqueConstraint("shop_id", "key", name=op.f("uq_tasks_shop_id_key")),
        sa.CheckConstraint("state in ('open', 'done')", name=op.f("ck_tasks_state")),
        sa.CheckConstraint("(state = 'done') = (done_at is not null)", name=op.f("ck_tasks_done")),
    )
    op.create_index("ix_tasks_open", "tasks", ["shop_id", "opened_at"], postgresql_where=sa.text("state = 'open'"))
    op.create_index("ix_tasks_contract", "tasks", ["shop_id", "contract_gid"])


def downgrade() -> None:
    op.drop_table("tasks")

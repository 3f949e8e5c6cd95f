"""One row for each time a shopper's backup payment method is tried: what to put back, and whether it was."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "dunning_backups",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("attempt_id", sa.BigInteger(), nullable=False),
        sa.Column("own_gid", sa.Text(), nullable=True),
        sa.Column("backup_gid", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tries", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("next_look_at", INSTANT, nullable=False),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.CheckConstraint(
            "state in ('asked', 'charging', 'restored', 'kept', 'refused')", name=op.f("ck_dunning_backups_state")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["dunning_cases.id"],
            name=op.f("fk_dunning_backups_case_id_dunning_cases"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_dunning_backups_shop_id_shops"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dunning_backups")),
        sa.UniqueConstraint("case_id", "opened_at", name=op.f("uq_dunning_backups_case_id_opened_at")),
    )
    op.create_index(
        "ix_dunning_backups_open",
        "dunning_backups",
        ["next_look_at"],
        postgresql_where=sa.text("state in ('asked', 'charging')"),
    )


def downgrade() -> None:
    op.drop_table("dunning_backups")

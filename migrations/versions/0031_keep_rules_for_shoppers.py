"""Keep what a merchant decided about shoppers' changes, per shop and per selling plan."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "edit_rules",
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("selling_plan_gid", sa.Text(), nullable=False, server_default=""),
        sa.Column("rules", JSONB(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_edit_rules_shop_id_shops"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("shop_id", "selling_plan_gid", name=op.f("pk_edit_rules")),
    )


def downgrade() -> None:
    op.drop_table("edit_rules")

"""Offer selling plans: a mirror of our groups at Shopify, and the changes merchants ask for."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "selling_plan_groups",
        *_keys("selling_plan_groups"),
        sa.Column("shopify_gid", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("merchant_code", sa.Text(), nullable=False),
        sa.Column("options", JSONB(), nullable=False),
        sa.Column("products", JSONB(), nullable=False),
        sa.Column("shopify_created_at", INSTANT, nullable=False),
        sa.Column("read_at", INSTANT, nullable=False),
        sa.Column("deleted_at", INSTANT, nullable=True),
        sa.UniqueConstraint("shop_id", "shopify_gid", name=op.f("uq_selling_plan_groups_shop_id_shopify_gid")),
    )
    op.create_table(
        "selling_plans",
        *_keys("selling_plans"),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("shopify_gid", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("options", JSONB(), nullable=False),
        sa.Column("billing_policy", JSONB(), nullable=False),
        sa.Column("delivery_policy", JSONB(), nullable=False),
        sa.Column("pricing_policies", JSONB(), nullable=False),
        sa.Column("deleted_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["selling_plan_groups.id"],
            name=op.f("fk_selling_plans_group_id_selling_plan_groups"),
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("shop_id", "shopify_gid", name=op.f("uq_selling_plans_shop_id_shopify_gid")),
    )
    op.create_index("ix_selling_plans_group_id", "selling_plans", ["group_id"])
    op.create_table(
        "plan_changes",
        *_keys("plan_changes"),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("group_gid", sa.Text(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("wish", JSONB(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.UniqueConstraint("shop_id", "request_id", name=op.f("uq_plan_changes_shop_id_request_id")),
    )
    op.create_index(
        "ix_plan_changes_open", "plan_changes", ["lease_until"], postgresql_where=sa.text("state = 'requested'")
    )


def _keys(table: str) -> tuple[sa.Column[int] | sa.Constraint, ...]:
    """The table's own number, and the shop it goes with."""
    shop = sa.ForeignKeyConstraint(
        ["shop_id"], ["shops.id"], name=op.f(f"fk_{table}_shop_id_shops"), ondelete="CASCADE"
    )
    return (
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        shop,
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def downgrade() -> None:
    for table in ("plan_changes", "selling_plans", "selling_plan_groups"):
        op.drop_table(table)

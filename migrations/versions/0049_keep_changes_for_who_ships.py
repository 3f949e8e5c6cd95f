"""Keep changes for whoever packs and ships: entries, how far the journal is read, keys, settings and digests."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
NO = sa.text("false")


def _shop(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_shop_id_shops")
    return sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=name, ondelete="CASCADE")


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False)


def upgrade() -> None:
    op.create_table(
        "fulfillment_readings",
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("facts_read_to", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("position", sa.BigInteger(), server_default="0", nullable=False),
        _shop("fulfillment_readings"),
        sa.PrimaryKeyConstraint("shop_id", name=op.f("pk_fulfillment_readings")),
    )
    op.create_table(
        "fulfillment_changes",
        _id(),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("contract_gid", sa.Text(), nullable=True),
        sa.Column("customer_gid", sa.Text(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("ships_on", sa.Date(), nullable=True),
        sa.Column("shipped_on", sa.Date(), nullable=True),
        sa.Column("first_at", INSTANT, nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        sa.Column("groups", postgresql.JSONB(), nullable=False),
        sa.Column("parts", postgresql.JSONB(), nullable=False),
        sa.Column("is_void", sa.Boolean(), server_default=NO, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("acknowledged_at", INSTANT, nullable=True),
        sa.Column("acknowledged_by", sa.Text(), nullable=True),
        _shop("fulfillment_changes"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fulfillment_changes")),
        sa.UniqueConstraint("shop_id", "position", name=op.f("uq_fulfillment_changes_shop_id_position")),
    )
    op.create_index("ix_fulfillment_changes_contract", "fulfillment_changes", ["shop_id", "contract_gid", "last_at"])
    op.create_index("ix_fulfillment_changes_customer", "fulfillment_changes", ["shop_id", "customer_gid"])
    op.create_index("ix_fulfillment_changes_ships_on", "fulfillment_changes", ["shop_id", "ships_on"])
    op.create_index(
        "ix_fulfillment_changes_open",
        "fulfillment_changes",
        ["shop_id", "ships_on"],
        postgresql_where=sa.text("acknowledged_at is null and not is_void"),
    )
    op.create_table(
        "fulfillment_change_facts",
        sa.Column("fact_id", sa.BigInteger(), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("change_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["fulfillment_changes.id"],
            name=op.f("fk_fulfillment_change_facts_change_id_fulfillment_changes"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["fact_id"],
            ["journal_facts.id"],
            name=op.f("fk_fulfillment_change_facts_fact_id_journal_facts"),
            ondelete="CASCADE",
        ),
        _shop("fulfillment_change_facts"),
        sa.PrimaryKeyConstraint("fact_id", name=op.f("pk_fulfillment_change_facts")),
    )
    op.create_index("ix_fulfillment_change_facts_change", "fulfillment_change_facts", ["change_id"])
    op.create_table(
        "fulfillment_keys",
        _id(),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("last_used_at", INSTANT, nullable=True),
        sa.Column("revoked_at", INSTANT, nullable=True),
        _shop("fulfillment_keys"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fulfillment_keys")),
        sa.UniqueConstraint("digest", name=op.f("uq_fulfillment_keys_digest")),
    )
    op.create_index("ix_fulfillment_keys_shop", "fulfillment_keys", ["shop_id", "id"])
    op.create_table(
        "fulfillment_settings",
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("cutoff_hour", sa.BigInteger(), server_default="17", nullable=False),
        sa.Column("by_mail", sa.Boolean(), server_default=NO, nullable=False),
        sa.Column("tells_nothing", sa.Boolean(), server_default=NO, nullable=False),
        sa.Column("since", INSTANT, nullable=True),
        sa.Column("slack_url", sa.Text(), nullable=True),
        sa.Column("slack_problem", sa.Text(), nullable=True),
        _shop("fulfillment_settings"),
        sa.PrimaryKeyConstraint("shop_id", name=op.f("pk_fulfillment_settings")),
    )
    op.create_table(
        "fulfillment_digests",
        _id(),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("after", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("body", postgresql.JSONB(), nullable=True),
        sa.Column("tries", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("next_try_at", INSTANT, nullable=False),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("sent_at", INSTANT, nullable=True),
        _shop("fulfillment_digests"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fulfillment_digests")),
        sa.UniqueConstraint("shop_id", "channel", "day", name=op.f("uq_fulfillment_digests_shop_id_channel_day")),
    )
    op.create_index(
        "ix_fulfillment_digests_waiting",
        "fulfillment_digests",
        ["next_try_at"],
        postgresql_where=sa.text("state in ('pending', 'sending')"),
    )


def downgrade() -> None:
    for table in ("digests", "settings", "keys", "change_facts", "changes", "readings"):
        op.drop_table(f"fulfillment_{table}")

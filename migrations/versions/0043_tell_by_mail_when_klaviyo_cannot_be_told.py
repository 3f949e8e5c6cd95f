"""Mails with their settings; since when Klaviyo takes nothing; and whether a lost answer hides an accepted event."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "mails",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), primary_key=True),
        sa.Column("shop_id", sa.BigInteger(), sa.ForeignKey("shops.id", ondelete="CASCADE"), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("fact_id", sa.BigInteger(), sa.ForeignKey("journal_facts.id", ondelete="CASCADE"), nullable=True),
        sa.Column("contract_gid", sa.Text(), nullable=True),
        sa.Column("customer_gid", sa.Text(), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("plain", sa.Text(), nullable=True),
        sa.Column("html", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), server_default="pending", nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("tries", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("next_try_at", INSTANT, nullable=False),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.Column("klaviyo_knows", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.UniqueConstraint("shop_id", "purpose", "reference", name="uq_mails_once"),
    )
    op.create_index(
        "ix_mails_waiting", "mails", ["next_try_at"], postgresql_where=sa.text("state in ('pending', 'sending')")
    )
    op.create_index("ix_mails_fact", "mails", ["fact_id"], postgresql_where=sa.text("fact_id is not null"))
    op.create_index(
        "ix_mails_customer",
        "mails",
        ["shop_id", "customer_gid"],
        postgresql_where=sa.text("customer_gid is not null"),
    )
    op.create_index("ix_mails_shop", "mails", ["shop_id", "id"])
    op.create_table(
        "mail_settings",
        sa.Column("shop_id", sa.BigInteger(), sa.ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("sender_name", sa.Text(), server_default="", nullable=False),
        sa.Column("reply_to", sa.Text(), server_default="", nullable=False),
        sa.Column("staff", JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("language", sa.Text(), server_default="en", nullable=False),
        sa.Column("fallback_since", INSTANT, nullable=True),
        sa.Column("facts_read_to", sa.BigInteger(), server_default="0", nullable=False),
    )
    op.create_index(
        "ix_journal_facts_alerts",
        "journal_facts",
        ["shop_id", "occurred_at"],
        postgresql_where=sa.text("kind in ('charge.parked', 'charge.failed')"),
    )
    op.add_column("klaviyo_accounts", sa.Column("silent_since", INSTANT, nullable=True))
    op.execute("update klaviyo_accounts set silent_since = now() where state <> 'connected'")
    op.add_column("deliveries", sa.Column("is_unsure", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    # which of the tries so far lost their answer was not written down
    op.execute(
        "update deliveries set is_unsure = true where state = 'pending' and (tries > 0 or lease_until is not null)"
    )


def downgrade() -> None:
    op.drop_column("deliveries", "is_unsure")
    op.drop_column("klaviyo_accounts", "silent_since")
    op.drop_index("ix_journal_facts_alerts", "journal_facts")
    op.drop_table("mail_settings")
    op.drop_table("mails")

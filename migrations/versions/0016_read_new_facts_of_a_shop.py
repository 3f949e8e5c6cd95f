"""Find a shop's newest facts by index, so that a channel's look at the journal costs what is new."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_journal_facts_shop_id_id", "journal_facts", ["shop_id", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_journal_facts_shop_id_id", table_name="journal_facts")

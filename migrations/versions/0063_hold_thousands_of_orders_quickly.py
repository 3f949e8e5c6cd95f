"""Let thousands of orders be held and decided within two seconds.

Room on the pages of `billing_cycles` for the next version of a row (pages that are full stay as they are until
`vacuum full`); no entry in the index of ends of holds for a hold without an end; no check of each decision's shop,
contract and cause, which are erased together; and one index by contract, not two.
"""

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None

INDEX, CYCLES, DECISIONS = "ix_billing_cycles_held_until", "billing_cycles", "stock_decisions"
ONCE = "uq_stock_decisions_once"
KEYS = (
    ("fk_stock_decisions_shop_id_shops", "shop_id", "shops"),
    ("fk_stock_decisions_contract_id_contracts", "contract_id", "contracts"),
    ("fk_stock_decisions_cause_id_stock_causes", "cause_id", "stock_causes"),
)


def upgrade() -> None:
    op.execute("alter table billing_cycles set (fillfactor = 80)")
    op.drop_index(INDEX, CYCLES)
    op.create_index(INDEX, CYCLES, ["held_until"], postgresql_where=sa.text("held_until is not null"))
    for name, _, _ in KEYS:
        op.drop_constraint(name, DECISIONS, type_="foreignkey")
    op.drop_constraint(ONCE, DECISIONS, type_="unique")
    op.drop_index("ix_stock_decisions_contract", DECISIONS)
    op.create_unique_constraint(ONCE, DECISIONS, ["contract_id", "cycle_index", "cause_id", "variant_gid", "round"])


def downgrade() -> None:
    op.drop_constraint(ONCE, DECISIONS, type_="unique")
    op.create_index("ix_stock_decisions_contract", DECISIONS, ["contract_id", "cycle_index"])
    op.create_unique_constraint(ONCE, DECISIONS, ["cause_id", "contract_id", "cycle_index", "variant_gid", "round"])
    for name, column, table in KEYS:
        op.create_foreign_key(name, DECISIONS, table, [column], ["id"], ondelete="CASCADE")
    op.drop_index(INDEX, CYCLES)
    op.create_index(INDEX, CYCLES, ["held_until"], postgresql_where=sa.text("held_reason is not null"))
    op.execute("alter table billing_cycles reset (fillfactor)")

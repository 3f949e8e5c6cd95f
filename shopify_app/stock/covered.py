"""Whether one order can be served now: what `dunning` asks before it tries again what failed for its stock."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.catalog.models import Variant
from shopify_app.contracts import contents
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.stock import supply
from shopify_app.stock.runway import short


def is_covered(session: Session, contract: Contract, cycle: BillingCycle, now: datetime) -> bool:
    """Answer whether every item of an order is there for it, whoever stands in line before it being served first.

    `now`: business time. An item that nothing limits, or that we know nothing of, is there.
    """
    wanted = {line.variant_gid for line in contents.of(contract, cycle).lines if line.variant_gid}
    mine = (Variant.shop_id == contract.shop_id, Variant.shopify_gid.in_(wanted))
    items = {gid for gid in session.scalars(select(Variant.inventory_item_gid).where(*mine)) if gid}
    return not any(_lacks(session, contract, cycle, item, now) for item in sorted(items))


def _lacks(session: Session, contract: Contract, cycle: BillingCycle, item_gid: str, now: datetime) -> bool:
    on = supply.shelf(session, contract.shop_id, item_gid)
    if on.units is None:
        return False
    until = max(now, cycle.due_at or now)
    missing = short(on.units, supply.claims(session, contract.shop_id, on, until))
    return any((one.contract_id, one.cycle_index) == (contract.id, cycle.cycle_index) for one in missing)

"""What a shopper has been told of a coming charge already."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from shopify_app.contracts.models import BillingCycle
from shopify_app.notices.models import RECORDED, Notice
from shopify_app.notices.rules import days_until
from shopify_app.shops.models import Shop


def nearest(session: Session, shop: Shop, *which: ColumnElement[bool]) -> dict[tuple[int, int], int]:
    """Return contract id and cycle index → the fewest days before its charge at which the shopper was told.

    `which` narrows the billing cycles; one of which nothing was told is missing.
    """
    same_cycle = and_(
        BillingCycle.shop_id == Notice.shop_id,
        BillingCycle.contract_id == Notice.contract_id,
        BillingCycle.cycle_index == Notice.cycle_index,
    )
    statement = (
        select(Notice, BillingCycle.due_at)
        .join(BillingCycle, same_cycle)
        .where(Notice.shop_id == shop.id, Notice.state == RECORDED, *which)
    )
    found: dict[tuple[int, int], int] = {}
    for notice, due_at in session.execute(statement):
        if due_at is None or notice.recorded_at is None:
            continue
        key = notice.contract_id, notice.cycle_index
        days = min(notice.lead_days, days_until(due_at, notice.recorded_at, shop.zone))
        found[key] = min(days, found.get(key, days))
    return found

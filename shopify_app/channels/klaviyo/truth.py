"""Is a fact still worth telling? Asked before every try, because a delivery may have waited for days."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.journal.models import Fact
from shopify_app.notices.rules import has_moved, why_not
from shopify_app.shops.models import Shop


def no_longer_true(session: Session, fact: Fact, now: datetime) -> str | None:
    """Return why a fact must not be told any more, None when it may. What has happened stays true for ever;
    an announcement does not. `now`: business time."""
    if fact.kind != "order.upcoming":
        return None
    contract = session.scalars(
        select(Contract).where(Contract.shop_id == fact.shop_id, Contract.shopify_gid == fact.contract_gid)
    ).one_or_none()
    if contract is None:
        return "the contract is gone"
    cycle = session.scalars(
        select(BillingCycle).where(
            BillingCycle.shop_id == fact.shop_id,
            BillingCycle.contract_id == contract.id,
            BillingCycle.cycle_index == fact.cycle_index,
        )
    ).one_or_none()
    return why_not(contract, cycle, now) or _moved(session, fact, cycle)


def _moved(session: Session, fact: Fact, cycle: BillingCycle | None) -> str | None:
    # The notice is planned again for the new day (notices/told.py); a later issue tells Changed Upcoming Order.
    announced = fact.data.get("due_at")
    if cycle is None or cycle.due_at is None or announced is None:
        return None
    zone = session.get_one(Shop, fact.shop_id).zone
    return "the charge was moved" if has_moved(datetime.fromisoformat(announced), cycle.due_at, zone) else None

"""Which shipment a fact touches, and on which of the shop's days that ships.

What is not prepaid ships when it is charged; a prepaid delivery when its fulfillment order opens; an order that is
paid already on the day that its fact tells. A change of the whole subscription is first seen in its next order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.gateways.shopify.cycles import UNBILLED
from shopify_app.journal.models import Fact
from shopify_app.kit.gid import number_of
from shopify_app.shops.models import Shop

WHOLE = "contract"
_INSTANTS = ("expected_at", "ships_at", "fulfill_at")


@dataclass(frozen=True)
class Ship:
    """`subject` as `Change.subject`; the day it ships, and the one it shipped before if it moved. None: not known."""

    subject: str
    on: date | None = None
    was: date | None = None


def of_fact(session: Session, shop: Shop, contract: Contract | None, fact: Fact) -> Ship:
    """Return what a fact touches."""
    on, was = _day(shop, fact.after, fact.data), _day(shop, fact.before)
    delivery = fact.data.get("fulfillment_order_gid")
    if delivery:
        return Ship(f"delivery:{number_of(str(delivery))}", on or was, was if on else None)
    if fact.cycle_index is not None:
        subject = f"cycle:{fact.cycle_index}"
        return Ship(subject, on or _day_of_cycle(session, shop, contract, fact.cycle_index), was)
    order = fact.data.get("order_gid")
    if order and on:
        return Ship(f"order:{number_of(str(order))}", on, was)
    return _next(session, shop, contract, fact.occurred_at)


def _day(shop: Shop, *sides: Mapping[str, Any] | None) -> date | None:
    for side in sides:
        for name in _INSTANTS:
            if (side or {}).get(name):
                return datetime.fromisoformat(str((side or {})[name])).astimezone(shop.zone).date()
    return None


def _day_of_cycle(session: Session, shop: Shop, contract: Contract | None, index: int) -> date | None:
    if contract is None:
        return None
    mine = (BillingCycle.shop_id == shop.id, BillingCycle.contract_id == contract.id)
    at = session.scalar(select(BillingCycle.expected_at).where(*mine, BillingCycle.cycle_index == index))
    return at.astimezone(shop.zone).date() if at else None


def _next(session: Session, shop: Shop, contract: Contract | None, since: datetime) -> Ship:
    if contract is None:
        return Ship(WHOLE)
    coming = (
        select(BillingCycle.cycle_index, BillingCycle.expected_at)
        .where(
            BillingCycle.shop_id == shop.id,
            BillingCycle.contract_id == contract.id,
            BillingCycle.status == UNBILLED,
            ~BillingCycle.skipped,
            BillingCycle.attempted_at.is_(None),
            BillingCycle.expected_at >= since,
        )
        .order_by(BillingCycle.expected_at)
        .limit(1)
    )
    found = session.execute(coming).one_or_none()
    return Ship(f"cycle:{found[0]}", found[1].astimezone(shop.zone).date()) if found else Ship(WHOLE)

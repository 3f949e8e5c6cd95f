"""Prepaid deliveries that may be announced: which they are, of which charge, and what was told of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.orm import Session

from shopify_app.contracts.models import Contract
from shopify_app.journal.models import Fact
from shopify_app.notices import rules
from shopify_app.notices.models import RECORDED, Notice
from shopify_app.notices.plan import Around
from shopify_app.orders.models import FulfillmentOrder, Order
from shopify_app.shops.models import Shop

DELIVERY = "delivery"
"""Kind of a notice."""
AT_CHECKOUT = 0
"""The cycle of checkout's own order: the first recurring charge is cycle 1."""
_CHECKOUT = timedelta(hours=1)


@dataclass(frozen=True)
class Paid:
    """One delivery: a fulfillment order of a contract, and the cycle whose charge paid for it."""

    row: FulfillmentOrder
    contract: Contract
    cycle_index: int

    @property
    def key(self) -> tuple[int, int, int]:
        """Return contract, cycle and number: what ships on one day from two places is told once."""
        return self.contract.id, self.cycle_index, self.row.number


def deliveries(*columns: Any) -> Select[Any]:
    """Select deliveries after the first of each charge, which is announced with the charge, in installed shops.

    Whatever the contract's status: what is paid for is shipped. Not of erased customers, and not while it is unknown
    which charge paid.
    """
    return (
        select(*(columns or (FulfillmentOrder, Contract, _cycle_index())))
        .select_from(FulfillmentOrder)
        .join(Order, Order.id == FulfillmentOrder.order_id)
        .join(
            Contract,
            and_(Contract.shop_id == FulfillmentOrder.shop_id, Contract.shopify_gid == FulfillmentOrder.contract_gid),
        )
        .join(Shop, Shop.id == FulfillmentOrder.shop_id)
        .where(FulfillmentOrder.number > 1, Contract.customer_gid.is_not(None), _cycle_index().is_not(None))
    )


def of_notice(session: Session, notice: Notice) -> list[Paid]:
    """Return what a notice speaks of: one delivery, in as many fulfillment orders as places it is shipped from."""
    found = session.execute(
        deliveries()
        .where(
            Contract.id == notice.contract_id,
            FulfillmentOrder.number == notice.delivery,
            _cycle_index() == notice.cycle_index,
        )
        .order_by(FulfillmentOrder.id)
    )
    return [Paid(*each) for each in found]


def owed(session: Session, around: Around, paid: Paid) -> dict[int, datetime]:
    """Return which leads are owed for a delivery and when, by the rules of orders."""
    if not around.leads:
        return {}
    at, zone = paid.row.fulfill_at, around.shop.zone
    told = _told(session, paid)
    heard = [
        rules.days_until(at, moment, zone)
        for _, planned_for, moment in told
        if planned_for and moment and not rules.has_moved(planned_for, at, zone)
    ]
    leads = rules.leads_for(around.leads, rules.interval_days(paid.contract.delivery_policy))
    recorded = {lead for lead, _, _ in told}
    return rules.owed(leads, at, zone, around.hour, around.now, recorded, min(heard, default=None))


def count(session: Session, paid: Paid) -> int:
    """Return how many deliveries were paid for together."""
    query = select(func.max(FulfillmentOrder.number)).where(
        FulfillmentOrder.order_id == paid.row.order_id, FulfillmentOrder.contract_gid == paid.row.contract_gid
    )
    return int(session.scalar(query) or paid.row.number)


def _told(session: Session, paid: Paid) -> Sequence[Any]:
    contract_id, cycle_index, number = paid.key
    query = select(Notice.lead_days, Notice.planned_for, Notice.recorded_at).where(
        Notice.shop_id == paid.row.shop_id,
        Notice.contract_id == contract_id,
        Notice.cycle_index == cycle_index,
        Notice.delivery == number,
        Notice.kind == DELIVERY,
        Notice.state == RECORDED,
    )
    return session.execute(query).all()


def _cycle_index() -> ColumnElement[Any]:
    charge = (
        select(func.min(Fact.cycle_index))
        .where(
            Fact.shop_id == FulfillmentOrder.shop_id,
            Fact.contract_gid == FulfillmentOrder.contract_gid,
            Fact.kind == "order.processed",
            Fact.data["order_gid"].astext == Order.shopify_gid,
        )
        .correlate(FulfillmentOrder, Order)
        .scalar_subquery()
    )
    return case((Order.shopify_created_at <= Contract.shopify_created_at + _CHECKOUT, AT_CHECKOUT), else_=charge)

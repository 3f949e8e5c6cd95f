"""Prepaid contracts: which orders hold deliveries that are still to come, and which of them must be read again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, case, cast, exists, or_, select
from sqlalchemy.orm import Session

from shopify_app.contracts.models import Contract
from shopify_app.orders.models import SCHEDULED, FulfillmentOrder, Order, OrderContract

AGAIN = timedelta(days=1)
"""Business time after which an order with scheduled deliveries is read once more, whatever webhooks said."""
OVERDUE = timedelta(hours=1)
"""The same when a delivery should have opened already."""
BATCH = 50
_DAYS = {"DAY": 1, "WEEK": 7, "MONTH": 30, "YEAR": 365}


def is_prepaid() -> ColumnElement[bool]:
    """A contract one of whose charges pays several deliveries, as a condition; `Contract.is_prepaid` in SQL."""
    return _days(Contract.billing_policy) > _days(Contract.delivery_policy)


def orders(*columns: Any) -> Select[Any]:
    """Select orders of prepaid contracts that Shopify still has."""
    ours = and_(Contract.shop_id == OrderContract.shop_id, Contract.shopify_gid == OrderContract.contract_gid)
    return (
        select(*columns)
        .join(OrderContract, OrderContract.order_id == Order.id)
        .join(Contract, ours)
        .where(is_prepaid(), Order.deleted_at.is_(None))
        .distinct()
    )


def has_deliveries(session: Session, shop_id: int, gid: str) -> bool:
    """Answer whether an order of this gid is known to us as one of a prepaid contract."""
    return session.scalar(orders(Order.id).where(Order.shop_id == shop_id, Order.shopify_gid == gid)) is not None


def order_of(session: Session, shop_id: int, fulfillment_order_gid: str) -> str | None:
    """Return the gid of the order a fulfillment order belongs to, None when we do not know it."""
    mine = select(Order.shopify_gid).join(FulfillmentOrder, FulfillmentOrder.order_id == Order.id)
    known = (FulfillmentOrder.shop_id == shop_id, FulfillmentOrder.shopify_gid == fulfillment_order_gid)
    return session.scalar(mine.where(*known).limit(1))


def stale(session: Session, shop_id: int, now: datetime) -> Sequence[str]:
    """Return the gids of a batch of orders whose deliveries must be read (again). `now`: business time."""
    waiting = and_(FulfillmentOrder.order_id == Order.id, FulfillmentOrder.status == SCHEDULED)
    late = and_(waiting, FulfillmentOrder.fulfill_at <= now)
    due = or_(
        Order.deliveries_read_at.is_(None),
        Order.deliveries_read_of < Order.shopify_updated_at,
        and_(Order.deliveries_read_at <= now - AGAIN, exists().where(waiting)),
        and_(Order.deliveries_read_at <= now - OVERDUE, exists().where(late)),
    )
    found = orders(Order.shopify_gid, Order.id).where(Order.shop_id == shop_id, due)
    return [gid for gid, _ in session.execute(found.order_by(Order.id).limit(BATCH))]


def _days(policy: Any) -> ColumnElement[int]:
    unit = case(_DAYS, value=policy["interval"].astext)
    return unit * cast(policy["intervalCount"].astext, Integer)

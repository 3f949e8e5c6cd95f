"""A delivery that was told and then moved or was cancelled: *Changed Upcoming Delivery*, once for each new day.

Only merchants move deliveries, in Shopify. A change rests for as long as one of an order, so that several clicks
become one mail and a change that is taken back becomes none.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from shopify_app.journal.record import record
from shopify_app.kit.db import Instant
from shopify_app.kit.gid import number_of
from shopify_app.notices import paid_ahead, rules
from shopify_app.notices.changed import QUIET
from shopify_app.notices.paid_ahead import Paid
from shopify_app.orders.models import CANCELLED, SCHEDULED, FulfillmentOrder
from shopify_app.shops.models import INSTALLED, Shop

BATCH = 200


def candidates(now: Instant, *columns: Any) -> Select[Any]:
    """Select deliveries of which something else was told than is so now, and has been for a while."""
    # both kinds of status stand in the partial index ix_fulfillment_orders_told, so that idle looks cost nothing
    moved = and_(
        FulfillmentOrder.status == SCHEDULED,
        FulfillmentOrder.fulfill_at > now,
        FulfillmentOrder.told_for != FulfillmentOrder.fulfill_at,
    )
    return paid_ahead.deliveries(*columns).where(
        Shop.status == INSTALLED,
        FulfillmentOrder.told_for.is_not(None),
        FulfillmentOrder.shopify_updated_at <= now - QUIET,
        or_(moved, FulfillmentOrder.status == CANCELLED),
    )


def work(session: Session, now: datetime) -> int:
    """Tell one batch of changes; returns how many rows were looked at. `now`: business time."""
    found = session.execute(
        candidates(now)
        .order_by(FulfillmentOrder.id)
        .limit(BATCH)
        .with_for_update(of=FulfillmentOrder, skip_locked=True)
    ).all()
    for each in found:
        paid = Paid(*each)
        if paid.row.told_for is not None:  # else it was told with the same delivery from another place, just now
            _look(session, paid, now)
    return len(found)


def _look(session: Session, paid: Paid, now: datetime) -> None:
    places = _places(session, paid)
    living = [row for row in places if row.status != CANCELLED]
    shop = session.get_one(Shop, paid.row.shop_id)
    told_for = paid.row.told_for
    row = next((row for row in living if row.status == SCHEDULED), None)
    if not living:
        _tell(session, shop, paid, None, now)
    elif row is not None and told_for and rules.has_moved(told_for, row.fulfill_at, shop.zone):
        _tell(session, shop, paid, row, now)
    for each in places:
        each.told_for = each.fulfill_at if each in living else None


def _places(session: Session, paid: Paid) -> list[FulfillmentOrder]:
    """One delivery may be shipped from several places, in a fulfillment order each."""
    mine = (
        FulfillmentOrder.order_id == paid.row.order_id,
        FulfillmentOrder.contract_gid == paid.row.contract_gid,
        FulfillmentOrder.number == paid.row.number,
    )
    return list(session.scalars(select(FulfillmentOrder).where(*mine).order_by(FulfillmentOrder.id)))


def _tell(session: Session, shop: Shop, paid: Paid, row: FulfillmentOrder | None, now: datetime) -> None:
    """Record that the delivery moved to the day of `row`, or for None that it is cancelled."""
    contract, number = paid.contract, paid.row.number
    ships_at = row.fulfill_at if row else None
    parts = (number_of(contract.shopify_gid), paid.cycle_index, number, paid.row.shopify_updated_at.isoformat())
    data = {
        "changes": ["date" if row else "cancelled"],
        "ships_at": ships_at.isoformat() if ships_at else None,
        "delivery": number,
        "deliveries": paid_ahead.count(session, paid),
        "fulfillment_order_gid": (row or paid.row).shopify_gid,
        "lines": (row or paid.row).lines,
    }
    if ships_at:
        data["days_until_delivery"] = rules.days_until(ships_at, now, shop.zone)
    told_for = paid.row.told_for
    record(
        session,
        shop.id,
        key=f"delivery-changed:{':'.join(map(str, parts))}",
        kind="delivery.changed",
        occurred_at=now,
        contract_gid=contract.shopify_gid,
        customer_gid=contract.customer_gid,
        cycle_index=paid.cycle_index,
        actor="shopify",
        cause="what was told is no longer so",
        before={"ships_at": told_for.isoformat() if told_for else None},
        after={"ships_at": data["ships_at"]},
        data=data,
    )

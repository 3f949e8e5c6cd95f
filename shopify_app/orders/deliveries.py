"""The mirror of prepaid deliveries: what was paid for together and is shipped one by one."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.contracts import contents
from shopify_app.contracts.reconcile import shops_of
from shopify_app.gateways.shopify import fulfillment_orders
from shopify_app.gateways.shopify.errors import ShopifyError
from shopify_app.gateways.shopify.fulfillment_orders import FulfillmentOrderSnapshot, OrderFulfillment
from shopify_app.orders import mirror, prepaid
from shopify_app.orders.models import SCHEDULED, FulfillmentOrder, Order
from shopify_app.shops.models import Shop
from shopify_app.shops.tokens import with_client

log = logging.getLogger(__name__)

ROUTED = timedelta(days=1)
"""Shopify makes fulfillment orders a while after the order; one without any is asked again for so long."""


def run(ctx: Context) -> int:
    """Read what was never read, has changed or may have; returns how many orders. Repairs lost webhooks."""
    return sum(_of_shop(ctx, shop) for shop in shops_of(ctx))


def apply(session: Session, shop: Shop, gid: str, found: OrderFulfillment, now: datetime) -> bool:
    """Write an order's deliveries as read; answers False for an order we do not know. `now`: business time."""
    order = session.scalar(select(Order).where(Order.shop_id == shop.id, Order.shopify_gid == gid).with_for_update())
    if order is None:
        return False
    rows = list(session.scalars(select(FulfillmentOrder).where(FulfillmentOrder.order_id == order.id)))
    for each in sorted(found.fulfillment_orders, key=lambda one: (one.fulfill_at, one.gid)):
        for contract_gid in sorted(each.lines):
            _write(session, shop, order, rows, contract_gid, each)
    if found.fulfillment_orders or now - found.created_at > ROUTED:
        order.deliveries_read_at, order.deliveries_read_of = now, found.updated_at
    return True


def scheduled(session: Session, shop_id: int, contract_gid: str, limit: int = 12) -> Sequence[FulfillmentOrder]:
    """Return a contract's paid deliveries that are still to come, soonest first."""
    mine = (FulfillmentOrder.shop_id == shop_id, FulfillmentOrder.contract_gid == contract_gid)
    query = select(FulfillmentOrder).where(*mine, FulfillmentOrder.status == SCHEDULED)
    return session.scalars(query.order_by(FulfillmentOrder.fulfill_at, FulfillmentOrder.id).limit(limit)).all()


def _of_shop(ctx: Context, shop: Shop) -> int:
    with ctx.db.session() as session:
        gids = prepaid.stale(session, shop.id, ctx.clock.now())
    try:
        for gid in gids:
            _read(ctx, shop, gid)
    except ShopifyError as error:
        log.warning("reading prepaid deliveries has to wait", extra={"shop": shop.domain, "error": str(error)})
        return 0
    return len(gids)


def _read(ctx: Context, shop: Shop, gid: str) -> None:
    found = with_client(ctx, shop.id, lambda client: fulfillment_orders.of_order(client, gid))
    with ctx.db.session() as session:
        if found is None:
            mirror.mark_deleted(session, shop.id, gid, ctx.clock.now())  # else it is asked for again and again
            return
        apply(session, shop, gid, found, ctx.clock.now())


def _write(
    session: Session,
    shop: Shop,
    order: Order,
    rows: list[FulfillmentOrder],
    contract_gid: str,
    each: FulfillmentOrderSnapshot,
) -> None:
    siblings = [row for row in rows if row.contract_gid == contract_gid]
    row = next((row for row in siblings if row.shopify_gid == each.gid), None)
    if row is None:
        number = _number(siblings, each.fulfill_at, shop.zone)
        row = FulfillmentOrder(shop_id=shop.id, order_id=order.id, contract_gid=contract_gid, shopify_gid=each.gid)
        row.number = number
        session.add(row)
        rows.append(row)
    elif row.shopify_updated_at > each.updated_at:
        return  # ours was read later
    row.status, row.fulfill_at, row.shopify_updated_at = each.status, each.fulfill_at, each.updated_at
    row.location = each.location
    row.lines = [contents.line_json(line) for line in each.lines[contract_gid] if line.quantity]


def _number(siblings: list[FulfillmentOrder], fulfill_at: datetime, zone: ZoneInfo) -> int:
    """What ships on one local day, from however many places, is one delivery; a number once given stays."""
    days: dict[date, int] = {row.fulfill_at.astimezone(zone).date(): row.number for row in siblings}
    return days.get(fulfill_at.astimezone(zone).date()) or max(days.values(), default=0) + 1

"""orders/* and fulfillment_orders/*: which contract an order came from is asked by GraphQL; no payload says it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.gateways.shopify import fulfillment_orders, orders
from shopify_app.gateways.shopify.errors import AccessDenied
from shopify_app.gateways.shopify.fulfillment_orders import OrderFulfillment
from shopify_app.gateways.shopify.orders import OrderSnapshot
from shopify_app.kit.db import Json
from shopify_app.kit.gid import gid
from shopify_app.kit.handling import IGNORED
from shopify_app.orders import deliveries, mirror, prepaid
from shopify_app.shops.models import Shop
from shopify_app.shops.tokens import with_client
from shopify_app.shops.webhooks import Message

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reading:
    """An order as read; None when Shopify no longer has it. `now` is business time."""

    gid: str
    now: datetime
    order: OrderSnapshot | None


def fetch_order(ctx: Context, shop: Shop, message: Message) -> Reading | None:
    """Read the order a payload names; None when it names none. Raises ShopifyError."""
    found = order_gid(message.payload)
    if found is None:
        return None
    order = with_client(ctx, shop.id, lambda client: orders.fetch(client, found))
    return Reading(found, ctx.clock.now(), order)


def order_changed(
    ctx: Context, session: Session, shop: Shop, message: Message, reading: Reading | None
) -> str | None:
    """orders/create, updated, edited, cancelled, fulfilled, delete."""
    if reading is None:
        return IGNORED
    if reading.order is None:
        return None if mirror.mark_deleted(session, shop.id, reading.gid, reading.now) else IGNORED
    return None if mirror.apply(session, shop.id, reading.order) else IGNORED


@dataclass(frozen=True)
class Deliveries:
    """What is to be shipped of a prepaid order, as read. `now` is business time."""

    gid: str
    now: datetime
    found: OrderFulfillment


def fetch_deliveries(ctx: Context, shop: Shop, message: Message) -> Deliveries | None:
    """Read the deliveries of the order a payload names, if we know it as one of a prepaid contract.

    None for all other orders, and where the merchant has not granted the scope yet: the duty reads them once it is
    there, and the order itself must not wait for that. Raises ShopifyError.
    """
    with ctx.db.session() as session:
        named = _order_of(session, shop, message.payload)
        if named is None or not prepaid.has_deliveries(session, shop.id, named):
            return None
    try:
        found = with_client(ctx, shop.id, lambda client: fulfillment_orders.of_order(client, named))
    except AccessDenied as error:
        log.warning("deliveries may not be read yet", extra={"shop": shop.domain, "error": str(error)})
        return None
    return Deliveries(named, ctx.clock.now(), found) if found else None


def deliveries_changed(
    ctx: Context, session: Session, shop: Shop, message: Message, reading: Deliveries | None
) -> str | None:
    """orders/* of prepaid contracts, and fulfillment_orders/*."""
    if reading is None:
        return IGNORED
    return None if deliveries.apply(session, shop, reading.gid, reading.found, reading.now) else IGNORED


def _order_of(session: Session, shop: Shop, payload: Json) -> str | None:
    own = payload.get("fulfillment_order")
    if not isinstance(own, dict):
        return order_gid(payload)
    return prepaid.order_of(session, shop.id, str(own.get("id")))


def order_gid(payload: Json) -> str | None:
    """Return the order's gid from an orders/* payload, None when it names none."""
    own = payload.get("admin_graphql_api_id")
    if isinstance(own, str) and "/Order/" in own:
        return own
    edit = payload.get("order_edit")
    number = edit.get("order_id") if isinstance(edit, dict) else payload.get("id")
    return gid("Order", number) if isinstance(number, int | str) and str(number).isdigit() else None

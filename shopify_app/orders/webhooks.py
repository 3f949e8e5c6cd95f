"""orders/*: which contract an order came from is asked by GraphQL; the payload's lines do not say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.gateways.shopify import orders
from shopify_app.gateways.shopify.orders import OrderSnapshot
from shopify_app.kit.db import Json
from shopify_app.kit.gid import gid
from shopify_app.kit.handling import IGNORED
from shopify_app.orders import mirror
from shopify_app.shops.models import Shop
from shopify_app.shops.tokens import with_client
from shopify_app.shops.webhooks import Message


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


def order_gid(payload: Json) -> str | None:
    """Return the order's gid from an orders/* payload, None when it names none."""
    own = payload.get("admin_graphql_api_id")
    if isinstance(own, str) and "/Order/" in own:
        return own
    edit = payload.get("order_edit")
    number = edit.get("order_id") if isinstance(edit, dict) else payload.get("id")
    return gid("Order", number) if isinstance(number, int | str) and str(number).isdigit() else None

"""Orders that no webhook told of: swept by their time of change."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.contracts import sweep
from shopify_app.contracts.reconcile import shops_of
from shopify_app.gateways.shopify import orders
from shopify_app.gateways.shopify.client import AdminClient, Cost
from shopify_app.gateways.shopify.errors import ShopifyError
from shopify_app.gateways.shopify.orders import OrderSnapshot
from shopify_app.orders import mirror
from shopify_app.shops.models import Shop

log = logging.getLogger(__name__)

FIRST_LOOK_BACK = timedelta(days=60)
"""Older orders need the read_all_orders scope (Shopify docs), and a thin mirror does not need them."""


def run(ctx: Context) -> int:
    """Sweep the changed orders of every installed shop; returns how many were read."""
    read = 0
    for shop in shops_of(ctx):
        try:
            read += sweep.run(ctx, shop, _ORDERS, shop.installed_at - FIRST_LOOK_BACK)
        except ShopifyError as error:
            log.warning("sweeping orders has to wait", extra={"shop": shop.domain, "error": str(error)})
    return read


def _read(client: AdminClient, query: str, cursor: str | None) -> tuple[Sequence[OrderSnapshot], str | None, Cost]:
    page = orders.fetch_page(client, query, cursor)
    return page.orders, page.cursor, page.cost


def _apply(session: Session, shop: Shop, found: Sequence[OrderSnapshot], now: datetime) -> None:
    for order in sorted(found, key=lambda order: order.gid):
        mirror.apply(session, shop.id, order)


_ORDERS: sweep.Noun[OrderSnapshot] = sweep.Noun("orders", _read, _apply)

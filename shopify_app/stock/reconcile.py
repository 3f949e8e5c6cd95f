"""Products, variants and stock that no webhook told of.

Products are swept by their time of change. Variants that contract lines refer to and we lack are read. Stock has no
time of change to search by: levels are read again in turn, the longest unread first, while points last.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shopify_app.catalog import mirror
from shopify_app.catalog.models import Variant
from shopify_app.context import Context
from shopify_app.contracts import pace, sweep
from shopify_app.contracts.models import Sweep
from shopify_app.contracts.reconcile import shops_of
from shopify_app.gateways.shopify import products
from shopify_app.gateways.shopify.client import AdminClient, Cost
from shopify_app.gateways.shopify.errors import ShopifyError
from shopify_app.gateways.shopify.products import ProductSnapshot
from shopify_app.shops.models import Shop
from shopify_app.shops.tokens import with_client
from shopify_app.stock import gaps

log = logging.getLogger(__name__)

LEVELS = "levels"
"""Name of the sweep row whose cursor is the variant that was read last."""


def run(ctx: Context) -> int:
    """Bring catalog and stock of every installed shop up to date; returns how many objects were read."""
    read = 0
    for shop in shops_of(ctx):
        try:
            read += fill_gaps(ctx, shop)
            read += sweep.run(ctx, shop, _PRODUCTS, shop.installed_at)
            read += reread_levels(ctx, shop)
        except ShopifyError as error:
            log.warning("sweeping the catalog has to wait", extra={"shop": shop.domain, "error": str(error)})
    return read


def fill_gaps(ctx: Context, shop: Shop) -> int:
    """Read variants that contract lines refer to and we lack; returns how many. Raises ShopifyError."""
    count = 0
    while True:
        with ctx.db.session() as session:
            asked = gaps.missing(session, shop.id)
        if not asked:
            return count
        cost = _read_variants(ctx, shop, asked)
        count += len(asked)
        if pace.is_low(cost):
            return count


def reread_levels(ctx: Context, shop: Shop) -> int:
    """Read the next batch of variants with their stock, round and round; returns how many. Raises ShopifyError."""
    with ctx.db.session() as session:
        asked = _next_variants(session, shop.id)
    if not asked:
        return 0
    _read_variants(ctx, shop, asked)
    now = ctx.clock.now()
    with ctx.db.session() as session:
        place = session.get(Sweep, (shop.id, LEVELS)) or Sweep(shop_id=shop.id, name=LEVELS, since=now)
        place.since = place.finished_at = now
        place.cursor = asked[-1]
        session.add(place)
    return len(asked)


def _next_variants(session: Session, shop_id: int) -> list[str]:
    place = session.get(Sweep, (shop_id, LEVELS))
    known = select(Variant.shopify_gid).where(Variant.shop_id == shop_id, Variant.inventory_item_gid.is_not(None))
    # plain byte order, so that the place means the same on every database
    key = func.encode(func.convert_to(Variant.shopify_gid, "UTF8"), "hex")
    after = (place.cursor or "").encode().hex() if place else ""
    following = list(session.scalars(known.where(key > after).order_by(key).limit(products.BATCH)))
    return following or list(session.scalars(known.order_by(key).limit(products.BATCH)))


def _read_variants(ctx: Context, shop: Shop, asked: Sequence[str]) -> Cost:
    found, cost = with_client(ctx, shop.id, lambda client: products.fetch_variants(client, asked))
    with ctx.db.session() as session:
        gaps.apply(session, shop.id, asked, found)
    return cost


def _read(client: AdminClient, query: str, cursor: str | None) -> tuple[Sequence[ProductSnapshot], str | None, Cost]:
    page = products.fetch_page(client, query, cursor)
    return page.products, page.cursor, page.cost


def _apply(session: Session, shop: Shop, found: Sequence[ProductSnapshot], now: datetime) -> None:
    for product in sorted(found, key=lambda product: product.gid):
        if mirror.knows_product(session, shop.id, product.gid):
            mirror.apply_product(session, shop.id, product)


_PRODUCTS: sweep.Noun[ProductSnapshot] = sweep.Noun("products", _read, _apply)

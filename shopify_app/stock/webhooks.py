"""products/* and inventory_levels/*, for items a contract holds; all others are closed unread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from shopify_app.catalog import mirror
from shopify_app.context import Context
from shopify_app.gateways.shopify import inventory, products
from shopify_app.gateways.shopify.inventory import LevelSnapshot
from shopify_app.gateways.shopify.products import ProductSnapshot, VariantSnapshot
from shopify_app.kit.db import Json
from shopify_app.kit.gid import gid
from shopify_app.kit.handling import IGNORED
from shopify_app.shops.models import Shop
from shopify_app.shops.tokens import with_client
from shopify_app.shops.webhooks import Message
from shopify_app.stock import gaps, levels


@dataclass(frozen=True)
class ProductReading:
    """A product with those of its variants that we hold; None when Shopify no longer has it."""

    gid: str
    now: datetime
    product: ProductSnapshot | None
    asked: list[str]
    variants: dict[str, VariantSnapshot]


def fetch_product(ctx: Context, shop: Shop, message: Message) -> ProductReading | None:
    """Read the product of a payload if we hold it; else None, unread. Raises ShopifyError."""
    found = _product_gid(message.payload)
    if found is None:
        return None
    with ctx.db.session() as session:
        if not mirror.knows_product(session, shop.id, found):
            return None
        asked = mirror.variants_of(session, shop.id, found)
    product = with_client(ctx, shop.id, lambda client: products.fetch(client, found))
    variants: dict[str, VariantSnapshot] = {}
    for start in range(0, len(asked) if product else 0, products.BATCH):
        part = asked[start : start + products.BATCH]
        variants |= with_client(ctx, shop.id, lambda client, part=part: products.fetch_variants(client, part)[0])  # type: ignore[misc]
    return ProductReading(found, ctx.clock.now(), product, asked, variants)


def product_changed(
    ctx: Context, session: Session, shop: Shop, message: Message, reading: ProductReading | None
) -> str | None:
    """products/update and products/delete."""
    if reading is None:
        return IGNORED
    if reading.product is None:
        mirror.mark_deleted(session, shop.id, reading.gid, reading.now)
        return None
    mirror.apply_product(session, shop.id, reading.product)
    gaps.apply(session, shop.id, reading.asked, reading.variants)
    return None


def fetch_level(ctx: Context, shop: Shop, message: Message) -> LevelSnapshot | None:
    """Read the inventory level of a payload if a contract holds its item; else None, unread."""
    payload = message.payload
    level, number = payload.get("admin_graphql_api_id"), payload.get("inventory_item_id")
    if not isinstance(level, str) or not isinstance(number, int | str):
        return None
    with ctx.db.session() as session:
        if not mirror.knows_item(session, shop.id, gid("InventoryItem", number)):
            return None
    return with_client(ctx, shop.id, lambda client: inventory.fetch(client, level))


def inventory_levels_update(
    ctx: Context, session: Session, shop: Shop, message: Message, reading: LevelSnapshot | None
) -> str | None:
    """inventory_levels/update."""
    if reading is None:
        return IGNORED
    levels.apply(session, shop.id, reading)
    return None


@dataclass(frozen=True)
class Disconnected:
    """What an item's locations keep of it, after one of them was said to keep it no longer."""

    item_gid: str
    location_gid: str
    levels: tuple[LevelSnapshot, ...]


def fetch_disconnected(ctx: Context, shop: Shop, message: Message) -> Disconnected | None:
    """Read all levels of a payload's item if a contract holds it; else None, unread. Raises ShopifyError.

    The payload is two numbers, `inventory_item_id` and `location_id`, without a gid (Shopify's webhook reference).
    """
    item, location = (message.payload.get(name) for name in ("inventory_item_id", "location_id"))
    if not isinstance(item, int | str) or not isinstance(location, int | str):
        return None
    item_gid = gid("InventoryItem", item)
    with ctx.db.session() as session:
        if not mirror.knows_item(session, shop.id, item_gid):
            return None
    found = with_client(ctx, shop.id, lambda client: inventory.fetch_all(client, item_gid))
    return Disconnected(item_gid, gid("Location", location), found)


def inventory_levels_disconnect(
    ctx: Context, session: Session, shop: Shop, message: Message, reading: Disconnected | None
) -> str | None:
    """inventory_levels/disconnect: only the place it names is forgotten, and only if it is really gone.

    One that was connected after the reading may be known from its own message already.
    """
    if reading is None:
        return IGNORED
    if reading.location_gid not in {level.location_gid for level in reading.levels}:
        levels.forget(session, shop.id, reading.item_gid, reading.location_gid)
    for level in reading.levels:
        levels.apply(session, shop.id, level)
    return None


def fetch_missing(ctx: Context, shop: Shop, message: Message) -> tuple[list[str], dict[str, VariantSnapshot]]:
    """Read variants that contract lines refer to and we lack (one batch; the sweep reads on). Raises ShopifyError."""
    with ctx.db.session() as session:
        asked = gaps.missing(session, shop.id)
    if not asked:
        return [], {}
    return asked, with_client(ctx, shop.id, lambda client: products.fetch_variants(client, asked)[0])


def variants_missing(
    ctx: Context,
    session: Session,
    shop: Shop,
    message: Message,
    reading: tuple[list[str], dict[str, VariantSnapshot]],
) -> str | None:
    """After a contract arrived: fill in what its lines refer to."""
    gaps.apply(session, shop.id, *reading)
    return None


def _product_gid(payload: Json) -> str | None:
    own = payload.get("admin_graphql_api_id")
    if isinstance(own, str) and "/Product/" in own:
        return own
    number = payload.get("id")
    return gid("Product", number) if isinstance(number, int | str) and str(number).isdigit() else None

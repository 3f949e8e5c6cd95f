"""Writes products and variants that contract lines refer to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shopify_app.catalog.models import Product, Variant
from shopify_app.gateways.shopify.products import ProductSnapshot, VariantSnapshot


def knows_product(session: Session, shop_id: int, gid: str) -> bool:
    """Answer whether a contract line refers to this product."""
    query = select(Product.id).where(Product.shop_id == shop_id, Product.shopify_gid == gid)
    return session.scalar(query) is not None


def knows_variant(session: Session, shop_id: int, gid: str) -> bool:
    """Answer whether we hold a variant with what it costs; a row without a price says that Shopify had none."""
    query = select(Variant.id).where(Variant.shop_id == shop_id, Variant.shopify_gid == gid)
    return session.scalar(query.where(Variant.price.is_not(None))) is not None


def knows_item(session: Session, shop_id: int, item_gid: str) -> bool:
    """Answer whether a variant of ours is counted by this inventory item."""
    query = select(Variant.id).where(Variant.shop_id == shop_id, Variant.inventory_item_gid == item_gid)
    return session.scalar(query.limit(1)) is not None


def variants_of(session: Session, shop_id: int, product_gid: str) -> list[str]:
    """Return the gids of a product's variants that we hold."""
    query = select(Variant.shopify_gid).where(Variant.shop_id == shop_id, Variant.product_gid == product_gid)
    return list(session.scalars(query))


def apply_product(session: Session, shop_id: int, snapshot: ProductSnapshot) -> None:
    """Insert or update a product unless ours is newer."""
    values = {
        "title": snapshot.title,
        "handle": snapshot.handle,
        "status": snapshot.status,
        "image_url": snapshot.image_url,
        "url": snapshot.url,
        "shopify_updated_at": snapshot.updated_at,
        "deleted_at": None,
    }
    statement = insert(Product).values(shop_id=shop_id, shopify_gid=snapshot.gid, **values)
    newer = statement.excluded.shopify_updated_at >= Product.shopify_updated_at
    session.execute(
        statement.on_conflict_do_update(index_elements=["shop_id", "shopify_gid"], set_=values, where=newer)
    )


def apply_variant(session: Session, shop_id: int, snapshot: VariantSnapshot) -> None:
    """Insert or update a variant and its product."""
    apply_product(session, shop_id, snapshot.product)
    values = {
        "product_gid": snapshot.product.gid,
        "title": snapshot.title,
        "sku": snapshot.sku,
        "price": snapshot.price,
        "inventory_item_gid": snapshot.item_gid,
        "inventory_policy": snapshot.inventory_policy,
        "tracked": snapshot.tracked,
    }
    statement = insert(Variant).values(shop_id=shop_id, shopify_gid=snapshot.gid, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["shop_id", "shopify_gid"], set_=values))


def remember_gone(session: Session, shop_id: int, missing: Iterable[tuple[str, str, str]]) -> None:
    """Keep a row for variants (gid, product gid, title) that Shopify no longer has, so nobody asks for them again."""
    for gid, product_gid, title in missing:
        statement = insert(Variant).values(shop_id=shop_id, shopify_gid=gid, product_gid=product_gid, title=title)
        session.execute(statement.on_conflict_do_nothing())


def mark_deleted(session: Session, shop_id: int, product_gid: str, now: datetime) -> None:
    """Mark a product that Shopify no longer has. `now` is business time."""
    session.execute(
        update(Product)
        .where(Product.shop_id == shop_id, Product.shopify_gid == product_gid, Product.deleted_at.is_(None))
        .values(deleted_at=now)
    )

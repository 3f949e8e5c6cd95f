"""Mirror rows of products and variants."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from shopify_app.kit.db import Base, Id, ShopId


class Product(Base):
    """A product some contract line refers to. `shopify_updated_at` decides which of two readings is newer."""

    __tablename__ = "products"
    __table_args__ = (UniqueConstraint("shop_id", "shopify_gid"),)

    id: Mapped[Id]
    shop_id: Mapped[ShopId]
    shopify_gid: Mapped[str]
    title: Mapped[str]
    handle: Mapped[str | None]
    status: Mapped[str]
    image_url: Mapped[str | None]
    url: Mapped[str | None]
    shopify_updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


class Variant(Base):
    """A variant some contract line refers to."""

    __tablename__ = "variants"
    __table_args__ = (
        UniqueConstraint("shop_id", "shopify_gid"),
        Index("ix_variants_item", "shop_id", "inventory_item_gid"),
    )

    id: Mapped[Id]
    shop_id: Mapped[ShopId]
    shopify_gid: Mapped[str]
    product_gid: Mapped[str]
    title: Mapped[str]
    sku: Mapped[str | None]
    price: Mapped[Decimal | None]
    inventory_item_gid: Mapped[str | None]
    inventory_policy: Mapped[str | None]
    tracked: Mapped[bool | None]

"""Inventory levels."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from shopify_app.kit.db import Base, Id, ShopId


class InventoryLevel(Base):
    """Available units of one item at one location, absolute; the newest `shopify_updated_at` wins."""

    __tablename__ = "inventory_levels"
    __table_args__ = (UniqueConstraint("shop_id", "item_gid", "location_gid"),)

    id: Mapped[Id]
    shop_id: Mapped[ShopId]
    item_gid: Mapped[str]
    location_gid: Mapped[str]
    available: Mapped[int]
    shopify_updated_at: Mapped[datetime]

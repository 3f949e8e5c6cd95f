"""What a merchant decided about shoppers who leave."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, PrimaryKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shopify_app.kit.db import Base, ShopId


class LeavingRegion(Base):
    """The row of one region that a merchant saved; see `regions.Region`. `changed_at` is business time."""

    __tablename__ = "leaving_regions"
    __table_args__ = (PrimaryKeyConstraint("shop_id", "code"),)

    shop_id: Mapped[ShopId]
    code: Mapped[str]
    is_on: Mapped[bool]
    asks_reason: Mapped[bool]
    offers: Mapped[bool]
    withdrawal_days: Mapped[int | None]
    exempt: Mapped[str]
    changed_at: Mapped[datetime]


class LeavingOffer(Base):
    """The discount that a shop offers instead of cancelling: a percentage off the next `orders`."""

    __tablename__ = "leaving_offers"
    __table_args__ = (
        PrimaryKeyConstraint("shop_id"),
        CheckConstraint("percentage between 1 and 100", name="percentage"),
        CheckConstraint("orders >= 1", name="orders"),
    )

    shop_id: Mapped[ShopId]
    is_on: Mapped[bool]
    percentage: Mapped[int] = mapped_column()
    orders: Mapped[int] = mapped_column()
    title: Mapped[str]
    changed_at: Mapped[datetime]

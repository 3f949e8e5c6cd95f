"""What each subscription counts for a month as last counted, every movement of it, and a day's sums."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Index, PrimaryKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shopify_app.kit.db import Base, Id, ShopId


class RevenueCount(Base):
    """How far a shop is counted. `first_day`: the shop-local day of the first count, before which nothing is known.

    `counted_day` is the shop-local day of the last count, `counted_to` the machine instant up to which changes of
    contracts are counted.
    """

    __tablename__ = "revenue_counts"
    __table_args__ = (PrimaryKeyConstraint("shop_id"),)

    shop_id: Mapped[ShopId]
    first_day: Mapped[date]
    counted_day: Mapped[date]
    counted_to: Mapped[datetime]


class ContractRevenue(Base):
    """A contract as last counted. `mrr` is what it brings in a month while active (`monthly.py`)."""

    __tablename__ = "contract_revenue"
    __table_args__ = (PrimaryKeyConstraint("shop_id", "contract_id"),)

    shop_id: Mapped[ShopId]
    contract_id: Mapped[int]
    status: Mapped[str]
    currency: Mapped[str]
    mrr: Mapped[Decimal]


class RevenueMovement(Base):
    """One contract's movement on one shop-local day, signed; `active` is +1, 0 or -1. Never changed once written.

    `contract_id` is no foreign key: what once was earned stays earned. `reason` is empty unless somebody left.
    """

    __tablename__ = "revenue_movements"
    __table_args__ = (Index("ix_revenue_movements_day", "shop_id", "day"),)

    id: Mapped[Id]
    shop_id: Mapped[ShopId]
    contract_id: Mapped[int]
    day: Mapped[date]
    currency: Mapped[str]
    kind: Mapped[str]
    amount: Mapped[Decimal]
    active: Mapped[int]
    reason: Mapped[str] = mapped_column(default="")


class DailyMovement(Base):
    """A day's movements of one kind and reason, added up; made anew from the movements whenever one joins the day."""

    __tablename__ = "daily_movements"
    __table_args__ = (PrimaryKeyConstraint("shop_id", "day", "currency", "kind", "reason"),)

    shop_id: Mapped[ShopId]
    day: Mapped[date]
    currency: Mapped[str]
    kind: Mapped[str]
    reason: Mapped[str]
    number: Mapped[int]
    amount: Mapped[Decimal]


class DailyRevenue(Base):
    """Monthly revenue and active subscriptions at the end of a shop-local day (of today: so far)."""

    __tablename__ = "daily_revenue"
    __table_args__ = (PrimaryKeyConstraint("shop_id", "day", "currency"),)

    shop_id: Mapped[ShopId]
    day: Mapped[date]
    currency: Mapped[str]
    mrr: Mapped[Decimal]
    active: Mapped[int]

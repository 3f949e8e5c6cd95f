"""Mirror rows of orders and which contracts each belongs to."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shopify_app.kit.db import Base, Id, ShopId

SCHEDULED, CANCELLED = "SCHEDULED", "CANCELLED"
"""Of FulfillmentOrderStatus."""


class Order(Base):
    """An order with at least one line of one of our contracts.

    `unshipped` is what of the contract's lines still has to be shipped. Of a prepaid contract's order: when its
    fulfillment orders were last read (business time), and of which `shopify_updated_at`.
    """

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("shop_id", "shopify_gid"),
        Index("ix_orders_name", "shop_id", "name"),
        Index("ix_orders_unshipped", "shop_id", postgresql_where=text("unshipped <> '[]'::jsonb")),
    )

    id: Mapped[Id]
    shop_id: Mapped[ShopId]
    shopify_gid: Mapped[str]
    name: Mapped[str]
    total: Mapped[Decimal]
    currency: Mapped[str]
    financial_status: Mapped[str | None]
    fulfillment_status: Mapped[str | None]
    shopify_created_at: Mapped[datetime]
    shopify_updated_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    deliveries_read_at: Mapped[datetime | None]
    deliveries_read_of: Mapped[datetime | None]
    unshipped: Mapped[list[Any]] = mapped_column(server_default=text("'[]'::jsonb"))


class FulfillmentOrder(Base):
    """One delivery of a prepaid order, as Shopify schedules it; `number` counts the order's days of delivery from 1.

    `fulfill_at` is when it opens, `lines` what it holds of the contract, `location` the name of the place it ships
    from. `planned_for`: the `fulfill_at` its notices stand for; another one, or null, and they are planned again.
    `told_for`: the `fulfill_at` the shopper was told; null when nothing was, or that it is cancelled.
    """

    __tablename__ = "fulfillment_orders"
    __table_args__ = (
        UniqueConstraint("shop_id", "shopify_gid", "contract_gid"),
        Index("ix_fulfillment_orders_order", "order_id"),
        Index("ix_fulfillment_orders_contract", "shop_id", "contract_gid"),
        Index(
            "ix_fulfillment_orders_to_ship",
            "shop_id",
            "fulfill_at",
            postgresql_where=text("status in ('OPEN', 'SCHEDULED', 'IN_PROGRESS', 'ON_HOLD')"),
        ),
        Index("ix_fulfillment_orders_scheduled", "fulfill_at", postgresql_where=text("status = 'SCHEDULED'")),
        Index(
            "ix_fulfillment_orders_told",
            "shopify_updated_at",
            postgresql_where=text("told_for is not null and status in ('SCHEDULED', 'CANCELLED')"),
        ),
    )

    id: Mapped[Id]
    shop_id: Mapped[ShopId]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"))
    contract_gid: Mapped[str]
    shopify_gid: Mapped[str]
    number: Mapped[int]
    status: Mapped[str]
    fulfill_at: Mapped[datetime]
    shopify_updated_at: Mapped[datetime]
    lines: Mapped[list[Any]] = mapped_column(server_default=text("'[]'::jsonb"))
    location: Mapped[str | None]
    planned_for: Mapped[datetime | None]
    told_for: Mapped[datetime | None]


class OrderContract(Base):
    """Which contract an order came from; Shopify may join several contracts in one order."""

    __tablename__ = "order_contracts"
    __table_args__ = (
        UniqueConstraint("order_id", "contract_gid"),
        Index("ix_order_contracts_contract", "shop_id", "contract_gid"),
    )

    id: Mapped[Id]
    shop_id: Mapped[ShopId]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"))
    contract_gid: Mapped[str]

"""Planned notices, what was told of each order, and a shop's notice settings."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, PrimaryKeyConstraint, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shopify_app.kit.db import Base, Id, ShopId

PLANNED, RECORDED, DROPPED = "planned", "recorded", "dropped"


class Notice(Base):
    """One notice owed: unique per contract, cycle, delivery, kind and lead. `delivery` is 0 or a prepaid shipment.

    `plan_at` is when it should be told; a notice planned later than that (`planned_at`) is told at once.
    `planned_for` is the charge or shipment it was planned for. All in business time.
    """

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint(
            "shop_id",
            "contract_id",
            "cycle_index",
            "delivery",
            "kind",
            "lead_days",
            name="uq_notices_once",
        ),
        Index("ix_notices_planned", "plan_at", postgresql_where=text("state = 'planned'")),
    )

    id: Mapped[Id]
    shop_id: Mapped[ShopId]
    contract_id: Mapped[int] = mapped_column(ForeignKey("contracts.id", ondelete="CASCADE"))
    cycle_index: Mapped[int]
    delivery: Mapped[int] = mapped_column(server_default="0")
    kind: Mapped[str]
    lead_days: Mapped[int]
    plan_at: Mapped[datetime]
    planned_at: Mapped[datetime | None]
    planned_for: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(server_default=PLANNED)
    reason: Mapped[str | None]
    recorded_at: Mapped[datetime | None]
    dropped_at: Mapped[datetime | None]


class AnnouncedOrder(Base):
    """What a shopper was last told of one cycle's order.

    The `told_…` columns are null until something was told; `changes_told` counts *Changed Upcoming Order*.
    A difference that was found is told at `settles_at` (business time). Up to where it was looked for, and what is
    planned, stands on the cycle (`BillingCycle.compared_at`, `notices_for`).
    """

    __tablename__ = "announced_orders"
    __table_args__ = (
        PrimaryKeyConstraint("contract_id", "cycle_index"),
        Index("ix_announced_orders_settles", "settles_at", postgresql_where=text("settles_at is not null")),
    )

    shop_id: Mapped[ShopId]
    contract_id: Mapped[int] = mapped_column(ForeignKey("contracts.id", ondelete="CASCADE"))
    cycle_index: Mapped[int]
    told_at: Mapped[datetime | None]
    told_lead: Mapped[int | None]
    told_due_at: Mapped[datetime | None]
    told_skipped: Mapped[bool] = mapped_column(server_default=text("false"))
    told_amount: Mapped[Decimal | None]
    told_items: Mapped[list[Any]] = mapped_column(server_default=text("'[]'::jsonb"))
    changes_told: Mapped[int] = mapped_column(server_default="0")
    settles_at: Mapped[datetime | None]


class NoticeSettings(Base):
    """Days before a charge at which the shopper is told."""

    __tablename__ = "notice_settings"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True)
    lead_days: Mapped[list[Any]] = mapped_column(server_default=text("'[7, 3]'::jsonb"))

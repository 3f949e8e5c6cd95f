"""Planned notices and a shop's notice settings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shopify_app.kit.db import Base, Id, ShopId

PLANNED, RECORDED, DROPPED = "planned", "recorded", "dropped"


class Notice(Base):
    """One notice owed: unique per contract, cycle, delivery, kind and lead. `delivery` is 0 or a prepaid shipment."""

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
    state: Mapped[str] = mapped_column(server_default=PLANNED)
    reason: Mapped[str | None]
    recorded_at: Mapped[datetime | None]


class NoticeSettings(Base):
    """Days before a charge at which the shopper is told."""

    __tablename__ = "notice_settings"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True)
    lead_days: Mapped[list[Any]] = mapped_column(server_default=text("'[3]'::jsonb"))

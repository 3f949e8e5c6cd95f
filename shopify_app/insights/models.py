"""A day's charges in figures, how far the nightly comparison is, and what it found."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, PrimaryKeyConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shopify_app.kit.db import Base, Id, Json, ShopId


class DailyCharges(Base):
    """A shop-local day in figures, written anew every hour for a week and then left as it is.

    `expected` is the sum of all others. `unexplained` is never anything but zero, or it is an alert.
    """

    __tablename__ = "daily_charges"
    __table_args__ = (PrimaryKeyConstraint("shop_id", "day"),)

    shop_id: Mapped[ShopId]
    day: Mapped[date]
    expected: Mapped[int]
    billed: Mapped[int]
    failed: Mapped[int]
    skipped: Mapped[int]
    held: Mapped[int]
    parked: Mapped[int]
    in_flight: Mapped[int]
    to_come: Mapped[int]
    unexplained: Mapped[int]
    counted_at: Mapped[datetime]


class Comparison(Base):
    """How far a shop's comparison with Shopify is; each slice commits, so a killed worker's goes on.

    `night` is the shop-local day it belongs to. `started_at`, `finished_at`: business time; the rest machine time.
    `cursor` is the place within the phase.
    """

    __tablename__ = "comparisons"
    __table_args__ = (PrimaryKeyConstraint("shop_id"),)

    shop_id: Mapped[ShopId]
    night: Mapped[date]
    phase: Mapped[str]
    cursor: Mapped[str | None]
    looked_at: Mapped[int] = mapped_column(server_default="0")
    found: Mapped[int] = mapped_column(server_default="0")
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    next_slice_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(server_default="0")
    last_error: Mapped[str | None]


class DriftReport(Base):
    """One difference between our rows and Shopify: `before` is what we had, `after` what we have now.

    Only values that are about nobody are kept; of the others only that they changed. `is_repaired` is false for
    what a person should look at.
    """

    __tablename__ = "drift_reports"
    __table_args__ = (
        Index("ix_drift_reports_shop", "shop_id", "found_at"),
        Index("ix_drift_reports_open", "found_at", postgresql_where=text("not is_repaired")),
    )

    id: Mapped[Id]
    shop_id: Mapped[ShopId]
    found_at: Mapped[datetime]
    kind: Mapped[str]
    contract_gid: Mapped[str]
    cycle_index: Mapped[int | None]
    before: Mapped[Json | None]
    after: Mapped[Json | None]
    is_repaired: Mapped[bool]

"""Compliance requests, kept as proof with the personal data taken out."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped

from shopify_app.kit.db import Base, Id, Json, ShopId

DATA_REQUEST, CUSTOMER_REDACT, SHOP_REDACT = "customers/data_request", "customers/redact", "shop/redact"


class PrivacyRequest(Base):
    """A data request or redaction by Shopify. `report` holds what a data request found; it goes with the shop.

    `received_at`, `done_at` are business time; `next_try_at`, after a failure, is machine time.
    """

    __tablename__ = "privacy_requests"
    __table_args__ = (
        Index("ix_privacy_requests_shop", "shop_id", "received_at"),
        Index("ix_privacy_requests_open", "id", postgresql_where=text("done_at is null")),
    )

    id: Mapped[Id]
    shop_id: Mapped[ShopId]
    kind: Mapped[str]
    customer_gid: Mapped[str | None]
    received_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    report: Mapped[Json | None]
    next_try_at: Mapped[datetime | None]
    last_error: Mapped[str | None]

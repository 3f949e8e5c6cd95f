"""One row per delivered webhook."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shopify_app.kit.db import Base, Id, Json, ShopId

HANDLED, SUPERSEDED, IGNORED, PARKED = "handled", "superseded", "ignored", "parked"


class InboxMessage(Base):
    """A webhook as it arrived. `handled_at` is set in the handlers' own transaction.

    `subject` groups messages of one thing ("contract:123"): they drain under one lock, newest wins.
    A payload is emptied when its message is closed, and kept when it is parked.
    A worker leases the whole subject by `lease_until`, so one thing is never handled by two. All times but
    `triggered_at` are machine time: they measure our own queue.
    """

    __tablename__ = "inbox_messages"
    __table_args__ = (
        UniqueConstraint("shop_id", "webhook_id"),
        Index("ix_inbox_messages_waiting", "next_try_at", postgresql_where=text("handled_at is null")),
        Index("ix_inbox_messages_subject", "shop_id", "subject", postgresql_where=text("handled_at is null")),
        Index("ix_inbox_messages_shop_received", "shop_id", "received_at"),
    )

    id: Mapped[Id]
    shop_id: Mapped[ShopId]
    webhook_id: Mapped[str]
    event_id: Mapped[str | None]
    topic: Mapped[str]
    subject: Mapped[str]
    api_version: Mapped[str | None]
    triggered_at: Mapped[datetime | None]
    payload: Mapped[Json]
    received_at: Mapped[datetime]
    next_try_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(server_default="0")
    last_error: Mapped[str | None]
    handled_at: Mapped[datetime | None]
    outcome: Mapped[str | None]

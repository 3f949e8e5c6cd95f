"""Planned notices of cards that expire, and who was asked for another card."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, PrimaryKeyConstraint, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shopify_app.kit.db import Base, Id, ShopId

PLANNED, RECORDED, DROPPED = "planned", "recorded", "dropped"
REQUESTED, SENT, REFUSED, UNKNOWN = "requested", "sent", "refused", "unknown"
UPDATED, REPLACED, REMOVED = "updated", "replaced", "removed"
MAIL, LINK = "mail", "link"


class CardNotice(Base):
    """One notice of one card that expires: for a last day it is good, and a lead, told once at most.

    `plan_at`: when it is told, or looked at again. `done_at`: when it was told, or dropped for `reason`. All business
    time.
    """

    __tablename__ = "card_notices"
    __table_args__ = (
        PrimaryKeyConstraint("method_id", "expires_on", "lead_days"),
        Index("ix_card_notices_planned", "plan_at", postgresql_where=text("state = 'planned'")),
        CheckConstraint("state in ('planned', 'recorded', 'dropped')", name="state"),
    )

    shop_id: Mapped[ShopId]
    method_id: Mapped[int] = mapped_column(ForeignKey("payment_methods.id", ondelete="CASCADE"))
    expires_on: Mapped[date]
    lead_days: Mapped[int]
    plan_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(server_default=PLANNED)
    reason: Mapped[str | None]
    done_at: Mapped[datetime | None]


class CardSettings(Base):
    """Days before a card expires at which its owner is told."""

    __tablename__ = "card_settings"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True)
    lead_days: Mapped[list[Any]] = mapped_column(server_default=text("'[30, 15, 3]'::jsonb"))


class CardRequest(Base):
    """One request for another card: who asked, when, how, and what came of it.

    `how`: Shopify's MAIL, or a LINK into Shop Pay (which is not kept). While `state` is REQUESTED, whoever asks
    Shopify holds a lease (machine time); once it has passed, nobody knows whether Shopify heard. `outcome` is null
    until the card is UPDATED, REPLACED by another method, or REMOVED. `asked_at` and `outcome_at`: business time.
    """

    __tablename__ = "card_requests"
    __table_args__ = (
        UniqueConstraint("shop_id", "request_id"),
        Index("ix_card_requests_method", "shop_id", "method_gid", "asked_at"),
        Index("ix_card_requests_customer", "shop_id", "customer_gid", "asked_at"),
        CheckConstraint("state in ('requested', 'sent', 'refused', 'unknown')", name="state"),
        CheckConstraint("(outcome is null) = (outcome_at is null)", name="outcome"),
    )

    id: Mapped[Id]
    shop_id: Mapped[ShopId]
    request_id: Mapped[str]
    contract_gid: Mapped[str]
    customer_gid: Mapped[str | None]
    method_gid: Mapped[str]
    how: Mapped[str]
    actor: Mapped[str]
    state: Mapped[str]
    refusal: Mapped[str | None]
    asked_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    outcome: Mapped[str | None]
    outcome_at: Mapped[datetime | None]

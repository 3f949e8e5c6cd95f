"""Mails, and a shop's settings for them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shopify_app.kit.db import Base, Id, ShopId

NOTICE, ALERT, TEST = "notice", "alert", "test"
"""Purposes: what a shopper needs to know, what staff must look at, and a try of the settings."""
PENDING, SENDING, SENT, UNKNOWN, PARKED, DROPPED = "pending", "sending", "sent", "unknown", "parked", "dropped"
"""`sending`: the message is on its way at this moment; should the sender die, it is `unknown`, which ends there:
nobody but a person may send it again."""


class Mail(Base):
    """One mail to one person: unique per shop, purpose and reference, and so sent once.

    `at` is business time, everything else machine time. `fact_id` is the fact that a notice tells. `klaviyo_knows`:
    the event went with FallbackSent, so this mail is no longer taken back when Klaviyo works again.
    """

    __tablename__ = "mails"
    __table_args__ = (
        UniqueConstraint("shop_id", "purpose", "reference", name="uq_mails_once"),
        Index("ix_mails_waiting", "next_try_at", postgresql_where=text("state in ('pending', 'sending')")),
        Index("ix_mails_fact", "fact_id", postgresql_where=text("fact_id is not null")),
        Index("ix_mails_customer", "shop_id", "customer_gid", postgresql_where=text("customer_gid is not null")),
        Index("ix_mails_shop", "shop_id", "id"),
    )

    id: Mapped[Id]
    shop_id: Mapped[ShopId]
    purpose: Mapped[str]
    reference: Mapped[str]
    fact_id: Mapped[int | None] = mapped_column(ForeignKey("journal_facts.id", ondelete="CASCADE"))
    contract_gid: Mapped[str | None]
    customer_gid: Mapped[str | None]
    at: Mapped[datetime]
    language: Mapped[str]
    recipient: Mapped[str | None]
    subject: Mapped[str | None]
    plain: Mapped[str | None]
    html: Mapped[str | None]
    state: Mapped[str] = mapped_column(server_default=PENDING)
    reason: Mapped[str | None]
    tries: Mapped[int] = mapped_column(server_default="0")
    next_try_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    last_error: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    klaviyo_knows: Mapped[bool] = mapped_column(server_default=text("false"))

    def __repr__(self) -> str:
        return f"Mail(id={self.id}, purpose={self.purpose}, state={self.state})"


class MailSettings(Base):
    """Who mails come from, and who of the staff gets alerts.

    `fallback_since` (business time): what happens from then on is told by mail while Klaviyo cannot be told; null is
    off. `facts_read_to`: facts up to this one are too old to be told by mail.
    """

    __tablename__ = "mail_settings"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True)
    sender_name: Mapped[str] = mapped_column(server_default="")
    reply_to: Mapped[str] = mapped_column(server_default="")
    staff: Mapped[list[Any]] = mapped_column(server_default=text("'[]'::jsonb"))
    language: Mapped[str] = mapped_column(server_default="en")
    fallback_since: Mapped[datetime | None]
    facts_read_to: Mapped[int] = mapped_column(server_default="0")

    def __repr__(self) -> str:
        return f"MailSettings(shop_id={self.shop_id})"

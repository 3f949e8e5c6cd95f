"""A shop's connection to Klaviyo."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from shopify_app.kit.db import Base

CONNECTED, BROKEN = "connected", "broken"


class KlaviyoAccount(Base):
    """The account a shop's events go to. The key is encrypted; only its last four characters may be shown.

    `facts_read_to`: the newest fact up to which every fact of a catalogued kind has its delivery row.
    """

    __tablename__ = "klaviyo_accounts"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True)
    sealed_key: Mapped[str]
    key_hint: Mapped[str]
    account_id: Mapped[str]
    account_name: Mapped[str]
    state: Mapped[str]
    broken_reason: Mapped[str | None]
    connected_at: Mapped[datetime]
    facts_read_to: Mapped[int] = mapped_column(server_default="0")

    def __repr__(self) -> str:
        return f"KlaviyoAccount(shop_id={self.shop_id}, state={self.state})"


class KlaviyoBucket(Base):
    """How many requests an account may still be sent at one endpoint, as of `at` (machine time).

    By Klaviyo's account rather than by shop: two shops may share an account, and with it the quota.
    """

    __tablename__ = "klaviyo_buckets"

    account_id: Mapped[str] = mapped_column(primary_key=True)
    endpoint: Mapped[str] = mapped_column(primary_key=True)
    tokens: Mapped[float]
    at: Mapped[datetime]

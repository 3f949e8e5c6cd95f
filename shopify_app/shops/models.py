"""The shop row and its token."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from shopify_app.kit.db import Base, Id

KEY_LOST = "key"
"""`refused_reason` of a token that none of the keys in ENCRYPTION_KEY opens. It ends when the key comes back."""

INSTALLING, INSTALLED, UNINSTALLED = "installing", "installed", "uninstalled"


class Shop(Base):
    """One Shopify shop. `host` is the HOST it was installed under: a copy of the database must not charge.

    `country` is its ISO code, None until Shopify was asked since the upgrade. `mail_links`: whether links in mails
    "act", or lead into the shopper's "account". `staff_language`: see `shops/language.py`; None is as in Shopify.
    """

    __tablename__ = "shops"

    id: Mapped[Id]
    domain: Mapped[str] = mapped_column(unique=True)
    shopify_gid: Mapped[str | None]
    name: Mapped[str] = mapped_column(server_default="")
    iana_timezone: Mapped[str] = mapped_column(server_default="UTC")
    currency: Mapped[str] = mapped_column(server_default="USD")
    plan_name: Mapped[str] = mapped_column(server_default="")
    country: Mapped[str | None]
    primary_locale: Mapped[str] = mapped_column(server_default="en")
    mail_links: Mapped[str] = mapped_column(server_default="act")
    staff_language: Mapped[str | None]
    status: Mapped[str] = mapped_column(server_default=INSTALLED)
    host: Mapped[str]
    installed_at: Mapped[datetime]
    uninstalled_at: Mapped[datetime | None]
    billing_stopped_at: Mapped[datetime | None]
    billing_stopped_reason: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))

    @property
    def zone(self) -> ZoneInfo:
        """The shop's time zone; UTC when Shopify sent a name this machine does not know."""
        try:
            return ZoneInfo(self.iana_timezone)
        except (KeyError, ValueError):
            return ZoneInfo("UTC")

    @property
    def is_installed(self) -> bool:
        return self.status == INSTALLED

    @property
    def may_bill(self) -> bool:
        return self.is_installed and self.billing_stopped_at is None


class ShopToken(Base):
    """The shop's expiring offline token and its refresh token, encrypted. Times are machine time."""

    __tablename__ = "shop_tokens"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True)
    access_token: Mapped[str]
    access_expires_at: Mapped[datetime | None]
    refresh_token: Mapped[str | None]
    refresh_expires_at: Mapped[datetime | None]
    scopes: Mapped[str] = mapped_column(server_default="")
    obtained_at: Mapped[datetime]
    refused_at: Mapped[datetime | None]
    refused_reason: Mapped[str | None]

    def __repr__(self) -> str:
        return f"ShopToken(shop_id={self.shop_id})"

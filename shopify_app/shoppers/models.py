"""Mirror rows of customers and payment methods."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from shopify_app.kit.clock import machine_now
from shopify_app.kit.db import Base, Id, ShopId


class Shopper(Base):
    """A Shopify customer with a contract. Every personal field may be missing: without Shopify's
    protected-data approval the API sends null. `written_at`: machine instant of the last change."""

    __tablename__ = "shoppers"
    __table_args__ = (
        UniqueConstraint("shop_id", "shopify_gid"),
        Index("ix_shoppers_email", "shop_id", "email"),
        Index("ix_shoppers_written", "shop_id", "written_at"),
    )

    id: Mapped[Id]
    shop_id: Mapped[ShopId]
    shopify_gid: Mapped[str]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    first_name: Mapped[str | None]
    last_name: Mapped[str | None]
    locale: Mapped[str | None]
    shopify_updated_at: Mapped[datetime | None]
    merged_into_gid: Mapped[str | None]
    redacted_at: Mapped[datetime | None]
    written_at: Mapped[datetime] = mapped_column(server_default=func.now(), default=machine_now, onupdate=machine_now)

    @property
    def label(self) -> str:
        """What a merchant sees: name, else mail, else the customer number."""
        name = " ".join(part for part in (self.first_name, self.last_name) if part)
        return name or self.email or f"Customer {self.shopify_gid.rsplit('/', 1)[-1]}"


class PaymentMethod(Base):
    """A vaulted way to pay. Never holds more than brand, last digits and expiry.

    Shopify gives it no time of change, so of two readings the later asked one wins (`read_at`, machine time);
    `written_at` is when one last said something new.
    """

    __tablename__ = "payment_methods"
    __table_args__ = (
        UniqueConstraint("shop_id", "shopify_gid"),
        Index("ix_payment_methods_customer", "shop_id", "customer_gid"),
        Index("ix_payment_methods_written", "shop_id", "written_at"),
    )

    id: Mapped[Id]
    shop_id: Mapped[ShopId]
    shopify_gid: Mapped[str]
    customer_gid: Mapped[str | None]
    kind: Mapped[str]
    brand: Mapped[str | None]
    last_digits: Mapped[str | None]
    expires_on: Mapped[date | None]
    revoked_at: Mapped[datetime | None]
    revoked_reason: Mapped[str | None]
    read_at: Mapped[datetime | None]
    written_at: Mapped[datetime] = mapped_column(server_default=func.now(), default=machine_now, onupdate=machine_now)

    @property
    def label(self) -> str:
        """What a person reads, e.g. "Visa ending in 4242"."""
        name = self.brand or self.kind
        return f"{name} ending in {self.last_digits}" if self.last_digits else name

"""Mirror rows of customers and payment methods."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Computed, Index, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shopify_app.kit.clock import machine_now
from shopify_app.kit.db import Base, Id, Json, ShopId
from shopify_app.kit.speech import _


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
        return name or self.email or _("Customer %(number)s", number=self.shopify_gid.rsplit("/", 1)[-1])


class PaymentMethod(Base):
    """A vaulted way to pay. Never holds more than brand, last digits and expiry.

    Shopify gives it no time of change, so of two readings the later asked one wins (`read_at`, machine time);
    `written_at` is when one last said something new. What `cards` did stands on the row, where an index finds what it
    has not done: `seen` is what it last saw of the method, at the `written_at` of `seen_at`; `planned_for` the expiry
    that notices were planned for.
    """

    __tablename__ = "payment_methods"
    __table_args__ = (
        UniqueConstraint("shop_id", "shopify_gid"),
        Index("ix_payment_methods_customer", "shop_id", "customer_gid"),
        Index("ix_payment_methods_written", "shop_id", "written_at"),
        Index("ix_payment_methods_expires", "shop_id", "expires_on", postgresql_where=text("revoked_at is null")),
        Index("ix_payment_methods_to_look", "id", postgresql_where=text("to_look is true")),
        Index(
            "ix_payment_methods_unplanned",
            "shop_id",
            "expires_on",
            postgresql_where=text("revoked_at is null and planned_for is distinct from expires_on"),
        ),
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
    seen: Mapped[Json | None] = mapped_column(JSONB(none_as_null=True))
    seen_at: Mapped[datetime | None]
    to_look: Mapped[bool | None] = mapped_column(Computed("seen_at is distinct from written_at", persisted=True))
    planned_for: Mapped[date | None]

    @property
    def label(self) -> str:
        """What a person reads, e.g. "Visa ending in 4242"."""
        name = self.brand or self.kind
        return _("%(card)s ending in %(digits)s", card=name, digits=self.last_digits) if self.last_digits else name

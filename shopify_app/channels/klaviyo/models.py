"""A shop's connection to Klaviyo."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, PrimaryKeyConstraint, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from shopify_app.kit.db import Base, ShopId

CONNECTED, BROKEN, DISCONNECTED = "connected", "broken", "disconnected"


class KlaviyoAccount(Base):
    """The account a shop's events go to. The key is encrypted; only its last four characters may be shown.

    A disconnected one stays without its key, so that a key of another account is noticed later.

    `facts_read_to`: the newest fact up to which every fact of a catalogued kind has its delivery row.
    `profiles_read_to`: what was written of contracts, shoppers and cards before this machine
    instant is on their shoppers' profiles, or on the way.
    `profiles_refused`: why the account takes no profiles, when it does not.
    `silent_since`: since when it takes no events, in business time; null while it is connected.
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
    silent_since: Mapped[datetime | None]
    facts_read_to: Mapped[int] = mapped_column(server_default="0")
    profiles_read_to: Mapped[datetime | None]
    profiles_refused: Mapped[str | None]

    def __repr__(self) -> str:
        return f"KlaviyoAccount(shop_id={self.shop_id}, state={self.state})"


def account_of(session: Session, shop_id: int) -> KlaviyoAccount | None:
    """Return a shop's account, also one whose key is refused; None when it has none, or was disconnected."""
    row = session.get(KlaviyoAccount, shop_id)
    return row if row and row.state != DISCONNECTED else None


class KlaviyoBucket(Base):
    """How many requests an account may still be sent at one endpoint, as of `at` (machine time).

    By Klaviyo's account rather than by shop: two shops may share an account, and with it the quota.
    """

    __tablename__ = "klaviyo_buckets"

    account_id: Mapped[str] = mapped_column(primary_key=True)
    endpoint: Mapped[str] = mapped_column(primary_key=True)
    tokens: Mapped[float]
    at: Mapped[datetime]


class KlaviyoProfile(Base):
    """What one shopper's profile should say (`wanted`, a digest), and what it was last accepted to say (`told`).

    Digests only: the values are read anew when they are sent. A row without `next_try_at` waits for nothing; the
    instants are machine time.
    """

    __tablename__ = "klaviyo_profiles"
    __table_args__ = (
        PrimaryKeyConstraint("shop_id", "customer_gid"),
        Index("ix_klaviyo_profiles_waiting", "next_try_at", postgresql_where=text("next_try_at is not null")),
    )

    shop_id: Mapped[ShopId]
    customer_gid: Mapped[str]
    wanted: Mapped[str]
    told: Mapped[str | None]
    next_try_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(server_default="0")
    last_error: Mapped[str | None]

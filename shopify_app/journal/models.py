"""Facts, and where each has been told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shopify_app.kit.db import Base, Id, Json, ShopId

PENDING, ACCEPTED, DROPPED, PARKED_DELIVERY = "pending", "accepted", "dropped", "parked"


class Fact(Base):
    """Something that happened. `key` makes recording it twice impossible.

    `kind` is dotted ("subscription.started"); `occurred_at` is business time. `contract_gid` and `customer_gid`
    are Shopify ids rather than foreign keys, so that history outlives a mirror row.
    """

    __tablename__ = "journal_facts"
    __table_args__ = (
        UniqueConstraint("shop_id", "key"),
        Index("ix_journal_facts_contract", "shop_id", "contract_gid", "occurred_at"),
        Index("ix_journal_facts_customer", "shop_id", "customer_gid"),
        Index("ix_journal_facts_shop_id_id", "shop_id", "id"),
        Index(
            "ix_journal_facts_alerts",
            "shop_id",
            "occurred_at",
            postgresql_where=text("kind in ('charge.parked', 'charge.failed')"),
        ),
    )

    id: Mapped[Id]
    shop_id: Mapped[ShopId]
    key: Mapped[str]
    kind: Mapped[str]
    contract_gid: Mapped[str | None]
    customer_gid: Mapped[str | None]
    cycle_index: Mapped[int | None]
    occurred_at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(server_default="shopify")
    cause: Mapped[str | None]
    before: Mapped[Json | None]
    after: Mapped[Json | None]
    data: Mapped[Json] = mapped_column(server_default=text("'{}'::jsonb"))
    recorded_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class Delivery(Base):
    """One fact for one channel. The body is rendered once and sent unchanged on every try (machine time).

    `is_unsure`: the answer to a try was lost, so the channel may have it already.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("fact_id", "channel"),
        Index("ix_deliveries_shop", "shop_id", "id"),
        Index("ix_deliveries_waiting", "channel", "next_try_at", postgresql_where=text("state = 'pending'")),
        Index(
            "ix_deliveries_in_order",
            "shop_id",
            "contract_gid",
            "channel",
            "id",
            postgresql_where=text("state = 'pending'"),
        ),
    )

    id: Mapped[Id]
    shop_id: Mapped[ShopId]
    fact_id: Mapped[int] = mapped_column(ForeignKey("journal_facts.id", ondelete="CASCADE"))
    channel: Mapped[str]
    contract_gid: Mapped[str | None]
    state: Mapped[str] = mapped_column(server_default=PENDING)
    unique_id: Mapped[str | None]
    body: Mapped[Json | None] = mapped_column(JSONB(none_as_null=True))
    tries: Mapped[int] = mapped_column(server_default="0")
    next_try_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    is_unsure: Mapped[bool] = mapped_column(server_default=text("false"))
    last_error: Mapped[str | None]
    reason: Mapped[str | None]
    accepted_at: Mapped[datetime | None]

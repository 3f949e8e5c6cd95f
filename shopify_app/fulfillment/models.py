"""Entries of the change feed, how far each shop's journal is read, and who may read the feed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shopify_app.kit.db import Base, Id, Json, ShopId

HISTORY = "perennial"
"""`acknowledged_by` of what had happened before the feed first looked: nobody is asked to go through it."""


class FeedReading(Base):
    """How far a shop's journal is in its feed. Whoever writes entries of a shop holds this row's lock, so positions
    are committed in their order, and a reader who asks for what is above the last one misses nothing.

    `since` is the business instant of the first look; facts up to `facts_read_to` are all taken.
    """

    __tablename__ = "fulfillment_readings"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True)
    since: Mapped[datetime]
    facts_read_to: Mapped[int] = mapped_column(server_default="0")
    position: Mapped[int] = mapped_column(server_default="0")


class Change(Base):
    """What one person changed about one shipment in one go: the first before and the last after.

    `subject` says which: "cycle:3", "delivery:<fulfillment order>", "order:<order>" for one that is paid already, or
    "contract" when nothing is planned to ship. `ships_on` is the shop's local day on which it ships now, `shipped_on`
    the one before when it was moved. `parts` are folded changes (`folding.Part`), `groups` the kinds of change among
    them. `is_void`: in the end all is as it was. `position` is new with every further fact, `revision` counts them.
    Business time.
    """

    __tablename__ = "fulfillment_changes"
    __table_args__ = (
        UniqueConstraint("shop_id", "position"),
        Index("ix_fulfillment_changes_contract", "shop_id", "contract_gid", "last_at"),
        Index("ix_fulfillment_changes_customer", "shop_id", "customer_gid"),
        Index("ix_fulfillment_changes_ships_on", "shop_id", "ships_on"),
        Index(
            "ix_fulfillment_changes_open",
            "shop_id",
            "ships_on",
            postgresql_where=text("acknowledged_at is null and not is_void"),
        ),
    )

    id: Mapped[Id]
    shop_id: Mapped[ShopId]
    contract_gid: Mapped[str | None]
    customer_gid: Mapped[str | None]
    actor: Mapped[str]
    subject: Mapped[str]
    ships_on: Mapped[date | None]
    shipped_on: Mapped[date | None]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    groups: Mapped[list[Any]]
    parts: Mapped[list[Any]]
    is_void: Mapped[bool] = mapped_column(server_default=text("false"))
    position: Mapped[int]
    revision: Mapped[int] = mapped_column(server_default="1")
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None]


class ChangeFact(Base):
    """That a fact is in the feed, so that it is taken once, however often its drain dies."""

    __tablename__ = "fulfillment_change_facts"
    __table_args__ = (Index("ix_fulfillment_change_facts_change", "change_id"),)

    fact_id: Mapped[int] = mapped_column(ForeignKey("journal_facts.id", ondelete="CASCADE"), primary_key=True)
    shop_id: Mapped[ShopId]
    change_id: Mapped[int] = mapped_column(ForeignKey("fulfillment_changes.id", ondelete="CASCADE"))


class FeedKey(Base):
    """A key by which a program reads a shop's feed. It is random and long, so a plain digest of it is kept (SHA-256).

    `hint`: its last four characters. Times are the machine's: they are about computers.
    """

    __tablename__ = "fulfillment_keys"
    __table_args__ = (UniqueConstraint("digest"), Index("ix_fulfillment_keys_shop", "shop_id", "id"))

    id: Mapped[Id]
    shop_id: Mapped[ShopId]
    name: Mapped[str]
    digest: Mapped[str]
    hint: Mapped[str]
    made_at: Mapped[datetime]
    made_by: Mapped[str]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class FulfillmentSettings(Base):
    """When a shop's day ends for whoever packs, and who is told then what changed.

    `cutoff_hour`: of the shop's own day. `since`: the business instant at which messages were first asked for.
    `tells_nothing`: a message comes even when nothing changed. `slack_url` is sealed, since whoever has it may write
    to the channel; `slack_problem` is why Slack refuses it.
    """

    __tablename__ = "fulfillment_settings"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True)
    cutoff_hour: Mapped[int] = mapped_column(server_default="17")
    by_mail: Mapped[bool] = mapped_column(server_default=text("false"))
    tells_nothing: Mapped[bool] = mapped_column(server_default=text("false"))
    since: Mapped[datetime | None]
    slack_url: Mapped[str | None]
    slack_problem: Mapped[str | None]

    def __repr__(self) -> str:
        return f"FulfillmentSettings(shop_id={self.shop_id})"


class Digest(Base):
    """What changed up to a day's cutoff, for one channel: written once, with the body it is sent with.

    It covers the positions above `after` up to `until`. `day` is the shop's. `tries` and the instants but `at` are
    machine time. While `sending` nobody but Slack knows what became of it.
    """

    __tablename__ = "fulfillment_digests"
    __table_args__ = (
        UniqueConstraint("shop_id", "channel", "day"),
        Index(
            "ix_fulfillment_digests_waiting", "next_try_at", postgresql_where=text("state in ('pending', 'sending')")
        ),
    )

    id: Mapped[Id]
    shop_id: Mapped[ShopId]
    channel: Mapped[str]
    day: Mapped[date]
    at: Mapped[datetime]
    after: Mapped[int]
    until: Mapped[int]
    number: Mapped[int]
    state: Mapped[str]
    body: Mapped[Json | None]
    tries: Mapped[int] = mapped_column(server_default="0")
    next_try_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    last_error: Mapped[str | None]
    sent_at: Mapped[datetime | None]

"""Inventory levels, what upcoming orders need of them, and what was decided where they do not suffice."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, PrimaryKeyConstraint, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shopify_app.kit.db import Base, Id, Json, ShopId


class InventoryLevel(Base):
    """Available units of one item at one location, absolute; the newest `shopify_updated_at` wins."""

    __tablename__ = "inventory_levels"
    __table_args__ = (UniqueConstraint("shop_id", "item_gid", "location_gid"),)

    id: Mapped[Id]
    shop_id: Mapped[ShopId]
    item_gid: Mapped[str]
    location_gid: Mapped[str]
    location_name: Mapped[str | None]
    available: Mapped[int]
    shopify_updated_at: Mapped[datetime]


class StockSettings(Base):
    """How a shop weighs stock: a row only once somebody changed it (`settings.py` has what holds without one).

    `ahead_days`: how long before a charge its shopper is told that something will be missing; `consent_hours`: how
    long before the charge it is done what was chosen, or what happens without a choice; `min_gap_days`: a waiting
    order is never charged closer than this to the one after it. `confirmed_at`: when staff said that the policy is
    what they want (the set-up step).
    """

    __tablename__ = "stock_settings"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True)
    is_on: Mapped[bool]
    ahead_days: Mapped[int]
    consent_hours: Mapped[int]
    min_gap_days: Mapped[int]
    confirmed_at: Mapped[datetime | None]


class StockPolicy(Base):
    """What is done with an order in which something is missing: of a product over a plan's, over the shop's.

    `subject_gid` is the product's or the selling plan's, "" for the shop. The words: `policy.py`.
    """

    __tablename__ = "stock_policies"
    __table_args__ = (PrimaryKeyConstraint("shop_id", "scope", "subject_gid"),)

    shop_id: Mapped[ShopId]
    scope: Mapped[str]
    subject_gid: Mapped[str]
    action: Mapped[str]
    default: Mapped[str | None]
    allowed: Mapped[list[Any]] = mapped_column(server_default=text("'[]'::jsonb"))
    swap_variant_gid: Mapped[str | None]
    price_rule: Mapped[str]
    max_delay_days: Mapped[int]
    fallback: Mapped[str]
    min_items: Mapped[int]
    min_value: Mapped[Decimal | None]


class ItemStanding(Base):
    """One inventory item that upcoming orders need: what staff set for it, and how it stood when last looked at.

    `dirty_at` (machine time): something changed, look again. `safety_units` are kept back from all but renewals due
    within `safety_days`. `supply` is what can go to subscribers, `runs_out_at` the first charge in the horizon that
    it does not cover, `short_units` what is missing until then and after; null while nothing is limited.
    `discontinued_at`: it never comes back. `kept_units`: what themes shall hold back for subscribers (`kept.py`),
    `kept_told` what Shopify was last told of it, null while that is not known; `kept_again_at` (machine time): not
    to be told before.
    """

    __tablename__ = "stock_items"
    __table_args__ = (
        UniqueConstraint("shop_id", "item_gid"),
        Index("ix_stock_items_dirty", "dirty_at", postgresql_where=text("dirty_at is not null")),
        Index("ix_stock_items_runs_out", "shop_id", "runs_out_at"),
        Index("ix_stock_items_kept", "id", postgresql_where=text("kept_told is distinct from kept_units")),
    )

    id: Mapped[Id]
    shop_id: Mapped[ShopId]
    item_gid: Mapped[str]
    dirty_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    safety_units: Mapped[int] = mapped_column(server_default="0")
    safety_days: Mapped[int] = mapped_column(server_default="0")
    expected_back_on: Mapped[date | None]
    discontinued_at: Mapped[datetime | None]
    looked_at: Mapped[datetime | None]
    supply: Mapped[int | None]
    runs_out_at: Mapped[datetime | None]
    short_units: Mapped[int | None]
    kept_units: Mapped[int] = mapped_column(server_default="0")
    kept_told: Mapped[int | None] = mapped_column(server_default="0")
    kept_again_at: Mapped[datetime | None]


class Demand(Base):
    """Units of one variant that one upcoming order needs. Rebuilt whole whenever its contract is written.

    `charge_at`: when that order is charged or, of what is paid for, shipped. `delivery` counts a prepaid order's
    deliveries from 1; 0: the charge itself. `is_projected`: no row of ours says so, the rhythm does. `spent_at`: it
    was charged then, and the shelf may not know it yet (business time).
    """

    __tablename__ = "stock_demand"
    __table_args__ = (
        Index("ix_stock_demand_contract", "contract_id"),
        Index(
            "ix_stock_demand_queue",
            "shop_id",
            "variant_gid",
            "charge_at",
            "contract_id",
            postgresql_include=["cycle_index", "delivery", "units", "is_projected"],
            postgresql_where=text("spent_at is null"),
        ),
        Index("ix_stock_demand_spent", "shop_id", "variant_gid", postgresql_where=text("spent_at is not null")),
    )

    id: Mapped[Id]
    shop_id: Mapped[ShopId]
    contract_id: Mapped[int] = mapped_column(ForeignKey("contracts.id", ondelete="CASCADE"))
    cycle_index: Mapped[int]
    delivery: Mapped[int] = mapped_column(server_default="0")
    variant_gid: Mapped[str]
    charge_at: Mapped[datetime]
    units: Mapped[int]
    is_projected: Mapped[bool] = mapped_column(server_default=text("false"))
    spent_at: Mapped[datetime | None]


class KeptRates(Base):
    """How often a shop's orders are skipped and its subscriptions cancelled, as counted at a time (`rates_kept.py`).

    `groups`: for each product and rhythm what `rates.Counted` holds. `counted_at`: business time.
    """

    __tablename__ = "stock_rates"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True)
    counted_at: Mapped[datetime]
    groups: Mapped[list[Any]]


class OneTimeSale(Base):
    """Units of a variant that an order without any subscription took. `sold_at`: business time."""

    __tablename__ = "one_time_sales"
    __table_args__ = (
        PrimaryKeyConstraint("shop_id", "order_gid", "variant_gid"),
        Index("ix_one_time_sales_variant", "shop_id", "variant_gid", "sold_at", postgresql_include=["units"]),
        Index("ix_one_time_sales_sold", "shop_id", "sold_at"),
    )

    shop_id: Mapped[ShopId]
    order_gid: Mapped[str]
    variant_gid: Mapped[str]
    units: Mapped[int]
    sold_at: Mapped[datetime]


class StockCause(Base):
    """A time in which an item did not suffice, or that it is discontinued: one open cause an item and kind."""

    __tablename__ = "stock_causes"
    __table_args__ = (
        Index(
            "uq_stock_causes_open",
            "shop_id",
            "item_gid",
            text("(kind = 'discontinued')"),
            unique=True,
            postgresql_where=text("closed_at is null"),
        ),
    )

    id: Mapped[Id]
    shop_id: Mapped[ShopId]
    item_gid: Mapped[str]
    kind: Mapped[str]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    supply: Mapped[int]


class StockDecision(Base):
    """What becomes of one order that one cause concerns. `charge_at`: its charge when it was decided, its place in
    the queue for what arrives.

    proposed → told → chosen or defaulted → applied → released; `closed` when it is over for another `reason`.
    `terms` is what was decided by which policy, `options` what its shopper may choose, `default` what is done without
    a choice at `act_at`; while an order waits, `act_at` is when it is done waiting. `round`: how often this cause
    struck the order, 1 unless it was let go in between. `done` is what was done. Business time, but for the lease.

    Shop, contract and cause are no foreign keys: they go all together when a shop is erased, table by table, and to
    check and lock three rows for each of thousands took twice as long as to write them (decision 13).
    """

    __tablename__ = "stock_decisions"
    __table_args__ = (
        # the contract first: its decisions are found by it
        UniqueConstraint(
            "contract_id", "cycle_index", "cause_id", "variant_gid", "round", name="uq_stock_decisions_once"
        ),
        Index("ix_stock_decisions_cause", "cause_id", "charge_at"),
        Index(
            "ix_stock_decisions_act",
            "act_at",
            postgresql_where=text("state in ('proposed', 'told', 'chosen', 'applied') and act_at is not null"),
        ),
    )

    id: Mapped[Id]
    shop_id: Mapped[int] = mapped_column(BigInteger)
    cause_id: Mapped[int] = mapped_column(BigInteger)
    contract_id: Mapped[int] = mapped_column(BigInteger)
    cycle_index: Mapped[int]
    variant_gid: Mapped[str]
    round: Mapped[int] = mapped_column(server_default="1")
    units: Mapped[int]
    charge_at: Mapped[datetime]
    terms: Mapped[Json] = mapped_column(JSONB)
    options: Mapped[list[Any]]
    default: Mapped[str]
    act_at: Mapped[datetime | None]
    choice: Mapped[str | None]
    chosen_by: Mapped[str | None]
    done: Mapped[str | None]
    state: Mapped[str]
    reason: Mapped[str | None]
    decided_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    applied_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(server_default="0")

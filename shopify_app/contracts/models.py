"""Mirror rows of contracts, lines and cycles, and the progress of a shop's first import."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Computed, ForeignKey, Index, PrimaryKeyConstraint, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shopify_app.kit.clock import machine_now
from shopify_app.kit.db import Base, Id, Json, ShopId

ACTIVE, PAUSED, CANCELLED, EXPIRED, FAILED = "ACTIVE", "PAUSED", "CANCELLED", "EXPIRED", "FAILED"


def other_rhythm(of: str = "contracts") -> str:
    """Return, in SQL, that a contract is charged in another rhythm than delivered, as every prepaid one is; an index
    has them. `of`: the name of the table in the statement."""
    names = ("interval", "intervalCount")
    return " or ".join(f"{of}.billing_policy ->> '{name}' <> {of}.delivery_policy ->> '{name}'" for name in names)


class Contract(Base):
    """A SubscriptionContract as last read. `revision_id` decides which of two readings is newer.

    `next_charge_at` is the nearest unbilled, unskipped cycle's expected instant, kept for lists and sorting.
    `billable_since` is the business instant since which the contract has been active without a break; `pauses` are
    the spans before, [since, until or null] in ISO, in which it was not: cycles expected then were paused away, not
    missed. `read_at` is the machine instant at which the last applied reading of the contract or its cycles was asked
    for; `written_at` when the row was last written with something to say, so not by a look that found it unchanged.
    `out_of_stock` is what the shopper wants done with an order in which something is missing, null: as the shop does
    (`edits/contract/out_of_stock.py`). `backup_method_gid` is what is tried when a charge fails
    (`edits/contract/backup_method.py`), `at_risk_since` the business instant since which a charge of it fails and is
    not recovered, null while none does, `seen_method` the payment method that `cards` last saw it paid with, "none"
    for none, `demand_of` the `written_at` of which `stock` wrote down what its orders need. `withdrawn_at` is the
    business instant at which the shopper withdrew from it, `offer_taken_at` that at which they took the discount
    offered instead of cancelling. `price_step_at`: the machine instant from which on Shopify is asked for the price
    that an item has from the next order on, also a lease; null while all are right. These are ours alone, so no
    reading touches them.
    """

    __tablename__ = "contracts"
    __table_args__ = (
        UniqueConstraint("shop_id", "shopify_gid"),
        Index("ix_contracts_next_charge", "shop_id", "next_charge_at", "id"),
        Index("ix_contracts_customer", "shop_id", "customer_gid"),
        Index("ix_contracts_status", "shop_id", "status", "id"),
        Index("ix_contracts_created", "shop_id", "shopify_created_at"),
        Index("ix_contracts_written", "shop_id", "written_at"),
        Index("ix_contracts_payment_method", "shop_id", "payment_method_gid"),
        Index("ix_contracts_method_to_look", "id", postgresql_where=text("method_to_look is true")),
        Index("ix_contracts_demand_to_build", "id", postgresql_where=text("demand_to_build is true")),
        Index("ix_contracts_at_risk", "shop_id", postgresql_where=text("at_risk_since is not null")),
        Index("ix_contracts_parked", "shop_id", postgresql_where=text("parked_reason is not null")),
        Index("ix_contracts_price_step", "price_step_at", postgresql_where=text("price_step_at is not null")),
        Index("ix_contracts_other_rhythm", "shop_id", "id", postgresql_where=text(other_rhythm())),
    )

    id: Mapped[Id]
    shop_id: Mapped[ShopId]
    shopify_gid: Mapped[str]
    status: Mapped[str]
    revision_id: Mapped[int]
    currency: Mapped[str]
    customer_gid: Mapped[str | None]
    payment_method_gid: Mapped[str | None]
    next_billing_date: Mapped[datetime | None]
    billing_policy: Mapped[Json]
    delivery_policy: Mapped[Json]
    delivery_method: Mapped[Json | None]
    delivery_price: Mapped[Decimal] = mapped_column(server_default="0")
    discounts: Mapped[list[Any]] = mapped_column(server_default=text("'[]'::jsonb"))
    note: Mapped[str | None]
    origin_order_gid: Mapped[str | None]
    last_payment_status: Mapped[str | None]
    shopify_created_at: Mapped[datetime]
    shopify_updated_at: Mapped[datetime]
    billable_since: Mapped[datetime | None]
    pauses: Mapped[list[Any]] = mapped_column(server_default=text("'[]'::jsonb"))
    next_charge_at: Mapped[datetime | None]
    next_charge_total: Mapped[Decimal | None]
    search_text: Mapped[str] = mapped_column(server_default="")
    billing_stopped_at: Mapped[datetime | None]
    billing_stopped_reason: Mapped[str | None]
    parked_reason: Mapped[str | None]
    out_of_stock: Mapped[str | None]
    backup_method_gid: Mapped[str | None]
    at_risk_since: Mapped[datetime | None]
    seen_method: Mapped[str | None]
    method_to_look: Mapped[bool | None] = mapped_column(
        Computed("seen_method is distinct from coalesce(payment_method_gid, 'none')", persisted=True)
    )
    cycles_read_until: Mapped[datetime | None]
    read_at: Mapped[datetime]
    written_at: Mapped[datetime] = mapped_column(server_default=func.now(), default=machine_now, onupdate=machine_now)
    withdrawn_at: Mapped[datetime | None]
    offer_taken_at: Mapped[datetime | None]
    price_step_at: Mapped[datetime | None]
    demand_of: Mapped[datetime | None]
    demand_to_build: Mapped[bool | None] = mapped_column(
        Computed("demand_of is distinct from written_at", persisted=True)
    )

    lines: Mapped[list[ContractLine]] = relationship(
        order_by="ContractLine.position", cascade="all, delete-orphan", back_populates="contract"
    )

    @property
    def is_prepaid(self) -> bool:
        """True when one charge pays several deliveries (billing interval longer than delivery interval)."""
        return _days(self.billing_policy) > _days(self.delivery_policy)


def _days(policy: Json) -> int:
    unit = {"DAY": 1, "WEEK": 7, "MONTH": 30, "YEAR": 365}[policy["interval"]]
    return unit * int(policy["intervalCount"])


class ContractLine(Base):
    """A line of a contract; prices are frozen on it by Shopify. `pricing`: see gateways/shopify/contents.py."""

    __tablename__ = "contract_lines"
    __table_args__ = (
        UniqueConstraint("shop_id", "shopify_gid"),
        Index("ix_contract_lines_contract", "contract_id"),
        Index("ix_contract_lines_variant", "shop_id", "variant_gid"),
    )

    id: Mapped[Id]
    shop_id: Mapped[ShopId]
    contract_id: Mapped[int] = mapped_column(ForeignKey("contracts.id", ondelete="CASCADE"))
    shopify_gid: Mapped[str]
    position: Mapped[int]
    product_gid: Mapped[str | None]
    variant_gid: Mapped[str | None]
    title: Mapped[str]
    variant_title: Mapped[str | None]
    sku: Mapped[str | None]
    quantity: Mapped[int]
    current_price: Mapped[Decimal]
    discounted_price: Mapped[Decimal]
    selling_plan_gid: Mapped[str | None]
    selling_plan_name: Mapped[str | None]
    image_url: Mapped[str | None]
    requires_shipping: Mapped[bool]
    pricing: Mapped[Json | None] = mapped_column(JSONB(none_as_null=True))

    contract: Mapped[Contract] = relationship(back_populates="lines")


class BillingCycle(Base):
    """One period of a contract, by Shopify's index.

    `contents` is what its own edit put into the order (`contents.py`); null when the contract says it.
    `order_number`: the how manieth order of the contract it is, null where no price depends on it (`price_steps.py`).
    `expected_at` is Shopify's billingAttemptExpectedDate. `due_at` is the instant we charge (its local day at the
    shop's hour); it is null when nothing is to be charged: billed, skipped, contract not active, passed by a pause.
    due_at → claimed_at (lease) → attempted_at. A held cycle waits with a reason, a parked one for a person, who may
    release it: since `released_at` neither lateness nor a safety bound stops it. `inventory_policy` is what the
    charge asks for instead of the variants' own (`gateways/shopify/attempts.py`), null for theirs. `held_at` is set
    while somebody decided to hold it (`holds.py`), and null for a gate that only asks again in a while; lateness runs
    from `hold_ended_at`. Business time, but for the lease.

    `written_at` is the machine instant at which an open cycle or its contract was last written. The notices keep what
    they did on the row, where an index finds what they have not done: `notices_for` is the `due_at` that notices were
    planned for; `compared_at` the `written_at` up to which the order was compared with what its shopper was told,
    null until something was.
    """

    __tablename__ = "billing_cycles"
    __table_args__ = (
        UniqueConstraint("shop_id", "contract_id", "cycle_index"),
        Index(
            "ix_billing_cycles_due",
            "due_at",
            postgresql_where=text(
                "due_at is not null and attempted_at is null and held_reason is null and parked_reason is null"
            ),
        ),
        Index("ix_billing_cycles_expected", "shop_id", "expected_at"),
        Index(
            "ix_billing_cycles_unplanned",
            "shop_id",
            "due_at",
            postgresql_where=text(
                "due_at is not null and attempted_at is null and not skipped and notices_for is distinct from due_at"
            ),
        ),
        Index("ix_billing_cycles_to_compare", "id", postgresql_where=text("to_compare is true")),
        Index(
            "ix_billing_cycles_aside",
            "shop_id",
            "contract_id",
            postgresql_where=text("held_reason is not null or parked_reason is not null"),
        ),
        Index("ix_billing_cycles_held_until", "held_until", postgresql_where=text("held_until is not null")),
        # room on each page for the next version of its rows: they are claimed, held and settled in their lives, and
        # thousands at once when something is out of stock
        {"postgresql_with": {"fillfactor": 80}},
    )

    id: Mapped[Id]
    shop_id: Mapped[ShopId]
    contract_id: Mapped[int] = mapped_column(ForeignKey("contracts.id", ondelete="CASCADE"))
    cycle_index: Mapped[int]
    start_at: Mapped[datetime]
    end_at: Mapped[datetime]
    expected_at: Mapped[datetime]
    status: Mapped[str]
    skipped: Mapped[bool]
    edited: Mapped[bool]
    contents: Mapped[Json | None] = mapped_column(JSONB(none_as_null=True))
    order_number: Mapped[int | None]
    due_at: Mapped[datetime | None]
    claimed_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    attempted_at: Mapped[datetime | None]
    held_reason: Mapped[str | None]
    held_until: Mapped[datetime | None]
    held_at: Mapped[datetime | None]
    hold_ended_at: Mapped[datetime | None]
    parked_reason: Mapped[str | None]
    released_at: Mapped[datetime | None]
    inventory_policy: Mapped[str | None]
    read_at: Mapped[datetime]
    written_at: Mapped[datetime] = mapped_column(server_default=func.now(), default=machine_now)
    notices_for: Mapped[datetime | None]
    compared_at: Mapped[datetime | None]
    # a column of its own, because the planner takes `a <> b` for nearly always true and would read the table
    to_compare: Mapped[bool | None] = mapped_column(Computed("compared_at <> written_at", persisted=True))


class DateBehind(Base):
    """A contract whose `nextBillingDate` at Shopify lags behind. `try_at`: machine time, also a lease."""

    __tablename__ = "dates_behind"
    __table_args__ = (Index("ix_dates_behind_try", "try_at"),)

    contract_id: Mapped[int] = mapped_column(ForeignKey("contracts.id", ondelete="CASCADE"), primary_key=True)
    shop_id: Mapped[ShopId]
    try_at: Mapped[datetime]


class ContractImport(Base):
    """How far the first import of a shop has come; each slice commits, so a killed worker resumes."""

    __tablename__ = "contract_imports"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True)
    phase: Mapped[str]
    cursor: Mapped[str | None]
    contracts_total: Mapped[int | None]
    contracts_done: Mapped[int] = mapped_column(server_default="0")
    cycles_done: Mapped[int] = mapped_column(server_default="0")
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    next_slice_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(server_default="0")
    last_error: Mapped[str | None]


class Sweep(Base):
    """How far one sweep by change time has read a shop: everything changed before `since` is known (business time).

    `cursor` is set while more changes than a page holds fall into the second of `since`.
    """

    __tablename__ = "sweeps"
    __table_args__ = (PrimaryKeyConstraint("shop_id", "name"),)

    shop_id: Mapped[ShopId]
    name: Mapped[str]
    since: Mapped[datetime]
    cursor: Mapped[str | None]
    finished_at: Mapped[datetime | None]

"""Which cycles of a contract are to be charged, and when: derived from rows, whenever one of them changed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from sqlalchemy import column, select, table
from sqlalchemy.orm import Session

from shopify_app.contracts import contents, date_behind, pauses, price_steps
from shopify_app.contracts.calendar import due_at
from shopify_app.contracts.models import ACTIVE, BillingCycle, Contract
from shopify_app.kit.clock import machine_now
from shopify_app.shops.models import Shop

UNBILLED = "UNBILLED"
DEFAULT_HOUR = 9

# Billing stands to the right of contracts and may not be imported; what is needed of it is read as rows.
ATTEMPTS = table("billing_attempts", column("contract_id"), column("cycle_index"), column("state"))
UNDER_WAY = ("written", "requested", "unknown", "challenged")
"""States of an attempt that has no outcome yet."""
_BILLING_SETTINGS = table("billing_settings", column("shop_id"), column("billing_hour"))


def billing_hour(session: Session, shop_id: int) -> int:
    """Return the local hour (0–23) at which this shop charges."""
    query = select(_BILLING_SETTINGS.c.billing_hour).where(_BILLING_SETTINGS.c.shop_id == shop_id)
    hour = session.scalar(query)
    return DEFAULT_HOUR if hour is None else int(hour)


def refresh(session: Session, shop: Shop, contract: Contract, now: datetime) -> None:
    """Recompute `due_at` of this contract's cycles and its next charge. `now` is business time.

    Call it after a change of the contract, of a cycle, of the shop's zone or of its billing hour.
    """
    refresh_at(session, shop, contract, billing_hour(session, shop.id))


def refresh_shop(session: Session, shop: Shop, after_id: int = 0, limit: int = 500) -> int | None:
    """Recompute a slice of the shop's contracts; returns the id to go on after, None when that was the last."""
    hour = billing_hour(session, shop.id)
    query = select(Contract).where(Contract.shop_id == shop.id, Contract.id > after_id).order_by(Contract.id)
    contracts = session.scalars(query.limit(limit)).all()
    for contract in contracts:
        refresh_at(session, shop, contract, hour)
    session.flush()
    return contracts[-1].id if len(contracts) == limit else None


def refresh_at(session: Session, shop: Shop, contract: Contract, hour: int) -> None:
    """Like `refresh`, for a caller who knows the billing hour already."""
    session.flush()
    mine = (BillingCycle.shop_id == shop.id, BillingCycle.contract_id == contract.id)
    cycles = session.scalars(select(BillingCycle).where(*mine).order_by(BillingCycle.cycle_index)).all()
    moment = machine_now()
    dates = [cycle.due_at for cycle in cycles]
    for cycle in cycles:
        if cycle.status == UNBILLED and cycle.attempted_at is None:
            cycle.written_at = moment
        cycle.due_at = due_at(cycle.expected_at, shop.zone, hour) if _is_to_charge(contract, cycle) else None
    if dates != [cycle.due_at for cycle in cycles]:
        contract.demand_of = None
    price_steps.number(contract, cycles, lambda: _under_way(session, contract))
    following = next_to_charge(cycles)
    before, contract.next_charge_at = contract.next_charge_at, following.expected_at if following else None
    contract.next_charge_total = total_of(contract, following) if following else None
    if before != contract.next_charge_at and before is not None:
        date_behind.mark(session, contract)
    if not price_waits(contract, following):
        contract.price_step_at = None
    elif contract.price_step_at is None:
        contract.price_step_at = moment


def price_waits(contract: Contract, cycle: BillingCycle | None) -> bool:
    """Answer whether Shopify would charge a cycle at another price than its order has, until it is told."""
    held = contents.of(contract, cycle)
    return any(isinstance(line, price_steps.Repriced) for line in held.lines)


def _under_way(session: Session, contract: Contract) -> frozenset[int]:
    mine = (ATTEMPTS.c.contract_id == contract.id, ATTEMPTS.c.state.in_(UNDER_WAY))
    return frozenset(session.scalars(select(ATTEMPTS.c.cycle_index).where(*mine)))


def total_of(contract: Contract, cycle: BillingCycle | None = None) -> Decimal:
    """Return what the charge of a cycle comes to before taxes, in the contract's currency.

    Without a cycle, what any charge comes to that nobody edited on its own.
    """
    return contents.of(contract, cycle).total


def _is_to_charge(contract: Contract, cycle: BillingCycle) -> bool:
    return (
        contract.status == ACTIVE
        and cycle.status == UNBILLED
        and not cycle.skipped
        and contract.billable_since is not None
        # a cycle expected while the contract was paused was paused away: nobody was owed that delivery
        and not pauses.covers(contract, cycle.expected_at)
    )


def next_to_charge(cycles: Iterable[BillingCycle]) -> BillingCycle | None:
    """Return the cycle of a contract's next charge, None when none is to come."""
    open_cycles = [c for c in cycles if c.due_at and c.attempted_at is None and c.parked_reason is None]
    return min(open_cycles, key=lambda cycle: cycle.expected_at, default=None)

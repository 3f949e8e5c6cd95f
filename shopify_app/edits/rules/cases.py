"""What is judged, gathered from our rows. What no rule asks about is not read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from shopify_app.catalog.models import Variant
from shopify_app.contracts import calendar, cycles
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.edits.rules.judge import Case, Skipped, needs_paid
from shopify_app.edits.rules.terms import ANY, Rules
from shopify_app.journal.models import Fact
from shopify_app.shops.models import Shop


def of_order(
    session: Session, rules: Sequence[Rules], contract: Contract, cycle: BillingCycle, action: str, now: datetime
) -> Case:
    """Return the case of an action on one order, whatever is wished for."""
    zone = session.get_one(Shop, contract.shop_id).zone
    hour = cycles.billing_hour(session, contract.shop_id)
    case = Case(
        action, now, zone, charge_at=calendar.due_at(cycle.expected_at, zone, hour), order=_order(cycle, zone)
    )
    if action == "skip" and any(each.limits_skips for each in rules):
        return replace(case, skipped=_skipped(session, contract, cycle, zone))
    if action == "move" and any(each.move_days is not None for each in rules):
        return replace(case, planned_at=_planned_at(session, contract, cycle))
    return case


def with_move(session: Session, case: Case, shop_id: int, to: datetime) -> Case:
    """Return the case of moving the order to an instant."""
    hour = cycles.billing_hour(session, shop_id)
    return replace(case, has_wish=True, to=to, to_charge_at=calendar.due_at(to, case.zone, hour))


def of_contract(
    session: Session,
    rules: Sequence[Rules],
    contract: Contract,
    open_cycles: Sequence[BillingCycle],
    action: str,
    now: datetime,
) -> Case:
    """Return the case of an action on a whole contract, whatever is wished for."""
    own = contract.billing_policy.get("minCycles")
    ahead = [cycle.due_at for cycle in open_cycles if cycle.due_at is not None and cycle.due_at > now]
    is_counted = (own and action == "cancel") or any(needs_paid(each, action) for each in rules)
    return Case(
        action,
        now,
        session.get_one(Shop, contract.shop_id).zone,
        charge_at=min(ahead, default=None),
        own_minimum=int(own) if own else None,
        paid=_paid(session, contract) if is_counted else 0,
    )


def with_wish(session: Session, rules: Sequence[Rules], case: Case, contract: Contract, wish: dict[str, Any]) -> Case:
    """Return the case of what an edit wishes for: the fields of the action, as its row keeps them."""
    until = wish.get("until") if case.action == "pause" else None
    case = replace(case, has_wish=True, pause_until=datetime.fromisoformat(until) if until else None)
    if case.action != "swap" or all(each.swaps == ANY for each in rules):
        return case
    old = next((line for line in contract.lines if line.shopify_gid == wish.get("line_gid")), None)
    known = (Variant.shop_id == contract.shop_id, Variant.shopify_gid == wish.get("variant_gid"))
    new = session.scalar(select(Variant.product_gid).where(*known))
    return replace(case, product_gid=old.product_gid if old else None, to_product_gid=new)


def _order(cycle: BillingCycle, zone: ZoneInfo) -> Skipped:
    return Skipped(cycle.cycle_index, cycle.expected_at.astimezone(zone).date())


def _skipped(session: Session, contract: Contract, but: BillingCycle, zone: ZoneInfo) -> tuple[Skipped, ...]:
    """The other orders that are skipped now and that the shopper skipped: staff's skips take nothing from them."""
    theirs = select(Fact.cycle_index).where(
        Fact.shop_id == contract.shop_id,
        Fact.contract_gid == contract.shopify_gid,
        Fact.kind == "order.skipped",
        or_(Fact.actor == "link", Fact.actor.startswith("shopper")),
    )
    query = select(BillingCycle).where(
        BillingCycle.contract_id == contract.id,
        BillingCycle.skipped,
        BillingCycle.cycle_index != but.cycle_index,
        BillingCycle.cycle_index.in_(theirs),
    )
    return tuple(_order(cycle, zone) for cycle in session.scalars(query.order_by(BillingCycle.cycle_index)))


def _planned_at(session: Session, contract: Contract, cycle: BillingCycle) -> datetime:
    """Where the order was planned before it was moved for the first time, by anyone."""
    query = select(Fact.before).where(
        Fact.shop_id == contract.shop_id,
        Fact.contract_gid == contract.shopify_gid,
        Fact.cycle_index == cycle.cycle_index,
        Fact.kind == "order.moved",
    )
    first = session.scalar(query.order_by(Fact.occurred_at, Fact.id).limit(1))
    return datetime.fromisoformat(first["expected_at"]) if first else cycle.expected_at


def _paid(session: Session, contract: Contract) -> int:
    """Orders paid so far, the first one at the checkout among them.

    Cycles from before the import are not read; as Shopify counts them from 1, they are taken as paid.
    """
    mine = BillingCycle.contract_id == contract.id
    billed = func.count().filter(BillingCycle.status == "BILLED")
    count, first = session.execute(select(billed, func.min(BillingCycle.cycle_index)).where(mine)).one()
    return int(count) + max((first or 1) - 1, 0)

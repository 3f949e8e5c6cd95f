"""What is judged, gathered from our rows. What no rule asks about is not read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from shopify_app.catalog.models import Variant
from shopify_app.contracts import calendar, cycles
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.edits.rules import store
from shopify_app.edits.rules.judge import Case, Skipped, needs_paid
from shopify_app.edits.rules.terms import ANY, Rules
from shopify_app.journal.models import Fact
from shopify_app.plans.models import SellingPlan, SellingPlanGroup
from shopify_app.shops.models import Shop


@dataclass(frozen=True)
class Grounds:
    """A contract and what governs it. `hour`: the shop's local hour of charging. What is read, is read once."""

    session: Session
    contract: Contract
    rules: tuple[Rules, ...]
    zone: ZoneInfo
    hour: int

    def charge_at(self, expected_at: datetime) -> datetime:
        """Return when an order expected then is charged, also one that is skipped."""
        return calendar.due_at(expected_at, self.zone, self.hour)

    @cached_property
    def skipped(self) -> tuple[Skipped, ...]:
        """The orders that are skipped now and that the shopper skipped: staff's skips take nothing from them."""
        if not any(each.limits_skips for each in self.rules):
            return ()
        mine = (BillingCycle.contract_id == self.contract.id, BillingCycle.skipped)
        theirs = self._facts("order.skipped").where(or_(Fact.actor == "link", Fact.actor.startswith("shopper")))
        indexes = {fact.cycle_index for fact in self.session.scalars(theirs)}
        found = self.session.scalars(select(BillingCycle).where(*mine, BillingCycle.cycle_index.in_(indexes)))
        return tuple(self.order(cycle) for cycle in found)

    @cached_property
    def planned_first(self) -> dict[int | None, datetime]:
        """Where orders that were moved, by anyone, had been planned before, by their cycles' indexes."""
        if all(each.move_days is None for each in self.rules):
            return {}
        moves = self.session.scalars(self._facts("order.moved").order_by(Fact.occurred_at.desc(), Fact.id.desc()))
        return {each.cycle_index: datetime.fromisoformat(each.before["expected_at"]) for each in moves if each.before}

    @cached_property
    def paid(self) -> int:
        """Orders paid so far, the one at the checkout among them, which is no cycle (Shopify docs, billing cycles).

        Whether minCycles counts it is written nowhere (schema 2026-10): in doubt for the shopper. So are cycles from
        before the import, which are not read: as Shopify counts from 1, those below the first we know count as paid.
        """
        mine = BillingCycle.contract_id == self.contract.id
        billed = func.count().filter(BillingCycle.status == "BILLED")
        query = select(billed, func.min(BillingCycle.cycle_index)).where(mine)
        count, first = self.session.execute(query).one()
        return int(count) + max((first or 1) - 1, 0) + (self.contract.origin_order_gid is not None)

    def order(self, cycle: BillingCycle) -> Skipped:
        """Return a cycle's index and local day."""
        return Skipped(cycle.cycle_index, cycle.expected_at.astimezone(self.zone).date())

    def _facts(self, kind: str) -> Any:
        mine = (Fact.shop_id == self.contract.shop_id, Fact.contract_gid == self.contract.shopify_gid)
        return select(Fact).where(*mine, Fact.kind == kind)


def grounds(session: Session, contract: Contract) -> Grounds:
    """Return what an action on a contract is judged on."""
    zone = session.get_one(Shop, contract.shop_id).zone
    rules = store.governing(session, contract)
    return Grounds(session, contract, rules, zone, cycles.billing_hour(session, contract.shop_id))


def of_order(on: Grounds, cycle: BillingCycle, action: str, now: datetime) -> Case:
    """Return the case of an action on one order, whatever is wished for."""
    return Case(
        action,
        now,
        on.zone,
        charge_at=on.charge_at(cycle.expected_at),
        order=on.order(cycle),
        skipped=[each for each in on.skipped if each.cycle_index != cycle.cycle_index],
        planned_at=on.planned_first.get(cycle.cycle_index, cycle.expected_at),
    )


def of_contract(on: Grounds, open_cycles: Sequence[BillingCycle], action: str, now: datetime) -> Case:
    """Return the case of an action on a whole contract, whatever is wished for."""
    own = on.contract.billing_policy.get("minCycles")
    ahead = [cycle.due_at for cycle in open_cycles if cycle.due_at is not None and cycle.due_at > now]
    is_counted = (own and action == "cancel") or any(needs_paid(each, action) for each in on.rules)
    return Case(
        action,
        now,
        on.zone,
        charge_at=min(ahead, default=None),
        own_minimum=int(own) if own else None,
        paid=on.paid if is_counted else 0,
    )


def with_wish(on: Grounds, case: Case, wish: dict[str, Any]) -> Case:
    """Return the case of what an edit wishes for: the fields of the action, as its row keeps them."""
    until = wish.get("until") if case.action == "pause" else None
    case = replace(case, has_wish=True, pause_until=datetime.fromisoformat(until) if until else None)
    if case.action != "swap" or all(each.swaps == ANY for each in on.rules):
        return case
    old = next((line for line in on.contract.lines if line.shopify_gid == wish.get("line_gid")), None)
    known = (Variant.shop_id == on.contract.shop_id, Variant.shopify_gid == wish.get("variant_gid"))
    return replace(
        case,
        product_gid=old.product_gid if old else None,
        to_product_gid=on.session.scalar(select(Variant.product_gid).where(*known)),
        offered=offered(on.session, on.contract.shop_id, old.selling_plan_gid) if old else frozenset(),
    )


def offered(session: Session, shop_id: int, plan_gid: str | None) -> frozenset[str]:
    """Return the products attached as a whole to the group of a selling plan; of other apps' groups none is known."""
    query = (
        select(SellingPlanGroup.products)
        .join(SellingPlan, SellingPlan.group_id == SellingPlanGroup.id)
        .where(SellingPlan.shop_id == shop_id, SellingPlan.shopify_gid == plan_gid)
    )
    return frozenset(product["gid"] for products in session.scalars(query) for product in products)

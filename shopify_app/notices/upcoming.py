"""Keeping the promise: at its hour each planned notice becomes a fact, or is dropped with its reason."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, load_only, selectinload

from shopify_app.contracts.models import BillingCycle, Contract, ContractLine
from shopify_app.journal.record import record_all, row_of
from shopify_app.kit.bulk import write_back
from shopify_app.kit.db import Instant, Json, is_among, is_one_of
from shopify_app.kit.gid import number_of
from shopify_app.kit.speech import N_
from shopify_app.notices import changed, content, plan, rules, told
from shopify_app.notices.changed import Case
from shopify_app.notices.content import Content
from shopify_app.notices.models import DROPPED, PLANNED, RECORDED, AnnouncedOrder, Notice
from shopify_app.notices.plan import UPCOMING, Around
from shopify_app.notices.told import Key
from shopify_app.shops.models import INSTALLED, Shop

BATCH = 500
REPLACED = "a notice nearer to the charge takes its place, or the lead was changed"
CHANGED = N_("the change of the order is told in its place")


_LOOKED_AT = (
    load_only(
        Contract.shopify_gid,
        Contract.status,
        Contract.customer_gid,
        Contract.currency,
        Contract.billing_policy,
        Contract.delivery_price,
        Contract.delivery_method,
        Contract.note,
    ),
    selectinload(Contract.lines).load_only(
        ContractLine.title,
        ContractLine.variant_title,
        ContractLine.quantity,
        ContractLine.current_price,
        ContractLine.discounted_price,
        ContractLine.pricing,
    ),
)
"""What is read of a contract; another column would be read for each of them when it is asked for."""


@dataclass(frozen=True)
class _Batch:
    """What deciding on notices of one shop needs; `leads`: those told of each cycle, whatever day they spoke of."""

    session: Session
    around: Around
    contracts: dict[int, Contract]
    cycles: dict[Key, BillingCycle]
    orders: dict[Key, AnnouncedOrder]
    leads: dict[Key, set[int]]
    facts: list[Json] = field(default_factory=list)


def work(session: Session, now: datetime) -> int:
    """Work off one batch of notices whose hour has come; returns how many."""
    rows = session.execute(to_tell(now)).all()
    by_shop: dict[Shop, list[Notice]] = defaultdict(list)
    for notice, shop in rows:
        by_shop[shop].append(notice)
    with session.no_autoflush:  # what is changed is written at the end, all at once
        for shop, notices in by_shop.items():
            batch = _fetch(session, plan.around_of(session, shop, now), notices)
            for notice in notices:
                _decide(batch, notice)
            record_all(session, batch.facts)
            _write(batch, notices)
    session.expunge_all()
    return len(rows)


def to_tell(now: datetime, kind: str = UPCOMING, limit: int = BATCH) -> Select[Notice, Shop]:
    """Select some notices of a kind whose hour has come, locked, with their shops. `now`: business time."""
    found: Select[Notice, Shop] = ripe(now, Notice, Shop)
    return found.where(Notice.kind == kind).limit(limit).with_for_update(of=Notice, skip_locked=True)


def ripe(now: Instant, *columns: Any) -> Select[Any]:
    """Select the notices of installed shops whose hour has come by `now` (business time), the oldest first."""
    return (
        select(*columns)
        .select_from(Notice)
        .join(Shop, Shop.id == Notice.shop_id)
        .where(Notice.state == PLANNED, Notice.plan_at <= now, Shop.status == INSTALLED)
        .order_by(Notice.plan_at, Notice.id)
    )


def _fetch(session: Session, around: Around, notices: list[Notice]) -> _Batch:
    """Read all at once, with the locks in the order that all drains keep: notices, cycles, orders."""
    shop_id, keys = around.shop.id, sorted({_key(notice) for notice in notices})
    contract_ids = {contract_id for contract_id, _ in keys}
    contracts = session.scalars(select(Contract).where(is_among(Contract.id, contract_ids)).options(*_LOOKED_AT))
    theirs = is_one_of(keys, BillingCycle.contract_id, BillingCycle.cycle_index)
    cycles = session.scalars(
        select(BillingCycle)
        .where(BillingCycle.shop_id == shop_id, theirs)
        .order_by(BillingCycle.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    cycles_by_key = {(cycle.contract_id, cycle.cycle_index): cycle for cycle in cycles}
    orders = told.lock_orders(session, shop_id, keys)
    leads = told.leads_of(session, around.shop, keys)
    return _Batch(session, around, {row.id: row for row in contracts}, cycles_by_key, orders, leads)


def _decide(batch: _Batch, notice: Notice) -> None:
    key, now = _key(notice), batch.around.now
    contract, cycle, order = batch.contracts[notice.contract_id], batch.cycles.get(key), batch.orders[key]
    reason = rules.why_not(contract, cycle, now)
    if reason or cycle is None or cycle.due_at is None:
        drop(notice, reason, now)
        if cycle is not None:
            cycle.notices_for = None  # should the order take place after all, it is planned anew
        return
    case = Case(batch.session, batch.around.shop, order, contract, cycle, now)
    if changes := changed.difference(case):
        changed.tell(case, changes)  # one mail, not two in the same minute
    plan_at = _owed(batch, case, cycle.due_at).get(notice.lead_days)
    if plan_at is None:
        drop(notice, CHANGED if changes else REPLACED, now)
        return
    notice.plan_at, notice.planned_for = plan_at, cycle.due_at
    if plan_at > now:
        return
    what = content.of(contract, cycle)
    batch.facts.append(_fact(case, notice, cycle.due_at, what))
    notice.state, notice.recorded_at = RECORDED, now
    batch.leads[key].add(notice.lead_days)
    told.remember(order, what, notice.lead_days, now)
    told.note_compared(cycle)


def _write(batch: _Batch, notices: list[Notice]) -> None:
    write_back(batch.session, notices, "state", "plan_at", "planned_for", "recorded_at", "reason", "dropped_at")
    write_back(batch.session, batch.cycles.values(), "notices_for", "compared_at")
    told.write(batch.session, batch.orders.values())


def _key(notice: Notice) -> Key:
    return notice.contract_id, notice.cycle_index


def drop(notice: Notice, reason: str | None, now: datetime) -> None:
    """Note that a planned notice is not told, and why. `now`: business time."""
    notice.state, notice.reason, notice.dropped_at = DROPPED, reason, now


def _owed(batch: _Batch, case: Case, due_at: datetime) -> dict[int, datetime]:
    around, order = batch.around, case.order
    recorded = frozenset(batch.leads[order.contract_id, order.cycle_index])
    return plan.owed(
        around, told.Told(recorded, order.told_due_at, order.told_at), due_at, case.contract.billing_policy
    )


def _fact(case: Case, notice: Notice, due_at: datetime, what: Content) -> Json:
    contract, days = case.contract, rules.days_until(due_at, case.now, case.shop.zone)
    return row_of(
        notice.shop_id,
        # without the day: each lead is told once, and a charge that moves later is a change
        key=f"upcoming:{number_of(contract.shopify_gid)}:{notice.cycle_index}:{notice.lead_days}",
        kind="order.upcoming",
        occurred_at=case.now,
        contract_gid=contract.shopify_gid,
        customer_gid=contract.customer_gid,
        cycle_index=notice.cycle_index,
        actor="perennial",
        cause=f"notice:{notice.id}",
        data={
            "lead_days": notice.lead_days,
            "days_until_charge": days,
            "late_notice": days < notice.lead_days,
            "due_at": due_at.isoformat(),
            "expected_at": case.cycle.expected_at.isoformat(),
            "amount": what.amount,
            "currency": contract.currency,
        },
    )

"""Keeping the promise: at its hour each planned notice becomes a fact, or is dropped with its reason."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from shopify_app.contracts.cycles import billing_hour
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.journal.record import record
from shopify_app.kit.db import Instant
from shopify_app.kit.gid import number_of
from shopify_app.notices import changed, content, rules, told
from shopify_app.notices.changed import Case
from shopify_app.notices.content import Content
from shopify_app.notices.models import DROPPED, PLANNED, RECORDED, AnnouncedOrder, Notice
from shopify_app.notices.plan import UPCOMING
from shopify_app.notices.settings import lead_days
from shopify_app.shops.models import INSTALLED, Shop

BATCH = 100
REPLACED = "a notice nearer to the charge takes its place, or the lead was changed"
CHANGED = "the change of the order is told in its place"


def work(session: Session, now: datetime) -> int:
    """Work off one batch of notices whose hour has come; returns how many."""
    rows = session.execute(to_tell(now)).all()
    for notice, shop in rows:
        _decide(session, shop, notice, now)
    return len(rows)


def to_tell(now: datetime, kind: str = UPCOMING) -> Select[Notice, Shop]:
    """Select a batch of notices of a kind whose hour has come, locked, with their shops. `now`: business time."""
    found: Select[Notice, Shop] = ripe(now, Notice, Shop)
    return found.where(Notice.kind == kind).limit(BATCH).with_for_update(of=Notice, skip_locked=True)


def ripe(now: Instant, *columns: Any) -> Select[Any]:
    """Select the notices of installed shops whose hour has come by `now` (business time), the oldest first."""
    return (
        select(*columns)
        .select_from(Notice)
        .join(Shop, Shop.id == Notice.shop_id)
        .where(Notice.state == PLANNED, Notice.plan_at <= now, Shop.status == INSTALLED)
        .order_by(Notice.plan_at, Notice.id)
    )


def _decide(session: Session, shop: Shop, notice: Notice, now: datetime) -> None:
    contract = session.get_one(Contract, notice.contract_id)
    cycle, order = _cycle(session, notice), _order(session, notice)
    reason = rules.why_not(contract, cycle, now)
    if reason or cycle is None or cycle.due_at is None:
        drop(notice, reason, now)
        if cycle is not None:
            cycle.notices_for = None  # should the order take place after all, it is planned anew
        return
    case = Case(session, shop, order, contract, cycle, now)
    if changes := changed.difference(case):
        changed.tell(case, changes)  # one mail, not two in the same minute
    plan_at = _owed(case, cycle.due_at).get(notice.lead_days)
    if plan_at is None:
        drop(notice, CHANGED if changes else REPLACED, now)
        return
    notice.plan_at, notice.planned_for = plan_at, cycle.due_at
    if plan_at > now:
        return
    what = content.of(contract, cycle)
    _record(case, notice, cycle.due_at, what)
    notice.state, notice.recorded_at = RECORDED, now
    told.remember(order, what, notice.lead_days, now)
    told.note_compared(cycle)


def drop(notice: Notice, reason: str | None, now: datetime) -> None:
    """Note that a planned notice is not told, and why. `now`: business time."""
    notice.state, notice.reason, notice.dropped_at = DROPPED, reason, now


def _owed(case: Case, due_at: datetime) -> dict[int, datetime]:
    session, shop, key = case.session, case.shop, (case.order.contract_id, case.order.cycle_index)
    session.flush()
    leads = lead_days(session, shop.id)
    if not leads:
        return {}
    known = told.of_cycles(session, shop, [key]).get(key, told.Told(frozenset(), None, None))
    suited = rules.leads_for(leads, rules.interval_days(case.contract.billing_policy))
    hour, days = billing_hour(session, shop.id), known.days_before(due_at, shop.zone)
    return rules.owed(suited, due_at, shop.zone, hour, case.now, known.leads, days)


def _cycle(session: Session, notice: Notice) -> BillingCycle | None:
    return session.scalars(
        select(BillingCycle).where(
            BillingCycle.shop_id == notice.shop_id,
            BillingCycle.contract_id == notice.contract_id,
            BillingCycle.cycle_index == notice.cycle_index,
        )
    ).one_or_none()


def _order(session: Session, notice: Notice) -> AnnouncedOrder:
    """Return the order's row, locked; notices planned before there were such rows get one now."""
    key = (notice.contract_id, notice.cycle_index)
    order = session.get(AnnouncedOrder, key, with_for_update=True)
    if order is None:
        order = AnnouncedOrder(shop_id=notice.shop_id, contract_id=key[0], cycle_index=key[1])
        session.add(order)
        session.flush()
        session.refresh(order)
    return order


def _record(case: Case, notice: Notice, due_at: datetime, what: Content) -> None:
    contract, days = case.contract, rules.days_until(due_at, case.now, case.shop.zone)
    record(
        case.session,
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

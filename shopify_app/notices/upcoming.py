"""Keeping the promise: at its hour each planned notice becomes a fact, or is dropped with its reason."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.contracts.cycles import billing_hour, total_of
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.journal.record import record
from shopify_app.kit.gid import number_of
from shopify_app.notices import rules
from shopify_app.notices.models import DROPPED, PLANNED, RECORDED, Notice
from shopify_app.notices.settings import lead_days
from shopify_app.notices.told import nearest
from shopify_app.shops.models import INSTALLED, Shop

BATCH = 100


def drain(ctx: Context) -> int:
    """Work off one batch of notices whose hour has come; returns how many."""
    now = ctx.clock.now()
    with ctx.db.session() as session:
        ripe = (
            select(Notice, Shop)
            .join(Shop, Shop.id == Notice.shop_id)
            .where(*_ripe(now))
            .order_by(Notice.plan_at, Notice.id)
            .limit(BATCH)
            .with_for_update(of=Notice, skip_locked=True)
        )
        rows = session.execute(ripe).all()
        for notice, shop in rows:
            _decide(session, shop, notice, now)
    if rows:
        ctx.wakeups.wake("klaviyo")
    return len(rows)


def waiting(session: Session, now: datetime, machine_now: datetime) -> int:
    """Count notices whose hour has come by `now` (business time)."""
    rows = select(func.count()).select_from(Notice).join(Shop, Shop.id == Notice.shop_id)
    return int(session.scalar(rows.where(*_ripe(now))) or 0)


def _ripe(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return Notice.state == PLANNED, Notice.plan_at <= now, Shop.status == INSTALLED


def _decide(session: Session, shop: Shop, notice: Notice, now: datetime) -> None:
    contract = session.get_one(Contract, notice.contract_id)
    cycle = _cycle(session, notice)
    reason = rules.why_not(contract, cycle, now)
    if reason or cycle is None or cycle.due_at is None:
        notice.state, notice.reason = DROPPED, reason
        return
    plan_at = _owed(session, shop, cycle, cycle.due_at, now).get(notice.lead_days)
    if plan_at is None:
        notice.state, notice.reason = (
            DROPPED,
            "a notice nearer to the charge takes its place, or the lead was changed",
        )
        return
    notice.plan_at = plan_at
    if plan_at > now:
        return
    _record(session, shop, notice, contract, cycle, cycle.due_at, now)
    notice.state, notice.recorded_at = RECORDED, now


def _owed(session: Session, shop: Shop, cycle: BillingCycle, due_at: datetime, now: datetime) -> dict[int, datetime]:
    told = nearest(session, shop, BillingCycle.id == cycle.id)
    leads, hour = lead_days(session, shop.id), billing_hour(session, shop.id)
    return rules.owed(leads, due_at, shop.zone, hour, now, told.get((cycle.contract_id, cycle.cycle_index)))


def _cycle(session: Session, notice: Notice) -> BillingCycle | None:
    return session.scalars(
        select(BillingCycle).where(
            BillingCycle.shop_id == notice.shop_id,
            BillingCycle.contract_id == notice.contract_id,
            BillingCycle.cycle_index == notice.cycle_index,
        )
    ).one_or_none()


def _record(
    session: Session,
    shop: Shop,
    notice: Notice,
    contract: Contract,
    cycle: BillingCycle,
    due_at: datetime,
    now: datetime,
) -> None:
    day = due_at.astimezone(shop.zone).date().isoformat()
    days = rules.days_until(due_at, now, shop.zone)
    record(
        session,
        notice.shop_id,
        # with the day: a charge that moves after it was announced is announced again, once for each day
        key=f"upcoming:{number_of(contract.shopify_gid)}:{notice.cycle_index}:{notice.lead_days}:{day}",
        kind="order.upcoming",
        occurred_at=now,
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
            "expected_at": cycle.expected_at.isoformat(),
            "amount": str(total_of(contract)),
            "currency": contract.currency,
        },
    )

"""Each delivery of a prepaid contract is planned and told like an order: *Upcoming Subscription Delivery*."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, func
from sqlalchemy.orm import Session

from shopify_app.journal.record import record
from shopify_app.kit.db import Instant
from shopify_app.kit.gid import number_of
from shopify_app.kit.speech import N_
from shopify_app.notices import paid_ahead, plan, rules, upcoming
from shopify_app.notices.models import PLANNED, RECORDED, Notice, NoticeSettings
from shopify_app.notices.paid_ahead import DELIVERY, Paid
from shopify_app.notices.plan import Around
from shopify_app.orders.models import CANCELLED, SCHEDULED, FulfillmentOrder
from shopify_app.shops.models import INSTALLED, Shop

BATCH = 200


def catch_up(session: Session, now: datetime) -> int:
    """Plan a batch of deliveries that came near or moved since they were planned; returns how many."""
    found = session.execute(
        unplanned(now)
        .order_by(FulfillmentOrder.id)
        .limit(BATCH)
        .with_for_update(of=FulfillmentOrder, skip_locked=True)
    ).all()
    notices: dict[tuple[int, int, int, int], dict[str, Any]] = {}
    for row, contract, cycle_index in found:
        paid = Paid(row, contract, cycle_index)
        around = plan.around_of(session, session.get_one(Shop, row.shop_id), now)
        for lead, at in paid_ahead.owed(session, around, paid).items():
            notices[(*paid.key, lead)] = _notice(paid, lead, at, now)
        row.planned_for = row.fulfill_at
    if notices:
        plan.upsert(session, [notices[key] for key in sorted(notices)])
    return len(found)


def unplanned(now: Instant, *columns: Any) -> Select[Any]:
    """Select scheduled deliveries within the shop's leads whose notices are yet to be planned for their day."""
    return (
        paid_ahead.deliveries(*columns)
        .outerjoin(NoticeSettings, NoticeSettings.shop_id == FulfillmentOrder.shop_id)
        .where(
            Shop.status == INSTALLED,
            FulfillmentOrder.status == SCHEDULED,
            FulfillmentOrder.fulfill_at > now,
            FulfillmentOrder.fulfill_at <= now + plan.MARGIN + func.make_interval(0, 0, 0, plan.longest()),
            FulfillmentOrder.planned_for.is_distinct_from(FulfillmentOrder.fulfill_at),
        )
    )


def work(session: Session, now: datetime) -> int:
    """Work off one batch of notices whose hour has come; returns how many."""
    rows = session.execute(upcoming.to_tell(now, DELIVERY, BATCH)).all()
    for notice, shop in rows:
        _decide(session, plan.around_of(session, shop, now), notice)
    return len(rows)


def why_not(found: list[Paid], now: datetime) -> str | None:
    """Return why a delivery is not to be announced, None when it is. `now`: business time."""
    states = {paid.row.status for paid in found}
    if not states:
        return N_("the delivery is gone")
    if states == {CANCELLED}:
        return N_("the delivery was cancelled")
    if SCHEDULED not in states:
        return N_("the delivery can be shipped already")
    return N_("the delivery was due already") if max(paid.row.fulfill_at for paid in found) <= now else None


def _decide(session: Session, around: Around, notice: Notice) -> None:
    found, now = paid_ahead.of_notice(session, notice), around.now
    if reason := why_not(found, now):
        upcoming.drop(notice, reason, now)
        for paid in found:
            paid.row.planned_for = None  # should it be scheduled again, it is planned anew
        return
    paid = next(each for each in found if each.row.status == SCHEDULED)
    plan_at = paid_ahead.owed(session, around, paid).get(notice.lead_days)
    if plan_at is None:
        upcoming.drop(notice, upcoming.REPLACED, now)
        return
    notice.plan_at, notice.planned_for = plan_at, paid.row.fulfill_at
    if plan_at > now:
        return
    _record(session, around, notice, paid)
    for each in found:
        each.row.told_for = each.row.fulfill_at
    notice.state, notice.recorded_at = RECORDED, now
    session.flush()  # the next notice of this batch may be about the same delivery


def _notice(paid: Paid, lead: int, at: datetime, now: datetime) -> dict[str, Any]:
    contract_id, cycle_index, number = paid.key
    return {
        "shop_id": paid.row.shop_id,
        "contract_id": contract_id,
        "cycle_index": cycle_index,
        "delivery": number,
        "kind": DELIVERY,
        "lead_days": lead,
        "plan_at": at,
        "planned_at": now,
        "planned_for": paid.row.fulfill_at,
        "state": PLANNED,
    }


def _record(session: Session, around: Around, notice: Notice, paid: Paid) -> None:
    contract, ships_at = paid.contract, paid.row.fulfill_at
    days = rules.days_until(ships_at, around.now, around.shop.zone)
    parts = (number_of(contract.shopify_gid), paid.cycle_index, paid.row.number, notice.lead_days)
    record(
        session,
        notice.shop_id,
        key=f"delivery:{':'.join(map(str, parts))}",
        kind="delivery.upcoming",
        occurred_at=around.now,
        contract_gid=contract.shopify_gid,
        customer_gid=contract.customer_gid,
        cycle_index=paid.cycle_index,
        actor="perennial",
        cause=f"notice:{notice.id}",
        data={
            "lead_days": notice.lead_days,
            "days_until_delivery": days,
            "late_notice": days < notice.lead_days,
            "ships_at": ships_at.isoformat(),
            "delivery": paid.row.number,
            "deliveries": paid_ahead.count(session, paid),
            "fulfillment_order_gid": paid.row.shopify_gid,
            "lines": paid.row.lines,
        },
    )

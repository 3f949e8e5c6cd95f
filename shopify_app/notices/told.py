"""What a shopper has been told of a coming charge already."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from shopify_app.contracts.models import BillingCycle
from shopify_app.notices.models import PLANNED, RECORDED, Notice
from shopify_app.notices.rules import day_told_for, days_until
from shopify_app.shops.models import Shop


def nearest(session: Session, shop: Shop, *which: ColumnElement[bool]) -> dict[tuple[int, int], int]:
    """Return contract id and cycle index → the fewest days before its charge at which the shopper was told.

    `which` narrows the billing cycles; one of which nothing was told is missing, and so is one
    that has moved to another day since.
    """
    found: dict[tuple[int, int], int] = {}
    for notice, due_at in _recorded(session, shop, *which):
        if notice.recorded_at is None or _is_of_another_day(notice, due_at, shop):
            continue
        key = notice.contract_id, notice.cycle_index
        days = min(notice.lead_days, days_until(due_at, notice.recorded_at, shop.zone))
        found[key] = min(days, found.get(key, days))
    return found


def reopen_moved(session: Session, shop: Shop, *which: ColumnElement[bool]) -> None:
    """Plan again what was told of a day on which the charge no longer is.

    A later issue tells this as *Changed Upcoming Order* instead; until then it is announced again for its new date.
    """
    for notice, due_at in _recorded(session, shop, *which):
        if _is_of_another_day(notice, due_at, shop):
            notice.state = PLANNED
    session.flush()


def _recorded(session: Session, shop: Shop, *which: ColumnElement[bool]) -> Iterator[tuple[Notice, datetime]]:
    same_cycle = and_(
        BillingCycle.shop_id == Notice.shop_id,
        BillingCycle.contract_id == Notice.contract_id,
        BillingCycle.cycle_index == Notice.cycle_index,
    )
    statement = (
        select(Notice, BillingCycle.due_at)
        .join(BillingCycle, same_cycle)
        .where(Notice.shop_id == shop.id, Notice.state == RECORDED, *which)
    )
    for notice, due_at in session.execute(statement).all():
        if due_at is not None:
            yield notice, due_at


def _is_of_another_day(notice: Notice, due_at: datetime, shop: Shop) -> bool:
    told_for = day_told_for(notice.plan_at, notice.lead_days, shop.zone)
    return told_for != due_at.astimezone(shop.zone).date()

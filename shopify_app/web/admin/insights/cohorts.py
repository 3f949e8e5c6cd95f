"""Subscriptions by the month in which they began, and how many of them were still there so many months later. By SQL.

One counts as there until the day on which it ended, paused or not. That day is its last ending that was counted; of
those that ended before counting began nobody knows it, so the day of their last change at Shopify stands for it.
Whoever came back counts as there all along.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Date, and_, cast, func, or_, select, text
from sqlalchemy.orm import Session

from shopify_app.contracts.models import Contract
from shopify_app.insights import movement
from shopify_app.insights.revenue_models import RevenueMovement
from shopify_app.shops.models import Shop

MONTHS = 12


@dataclass(frozen=True)
class Cohort:
    """Those that began in the month of `on`. `kept[n]`: how many were there n months after each began, n from 1; None
    while that day has not passed for all of them."""

    on: date
    began: int
    kept: tuple[int | None, ...]

    def share(self, number: int | None) -> int | None:
        """Return per cent, rounded."""
        return None if number is None or not self.began else round(100 * number / self.began)


def cohorts(session: Session, shop: Shop, today: date) -> list[Cohort]:
    """Return the last twelve months with somebody in them, this one included, oldest first. Days are the shop's."""
    zone, months = shop.zone.key, range(1, MONTHS)
    first = months_later(today.replace(day=1), 1 - MONTHS)
    began = cast(func.timezone(zone, Contract.shopify_created_at), Date)
    last = (
        select(RevenueMovement.contract_id, func.max(RevenueMovement.day).label("day"))
        .where(RevenueMovement.shop_id == shop.id)
        .where(RevenueMovement.kind.in_((movement.CHURNED, movement.LEFT)))
        .group_by(RevenueMovement.contract_id)
        .subquery()
    )
    ended = func.coalesce(last.c.day, cast(func.timezone(zone, Contract.shopify_updated_at), Date))
    still = Contract.status.not_in(movement.ENDED)
    lives = (
        select(began.label("began"), still.label("still"), ended.label("ended"))
        .outerjoin(last, and_(last.c.contract_id == Contract.id, ~still))
        .where(Contract.shop_id == shop.id)
        .where(Contract.shopify_created_at >= datetime.combine(first, time.min, shop.zone))
        .subquery()
    )
    later = [cast(lives.c.began + text(f"interval '{n} months'"), Date) for n in months]
    kept = [func.count().filter(or_(lives.c.still, lives.c.ended > day)) for day in later]
    month = cast(func.date_trunc("month", lives.c.began), Date)
    query = select(month, func.count(), *kept).group_by(month).order_by(month)
    return [_cohort(row, today) for row in session.execute(query)]


def months_later(on: date, number: int) -> date:
    """Return the same day so many months later, or the month's last where it has no such day."""
    month = on.year * 12 + on.month - 1 + number
    year, of = month // 12, month % 12 + 1
    return date(year, of, min(on.day, monthrange(year, of)[1]))


def _cohort(row: tuple[object, ...], today: date) -> Cohort:
    on, began, *kept = row
    assert isinstance(on, date) and isinstance(began, int)
    last = months_later(on, 1) - timedelta(days=1)
    numbers = [int(str(number)) for number in kept]
    known = tuple(number if months_later(last, n) < today else None for n, number in enumerate(numbers, 1))
    return Cohort(on, began, known)

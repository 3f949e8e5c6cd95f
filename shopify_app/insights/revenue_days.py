"""A day's revenue and movements, made anew from the movements of its contracts; making them twice changes nothing."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import delete, func, insert, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from shopify_app.insights.revenue_models import DailyMovement, DailyRevenue, RevenueMovement

_NOTHING = (Decimal(0), 0)


def write(session: Session, shop_id: int, first: date, last: date) -> None:
    """Write the days from `first` to `last` (shop-local) anew, and drop later ones. The day before must be right."""
    for table in (DailyMovement, DailyRevenue):
        session.execute(delete(table).where(table.shop_id == shop_id, table.day >= first))
    mine = (RevenueMovement.shop_id == shop_id, RevenueMovement.day.between(first, last))
    what = (RevenueMovement.day, RevenueMovement.currency, RevenueMovement.kind, RevenueMovement.reason)
    names = ("day", "currency", "kind", "reason", "number", "amount")
    sums = select(*what, func.count(), func.sum(RevenueMovement.amount)).where(*mine).group_by(*what)
    moved = [dict(zip(names, row, strict=True)) | {"shop_id": shop_id} for row in session.execute(sums)]
    if moved:
        session.execute(insert(DailyMovement), moved)
    by_day = (RevenueMovement.day, RevenueMovement.currency)
    added = (func.sum(RevenueMovement.amount), func.sum(RevenueMovement.active))
    net = select(*by_day, *added).where(*mine).group_by(*by_day)
    changes = {(day, currency): (amount, int(active)) for day, currency, amount, active in session.execute(net)}
    standing, rows = _before(session, shop_id, first), []
    for number in range((last - first).days + 1):
        on = first + timedelta(days=number)
        for currency in {*standing, *(each for day, each in changes if day == on)}:
            (mrr, active), (more, come) = standing.get(currency, _NOTHING), changes.get((on, currency), _NOTHING)
            standing[currency] = mrr + more, active + come
        rows += [
            {"shop_id": shop_id, "day": on, "currency": currency, "mrr": mrr, "active": active}
            for currency, (mrr, active) in standing.items()
        ]
    if rows:
        session.execute(insert(DailyRevenue), rows)


def _before(session: Session, shop_id: int, first: date) -> dict[str, tuple[Decimal, int]]:
    """How each currency stood at the end of the last day before."""
    query = (
        select(DailyRevenue.currency, DailyRevenue.mrr, DailyRevenue.active)
        .where(DailyRevenue.shop_id == shop_id, DailyRevenue.day < first)
        .ext(distinct_on(DailyRevenue.currency))
        .order_by(DailyRevenue.currency, DailyRevenue.day.desc())
    )
    return {currency: (mrr, active) for currency, mrr, active in session.execute(query)}

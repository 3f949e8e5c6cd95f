"""What Insights reads: periods of monthly revenue, who left, and weeks to come. Rows of days, so it stays small."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shopify_app.insights import movement
from shopify_app.insights.revenue_models import DailyMovement, DailyRevenue, RevenueCount
from shopify_app.shops.models import Shop

WEEK = timedelta(days=7)
WEEKS, MONTHS, LEFT_DAYS = 13, 12, 90


@dataclass
class Period:
    """A week or month that begins on `on`: signed amounts by kind, and how it stood at its end (so far).

    `began`: active subscriptions when it began, None for the one in which counting did. `left`: how many of the
    active ones ended in it.
    """

    on: date
    moved: dict[str, Decimal] = field(default_factory=dict)
    mrr: Decimal = Decimal(0)
    active: int = 0
    began: int | None = None
    left: int = 0

    @property
    def churn(self) -> float | None:
        """Per cent of those active when it began that ended while active; None while nobody knows how many began."""
        return 100 * self.left / self.began if self.began else None

    @property
    def most(self) -> str | None:
        """The kind of movement that weighed most, None when nothing moved."""
        moved = {kind: amount for kind, amount in self.moved.items() if kind != movement.OPENING and amount}
        return max(moved, key=lambda kind: abs(moved[kind])) if moved else None

    @property
    def gained(self) -> Decimal:
        return sum((self.moved.get(kind, Decimal(0)) for kind in movement.GAINS), Decimal(0))

    @property
    def lost(self) -> Decimal:
        """A negative amount, or zero."""
        return sum((self.moved.get(kind, Decimal(0)) for kind in movement.LOSSES), Decimal(0))


def opened(session: Session, shop_id: int) -> date | None:
    """Return the shop-local day since which revenue is counted; None when it is not yet."""
    return session.scalar(select(RevenueCount.first_day).where(RevenueCount.shop_id == shop_id))


def currencies(session: Session, shop: Shop) -> list[str]:
    """Return the currencies there is revenue in, the shop's own first."""
    query = select(DailyRevenue.currency).where(DailyRevenue.shop_id == shop.id).distinct()
    return sorted(session.scalars(query), key=lambda each: (each != shop.currency, each))


def periods(session: Session, shop: Shop, currency: str, today: date, by: str) -> list[Period]:
    """Return the last 13 weeks (from Monday) or 12 months, this one included, since counting began; oldest first."""
    starts = _mondays(today) if by == "week" else _firsts(today)
    begin = opened(session, shop.id) or today
    found = {on: Period(on) for on in starts if _end(on, by) >= begin}
    mine = (DailyMovement.shop_id == shop.id, DailyMovement.currency == currency, DailyMovement.day >= starts[0])
    on = func.date_trunc(by, DailyMovement.day)
    sums = (func.sum(DailyMovement.amount), func.sum(DailyMovement.number))
    moved = select(func.date(on), DailyMovement.kind, *sums).where(*mine)
    for start, kind, amount, number in session.execute(moved.group_by(func.date(on), DailyMovement.kind)):
        found[start].moved[kind] = amount
        if kind == movement.CHURNED:
            found[start].left = int(number)
    ends = select(DailyRevenue.day, DailyRevenue.mrr, DailyRevenue.active).where(
        DailyRevenue.shop_id == shop.id, DailyRevenue.currency == currency, DailyRevenue.day >= starts[0]
    )
    for day, mrr, active in session.execute(ends.order_by(DailyRevenue.day)):
        period = found[day - timedelta(days=day.weekday()) if by == "week" else day.replace(day=1)]
        period.mrr, period.active = mrr, active
    ordered = list(found.values())
    for before, period in pairwise(ordered):
        period.began = before.active
    if ordered and ordered[0].on > begin:
        ordered[0].began = _active_before(session, shop, currency, ordered[0].on)
    return ordered


def _active_before(session: Session, shop: Shop, currency: str, on: date) -> int | None:
    query = select(DailyRevenue.active).where(
        DailyRevenue.shop_id == shop.id, DailyRevenue.currency == currency, DailyRevenue.day == on - timedelta(days=1)
    )
    return session.scalar(query)


def left(session: Session, shop: Shop, currency: str, today: date) -> list[tuple[str, int, Decimal]]:
    """Return reason, number and monthly revenue of what ended in the last 90 days, the most frequent first."""
    query = select(DailyMovement.reason, func.sum(DailyMovement.number), -func.sum(DailyMovement.amount)).where(
        DailyMovement.shop_id == shop.id,
        DailyMovement.currency == currency,
        DailyMovement.kind.in_((movement.CHURNED, movement.LEFT)),
        DailyMovement.day > today - timedelta(days=LEFT_DAYS),
    )
    found = session.execute(query.group_by(DailyMovement.reason))
    return sorted(((reason, int(number), lost) for reason, number, lost in found), key=lambda each: -each[1])


def last_whole(periods: Sequence[Period], since: date | None) -> Period | None:
    """Return the last period that is over and was counted from its first day; None when there is none yet."""
    over = [each for each in periods[:-1] if since is not None and since < each.on]
    return over[-1] if over else None


def _mondays(today: date) -> list[date]:
    monday = today - timedelta(days=today.weekday())
    return [monday - number * WEEK for number in reversed(range(WEEKS))]


def _firsts(today: date) -> list[date]:
    months = [today.year * 12 + today.month - 1 - number for number in reversed(range(MONTHS))]
    return [date(month // 12, month % 12 + 1, 1) for month in months]


def _end(on: date, by: str) -> date:
    return on + timedelta(days=6) if by == "week" else (on + timedelta(days=31)).replace(day=1) - timedelta(days=1)

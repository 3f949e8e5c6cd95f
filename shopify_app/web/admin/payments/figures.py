"""What became of failed charges: recovered sums, the rate by class, days to recover, and failures by week. By SQL."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from shopify_app.dunning.models import OPEN, RECOVERED, DunningCase
from shopify_app.gateways.shopify.decline_codes import Decline
from shopify_app.shops.models import Shop
from shopify_app.web.admin.queries import Sums

DAYS = (30, 90)
LOST = "lost"
OUTCOMES = (RECOVERED, OPEN, LOST)
MOVED = "moved"
"""Why a case was closed whose order got another date: nothing is lost and nothing recovered, so it counts nowhere."""


@dataclass
class Rate:
    """How many cases of one class, or of all, ended well."""

    recovered: int = 0
    ended: int = 0

    @property
    def percent(self) -> int:
        return round(100 * self.recovered / self.ended) if self.ended else 0


@dataclass
class Ended:
    """Of the cases that ended within the span: what was recovered and lost, and the rate by class."""

    recovered: Sums = field(default_factory=dict)
    lost: Sums = field(default_factory=dict)
    total: Rate = field(default_factory=Rate)
    by_class: dict[Decline, Rate] = field(default_factory=dict)
    median_days: float | None = None


@dataclass
class Week:
    """What failed first within a week that begins on `on`, by what has become of it so far."""

    on: date
    sums: dict[str, Sums]
    numbers: dict[str, int]

    def amount(self, outcome: str, currency: str) -> Decimal:
        return self.sums.get(outcome, {}).get(currency, Decimal())


def ended(session: Session, shop: Shop, now: datetime, days: int) -> Ended:
    """Count and sum what ended in the last so many days (business time)."""
    mine = (
        DunningCase.shop_id == shop.id,
        DunningCase.closed_at >= now - timedelta(days=days),
        DunningCase.why_closed.is_distinct_from(MOVED),
    )
    is_recovered = DunningCase.state == RECOVERED
    what = (DunningCase.decline, is_recovered, DunningCase.currency)
    query = select(*what, func.count(), func.sum(DunningCase.amount)).where(*mine).group_by(*what)
    found = Ended()
    for decline, well, currency, number, total in session.execute(query):
        sums = found.recovered if well else found.lost
        sums[currency] = sums.get(currency, Decimal()) + total
        for rate in (found.total, found.by_class.setdefault(Decline(decline), Rate())):
            rate.ended += number
            rate.recovered += number if well else 0
    span = func.extract("epoch", DunningCase.closed_at - DunningCase.opened_at)
    median = select(func.percentile_cont(0.5).within_group(span)).where(*mine, is_recovered)
    seconds = session.scalar(median)
    found.median_days = None if seconds is None else float(seconds) / 86400
    return found


def weeks(session: Session, shop: Shop, now: datetime, days: int) -> list[Week]:
    """Return the weeks (Monday to Sunday, shop-local) of the last so many days, oldest first, this one included."""
    today = now.astimezone(shop.zone).date()
    first = _monday(today - timedelta(days=days - 1))
    start = datetime.combine(first, datetime.min.time(), shop.zone)
    on = func.date(func.date_trunc("week", func.timezone(shop.zone.key, DunningCase.opened_at)))
    became = case((DunningCase.state.in_((OPEN, RECOVERED)), DunningCase.state), else_=LOST)
    query = (
        select(on, became, DunningCase.currency, func.count(), func.sum(DunningCase.amount))
        .where(DunningCase.shop_id == shop.id, DunningCase.opened_at >= start)
        .where((DunningCase.closed_at >= start) | DunningCase.closed_at.is_(None))  # what the index knows
        .where(DunningCase.why_closed.is_distinct_from(MOVED))
        .group_by(on, became, DunningCase.currency)
    )
    found = {monday: Week(monday, {}, {}) for monday in _mondays(first, today)}
    for monday, outcome, currency, number, total in session.execute(query):
        week = found.setdefault(monday, Week(monday, {}, {}))
        week.sums.setdefault(outcome, {})[currency] = total
        week.numbers[outcome] = week.numbers.get(outcome, 0) + number
    return list(found.values())


def _monday(on: date) -> date:
    return on - timedelta(days=on.weekday())


def _mondays(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=number) for number in range(0, (last - first).days + 1, 7))

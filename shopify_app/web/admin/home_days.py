"""Days on Home: the two weeks behind, each charge accounted for, and the seven days ahead as a small chart."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.insights import daybook
from shopify_app.insights.models import DailyCharges
from shopify_app.kit.speech import N_
from shopify_app.shops.models import Shop
from shopify_app.web.admin import queries

Values = dict[str, Any]

DAYS_SHOWN = 14


def local_days(shop: Shop, now: datetime, days: int = 1) -> tuple[datetime, datetime]:
    """Return the first instant of the shop's today and of the day `days` later."""
    today = now.astimezone(shop.zone).date()
    start = datetime.combine(today, time.min, shop.zone)
    return start, datetime.combine(today + timedelta(days=days), time.min, shop.zone)


def count_today(session: Session, shop: Shop, now: datetime) -> daybook.Figures:
    """Return what became of the charges that are expected today, counted this moment."""
    today = local_days(shop, now)[0].date()
    (figures,) = daybook.figures(session, shop, today, today, now)
    return figures


def past(session: Session, shop: Shop, counted: daybook.Figures) -> Values:
    """Return today, as it was counted this moment, and the thirteen days before it as they were last counted."""
    today = counted.day
    first = today - timedelta(days=DAYS_SHOWN - 1)
    kept = select(DailyCharges).where(DailyCharges.shop_id == shop.id, DailyCharges.day.between(first, today))
    days = {row.day: {"on": row.day, "expected": row.expected} | _places(row) for row in session.scalars(kept)}
    days[today] = {"on": today, "expected": counted.expected} | {
        place: counted.counts[place] for place in daybook.PLACES
    }
    ordered = [days[on] for on in sorted(days, reverse=True)]
    return {
        "days": ordered,
        "columns": [(place, heading) for place, heading in COLUMNS if any(one[place] for one in ordered)],
        "expected": sum(one["expected"] for one in ordered),
        "billed": sum(one["billed"] for one in ordered),
        "unexplained": sum(one["unexplained"] for one in ordered),
    }


COLUMNS = (
    (daybook.BILLED_, N_("Paid")),
    (daybook.FAILED_, N_("Failed")),
    (daybook.SKIPPED, N_("Skipped")),
    (daybook.HELD, N_("Held")),
    (daybook.PARKED, N_("Needs you")),
    (daybook.IN_FLIGHT, N_("At the bank")),
    (daybook.TO_COME, N_("To come")),
)
"""What may have become of a charge, and its heading. A column of nothing but dashes is not shown."""


def _places(row: DailyCharges) -> Values:
    return {place: getattr(row, place) for place in daybook.PLACES}


def week(session: Session, shop: Shop, now: datetime) -> Values:
    """Return the charges of the next seven days, day by day, with the busiest marked."""
    start, end = local_days(shop, now, 7)
    found = queries.due_by_day(session, shop.id, start, end, shop.zone.key)
    days = [start.date() + timedelta(days=number) for number in range(7)]
    numbers = [found.get(on, (0, {}))[0] for on in days]
    busiest = max(numbers)
    return {
        "days": [_bar(on, *found.get(on, (0, {})), busiest) for on in days],
        "number": sum(numbers),
        "sums": added([sums for _, sums in found.values()]),
        "busiest": days[numbers.index(busiest)] if busiest else None,
        "busiest_number": busiest,
    }


def _bar(on: date, number: int, sums: queries.Sums, busiest: int) -> Values:
    share = number / busiest if busiest else 0
    return {"on": on, "number": number, "sums": sums, "share": share, "is_peak": number > 0 and share == 1}


def added(many: list[queries.Sums]) -> queries.Sums:
    """Return sums by currency added up."""
    total: queries.Sums = {}
    for sums in many:
        for currency, amount in sums.items():
            total[currency] = total.get(currency, amount * 0) + amount
    return total

"""When the orders after the checkout's would come, were a plan bought today. Pure; dates are the shop's own.

Only where Shopify's calendar leaves no doubt (sandbox/world/cycles.py lists what is known of it): a rhythm without
fixed days, or one fixed day in each interval without a cutoff. For all else nothing is promised.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from shopify_app.kit.db import Json

MONTHS = {"MONTH": 1, "YEAR": 12}
DAYS = {"DAY": 1, "WEEK": 7}


def first_dates(billing: Json, delivery: Json, today: date, count: int) -> list[date]:
    """Return the first dates on which orders come after that of `today`; none where they are not certain."""
    anchors = billing.get("anchors") or []
    unit, each = str(billing.get("interval", "")), int(billing.get("intervalCount") or 0)
    if unit not in MONTHS | DAYS or each < 1:
        return []
    if not anchors:
        return [_later(today, unit, each * number) for number in range(1, count + 1)]
    is_plain = not delivery.get("cutoff") and delivery.get("preAnchorBehavior", "ASAP") == "ASAP"
    if len(anchors) > 1 or each > 1 or not is_plain or anchors[0].get("cutoffDay"):
        return []
    found = (day for ahead in range(1, 1 + 366 * count) if _fits(anchors[0], day := today + timedelta(days=ahead)))
    return [day for _, day in zip(range(count), found, strict=False)]


def _later(day: date, unit: str, number: int) -> date:
    """The 31st becomes the last day of a shorter month, and returns."""
    if unit in DAYS:
        return day + timedelta(days=DAYS[unit] * number)
    month = day.year * 12 + day.month - 1 + MONTHS[unit] * number
    year, month = month // 12, month % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _fits(anchor: Json, day: date) -> bool:
    wanted = int(anchor["day"])
    if anchor["type"] == "WEEKDAY":
        return day.isoweekday() == wanted
    is_day = day.day == min(wanted, monthrange(day.year, day.month)[1])
    return is_day and (anchor["type"] == "MONTHDAY" or day.month == int(anchor.get("month") or 0))

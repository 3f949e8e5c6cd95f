"""On which day a delivery of a prepaid order comes instead: a day that somebody chose, or after the last one."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from shopify_app.contracts.calendar import later
from shopify_app.kit.db import Json
from shopify_app.orders.models import FulfillmentOrder

_DAYS = {"DAY": 1, "WEEK": 7}
_MONTHS = {"MONTH": 1, "YEAR": 12}


def on_day(delivery: FulfillmentOrder, wanted: date, zone: ZoneInfo) -> datetime:
    """Return the instant of a delivery on another local day, at its own time of day. Raises OverflowError."""
    local = delivery.fulfill_at.astimezone(zone)
    return datetime.combine(wanted, local.timetz()).astimezone(UTC)


def after_last(deliveries: Sequence[FulfillmentOrder], policy: Json, zone: ZoneInfo) -> datetime:
    """Return when a skipped delivery comes: one delivery interval after the last of those still to come.

    `policy`: the contract's delivery policy. What is paid for is delivered: a skip never makes a delivery fewer.
    """
    last = max(each.fulfill_at for each in deliveries)
    interval, count = policy["interval"], int(policy["intervalCount"])
    if interval in _DAYS:
        return later(last, timedelta(days=_DAYS[interval] * count), zone)
    local = last.astimezone(zone)
    months = local.month - 1 + _MONTHS[interval] * count
    year, month = local.year + months // 12, months % 12 + 1
    return local.replace(year=year, month=month, day=min(local.day, monthrange(year, month)[1])).astimezone(UTC)

"""Where the dates after the last one that Shopify told us will probably lie. Pure, and a projection only."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from shopify_app.kit.db import Json

_MONTHS = {"MONTH": 1, "YEAR": 12}
_DAYS = {"DAY": 1, "WEEK": 7}


def after(start: datetime, policy: Json, zone: ZoneInfo, until: datetime) -> Iterator[datetime]:
    """Yield the instants that follow `start` in a billing or delivery policy's rhythm, up to `until`.

    By the wall clock of `zone`; a month that has no such day gets its last one, and the day comes back after it.
    Anchors are not asked: `start` lies on one already.
    """
    unit, count = policy["interval"], int(policy["intervalCount"])
    wall = start.astimezone(zone)
    for number in range(1, 1000):
        if unit in _DAYS:
            found = wall + timedelta(days=_DAYS[unit] * count * number)
        else:
            found = _months_later(wall, _MONTHS[unit] * count * number)
        if found > until:
            return
        yield found


def length(policy: Json) -> timedelta:
    """Return the longest span between two dates of a policy."""
    unit, count = policy["interval"], int(policy["intervalCount"])
    return timedelta(days={"DAY": 1, "WEEK": 7, "MONTH": 31, "YEAR": 366}[unit] * count)


def deliveries(billing: Json, delivery: Json) -> int:
    """Return how many deliveries one charge pays for, at least one."""
    return max(1, round(_days(billing) / _days(delivery)))


def _days(policy: Json) -> float:
    unit, count = policy["interval"], int(policy["intervalCount"])
    return {"DAY": 1.0, "WEEK": 7.0, "MONTH": 30.4, "YEAR": 365.0}[unit] * count


def _months_later(wall: datetime, months: int) -> datetime:
    year, month = divmod(wall.month - 1 + months, 12)
    year, month = wall.year + year, month + 1
    return wall.replace(year=year, month=month, day=min(wall.day, monthrange(year, month)[1]))

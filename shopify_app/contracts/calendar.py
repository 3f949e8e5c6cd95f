"""When a cycle is charged: pure date rules."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

EARLIEST = timedelta(hours=24)
"""Shopify refuses a charge further ahead of the expected date (BILLING_CYCLE_CHARGE_BEFORE_EXPECTED_DATE)."""


def due_at(expected_at: datetime, zone: ZoneInfo, hour: int) -> datetime:
    """Return the UTC instant at which to charge a cycle: its expected local day at the shop's hour (0–23).

    When daylight saving skips that hour, the first instant after the gap; when it comes twice, the first. Never
    more than 24 hours before `expected_at`, which a 25-hour day would otherwise allow.
    """
    day = expected_at.astimezone(zone).date()
    wall = datetime.combine(day, time(hour), tzinfo=zone)
    return max(_instant(wall), expected_at.astimezone(UTC) - EARLIEST)


def later(instant: datetime, by: timedelta, zone: tzinfo) -> datetime:
    """Return the instant (UTC) as many days later at the same time of day in `zone`: summer time moves no day."""
    wall = instant.astimezone(zone)
    return (wall + by).astimezone(UTC)


def _instant(wall: datetime) -> datetime:
    early, late = wall.replace(fold=1).astimezone(UTC), wall.replace(fold=0).astimezone(UTC)
    if early >= late:  # the usual day, or an hour that comes twice: fold 0 is the first
        return late
    return _end_of_gap(early, late, wall)


def _end_of_gap(early: datetime, late: datetime, wall: datetime) -> datetime:
    """Between these two instants the zone jumps over `wall`: find the jump to the second."""
    zone, before = wall.tzinfo, wall.utcoffset()
    low, high = int(early.timestamp()), int(late.timestamp())
    while low < high:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, UTC).astimezone(zone).utcoffset() == before:
            low = middle + 1
        else:
            high = middle
    return datetime.fromtimestamp(high, UTC)

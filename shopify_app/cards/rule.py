"""When the owner of a card that expires is told. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shopify_app.contracts import calendar


def plan_at(expires_on: date, lead_days: int, zone: ZoneInfo, hour: int) -> datetime:
    """Return the UTC instant of a notice: so many local days before the last day of a card, at the shop's hour."""
    noon = datetime.combine(expires_on - timedelta(days=lead_days), time(12), tzinfo=zone)
    return calendar.due_at(noon.astimezone(UTC), zone, hour)


def is_nearest(
    lead_days: int, leads: Iterable[int], expires_on: date, zone: ZoneInfo, hour: int, now: datetime
) -> bool:
    """Answer whether no nearer lead has come by `now` (business time): of several that are past, one is told."""
    return all(plan_at(expires_on, nearer, zone, hour) > now for nearer in leads if nearer < lead_days)


def good_until(expires_on: date, zone: ZoneInfo) -> datetime:
    """Return the UTC instant from which a card is no longer good: the midnight after its last day, in the shop."""
    return datetime.combine(expires_on + timedelta(days=1), time(), tzinfo=zone).astimezone(UTC)

"""When a notice is owed and whether it still is. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shopify_app.contracts import calendar
from shopify_app.contracts.models import ACTIVE, BillingCycle, Contract


def plan_at(due_at: datetime, lead_days: int, zone: ZoneInfo, hour: int) -> datetime:
    """Return the UTC instant of an upcoming notice: so many local days before the charge, at the shop's hour.

    It may lie in the past, for a subscription younger than its lead: then the notice is owed at once.
    """
    day = due_at.astimezone(zone).date() - timedelta(days=lead_days)
    noon = datetime.combine(day, time(12), tzinfo=zone).astimezone(UTC)
    return calendar.due_at(noon, zone, hour)


def why_not(contract: Contract, cycle: BillingCycle | None, now: datetime) -> str | None:
    """Return why an upcoming notice is no longer owed, or None when it still is. `now`: business time."""
    if cycle is None:
        return "the billing cycle is gone"
    if cycle.attempted_at is not None:
        return "the charge had started"
    if contract.status != ACTIVE:
        return f"the contract is {contract.status.lower()}"
    if cycle.skipped:
        return "the cycle is skipped"
    if cycle.due_at is None:
        return "the cycle is not to be charged"
    if cycle.due_at <= now:
        return "the charge was due already"
    return None

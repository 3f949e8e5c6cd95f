"""When a notice is owed and whether it still is. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
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


def owed(
    leads: Iterable[int], due_at: datetime, zone: ZoneInfo, hour: int, now: datetime, told: int | None
) -> dict[int, datetime]:
    """Return which leads are owed for a charge, and when (UTC). `now`: business time.

    Of the leads that are past, only the nearest to the charge: telling the others too would say one thing twice.
    `told` is how many days before this charge the shopper was last told; as near or nearer, and nothing past is owed.
    """
    moments = {lead: plan_at(due_at, lead, zone, hour) for lead in leads}
    ahead = {lead: at for lead, at in moments.items() if at > now}
    past = moments.keys() - ahead.keys()
    if past and (told is None or told > min(past)):
        ahead[min(past)] = moments[min(past)]
    return ahead


def days_until(due_at: datetime, moment: datetime, zone: ZoneInfo) -> int:
    """Return the number of local days from a moment to the charge; 0 on the day itself."""
    return (due_at.astimezone(zone).date() - moment.astimezone(zone).date()).days


def day_told_for(plan_at: datetime, lead_days: int, zone: ZoneInfo) -> date:
    """Return the local day of the charge that a notice planned for this instant speaks of."""
    return plan_at.astimezone(zone).date() + timedelta(days=lead_days)


def has_moved(announced: datetime, due_at: datetime, zone: ZoneInfo) -> bool:
    """Is the charge on another local day than announced? Another hour of that day is no news to a shopper."""
    return announced.astimezone(zone).date() != due_at.astimezone(zone).date()


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

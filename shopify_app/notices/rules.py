"""When a notice is owed and whether it still is. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from shopify_app.contracts import calendar
from shopify_app.contracts.models import ACTIVE, BillingCycle, Contract
from shopify_app.kit.speech import N_
from shopify_app.notices.kept import HAS_STATUS

_DAYS = {"DAY": 1, "WEEK": 7, "MONTH": 28, "YEAR": 365}
"""The fewest days of an interval, so that a lead never reaches back behind the order before."""


def interval_days(policy: dict[str, Any]) -> int:
    """Return the fewest whole days between two dates of a billing or delivery policy."""
    return _DAYS[policy["interval"]] * int(policy["intervalCount"])


def leads_for(leads: Iterable[int], days_between: int) -> tuple[int, ...]:
    """Return the leads that suit an interval of so many days: the shorter ones; the shortest stays in any case.

    A lead as long as the interval would announce an order before the one that comes first.
    """
    wanted = sorted(set(leads), reverse=True)
    return tuple(lead for lead in wanted if lead < days_between or lead == wanted[-1])


@lru_cache(4096)  # the charges of a day have one instant
def plan_at(due_at: datetime, lead_days: int, zone: ZoneInfo, hour: int) -> datetime:
    """Return the UTC instant of an upcoming notice: so many local days before the charge, at the shop's hour.

    It may lie in the past, for a subscription younger than its lead: then the notice is owed at once.
    """
    day = due_at.astimezone(zone).date() - timedelta(days=lead_days)
    noon = datetime.combine(day, time(12), tzinfo=zone).astimezone(UTC)
    return calendar.due_at(noon, zone, hour)


def owed(
    leads: Iterable[int],
    due_at: datetime,
    zone: ZoneInfo,
    hour: int,
    now: datetime,
    recorded: Collection[int],
    told: int | None,
) -> dict[int, datetime]:
    """Return which leads are owed for a charge, and when (UTC). `now`: business time.

    `recorded` are the leads told already, of whatever day: none is told twice. Of the leads that are past, only the
    nearest to the charge is owed: telling the others too would say one thing twice. `told` is how many days before
    this very day the shopper last heard of it; as near or nearer, and nothing past is owed.
    """
    moments = {lead: plan_at(due_at, lead, zone, hour) for lead in leads}
    past = [lead for lead, at in moments.items() if at <= now]
    wanted = {lead: at for lead, at in moments.items() if at > now and lead not in recorded}
    if past and min(past) not in recorded and (told is None or told > min(past)):
        wanted[min(past)] = moments[min(past)]
    return wanted


def days_until(due_at: datetime, moment: datetime, zone: ZoneInfo) -> int:
    """Return the number of local days from a moment to the charge; 0 on the day itself."""
    return (due_at.astimezone(zone).date() - moment.astimezone(zone).date()).days


def has_moved(announced: datetime, due_at: datetime, zone: ZoneInfo) -> bool:
    """Is the charge on another local day than announced? Another hour of that day is no news to a shopper."""
    return announced.astimezone(zone).date() != due_at.astimezone(zone).date()


def why_not(contract: Contract, cycle: BillingCycle | None, now: datetime) -> str | None:
    """Return why an upcoming notice is no longer owed, or None when it still is. `now`: business time."""
    if cycle is None:
        return N_("the billing cycle is gone")
    if cycle.attempted_at is not None:
        return N_("the charge had started")
    if contract.status != ACTIVE:
        return HAS_STATUS % {"status": contract.status.lower()}
    if cycle.skipped:
        return N_("the cycle is skipped")
    if cycle.due_at is None:
        return N_("the cycle is not to be charged")
    if cycle.due_at <= now:
        return N_("the charge was due already")
    return None

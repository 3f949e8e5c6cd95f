"""Which days a contract bills on, and at which instant of such a day money is asked for: found by looking at each.

Part of the oracle (`charges.py`): imports nothing of `shopify_app` or `sandbox`, and works things out another way
than either. A day is a billing day or not by counters that are carried from day to day; an instant is found by going
through the minutes and reading the wall clock.

The rules are Shopify's as far as they are known (community.shopify.dev 25929, 29234; community.shopify.com 571017;
schema 2026-10). Only the billing policy speaks here: a prepaid contract, billed less often than it delivers, is
charged once per billing cycle, and `minCycles` says when a shopper may leave, not what is charged.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice
from zoneinfo import ZoneInfo

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
EARLIEST = timedelta(hours=24)
"""Shopify refuses a charge longer before the expected date."""


@dataclass(frozen=True)
class Anchor:
    """A fixed day. `type` is WEEKDAY (1–7 from Monday), MONTHDAY or YEARDAY."""

    type: str
    day: int
    month: int | None = None
    cutoff_day: int | None = None


@dataclass(frozen=True)
class Plan:
    """How often a contract bills: every `count` of DAY, WEEK, MONTH, YEAR. `cutoff` is in days. `waits`: the checkout
    order itself goes out on an anchor (preAnchorBehavior NEXT) instead of at once (ASAP)."""

    interval: str
    count: int
    anchors: tuple[Anchor, ...] = ()
    cutoff: int = 0
    waits: bool = False
    max_cycles: int | None = None


@lru_cache(maxsize=4_000)
def expected_dates(
    plan: Plan, created_at: datetime, zone: str, count: int, first: datetime | None = None
) -> tuple[datetime, ...]:
    """The first `count` expected dates (UTC instants), fewer when the plan ends. `first` is the first charge of a
    contract made through the API, which sets the rhythm."""
    local = (first or created_at).astimezone(ZoneInfo(zone))
    at = time(local.hour) if plan.anchors else time(local.hour, local.minute, local.second)
    days = _billing_days(plan, local.date()) if first else _days_to_charge(plan, local.date())
    instants = (instant_of(day, at, zone) for day in days)
    wanted = min(count, plan.max_cycles or count)
    head = (first.astimezone(UTC),) if first else ()
    return (*head, *islice(instants, wanted - len(head)))


def _days_to_charge(plan: Plan, checkout: date) -> Iterator[date]:
    """Billing days that the checkout order has not paid for. An order too late for an anchor joins at a later one."""
    joined, owed_by_checkout = not plan.anchors, bool(plan.anchors) and plan.waits
    for day in _billing_days(plan, checkout):
        joined = joined or checkout <= _last_day_to_order(plan, day)
        if not joined:
            continue
        if owed_by_checkout:
            owed_by_checkout = False
            continue
        yield day


def _billing_days(plan: Plan, origin: date) -> Iterator[date]:
    """Billing days after `origin`, counting how many days, weeks, months and years have begun since."""
    begun = {"DAY": 0, "WEEK": 0, "MONTH": 0, "YEAR": 0}
    day = origin
    while day.year < 2200:
        day += DAY
        begun["DAY"] += 1
        begun["WEEK"] += day.isoweekday() == 1
        begun["MONTH"] += day.day == 1
        begun["YEAR"] += (day.month, day.day) == (1, 1)
        its_turn = begun[plan.interval] % plan.count == 0
        if (its_turn and _falls_on(plan, origin, day)) or (_anchors_decide_alone(plan) and _anchors_on(plan, day)):
            yield day


def _falls_on(plan: Plan, origin: date, day: date) -> bool:
    if plan.anchors:
        return bool(_anchors_on(plan, day))
    if plan.interval == "DAY":
        return True
    if plan.interval == "WEEK":
        return day.isoweekday() == origin.isoweekday()
    return day.day == _clamped(day, origin.day) and (plan.interval == "MONTH" or day.month == origin.month)


def _anchors_decide_alone(plan: Plan) -> bool:
    """Several anchors each bill, whatever the count says; so does a day of the year on a monthly interval."""
    return len(plan.anchors) > 1 or any(a.type == "YEARDAY" and plan.interval == "MONTH" for a in plan.anchors)


def _anchors_on(plan: Plan, day: date) -> list[Anchor]:
    return [anchor for anchor in plan.anchors if _is_on(anchor.type, anchor.day, anchor.month, day)]


def _is_on(kind: str, wanted: int, month: int | None, day: date) -> bool:
    if kind == "WEEKDAY":
        return day.isoweekday() == wanted
    return day.day == _clamped(day, wanted) and (kind == "MONTHDAY" or day.month == month)


def _clamped(day: date, wanted: int) -> int:
    """The wanted day of this month, or its last."""
    return min(wanted, monthrange(day.year, day.month)[1])


def _last_day_to_order(plan: Plan, day: date) -> date:
    [anchor, *_] = _anchors_on(plan, day)
    if anchor.cutoff_day is None:
        return day - plan.cutoff * DAY
    before = (day - n * DAY for n in range(40))
    return next(one for one in before if _is_on(anchor.type, anchor.cutoff_day, anchor.month, one))


def instant_of(day: date, at: time, zone: str) -> datetime:
    """When the wall clock shows this: the first time if it does twice; if it never does, as if the clocks had not
    been changed yet. Tries every offset that the zone has around that day."""
    wall = datetime.combine(day, at)
    hours = (wall.replace(tzinfo=UTC) + timedelta(hours=n) for n in range(-30, 31))
    offsets = [_offset(hour, zone) for hour in hours]
    tried = [(wall - offset).replace(tzinfo=UTC) for offset in offsets]
    shown = [instant for instant in tried if _wall(instant, zone) == wall]
    return min(shown) if shown else tried[0]


@lru_cache(maxsize=100_000)
def due_instant(expected: datetime, zone: str, hour: int) -> datetime:
    """When the shop charges a cycle: the first minute of its expected local day at which the wall clock shows its
    hour or later, and never more than 24 hours before the expected date."""
    wall = datetime.combine(_wall(expected, zone).date(), time(hour))
    minute = wall.replace(tzinfo=UTC) - timedelta(hours=15)  # no zone is further ahead of UTC than 14 hours
    while _wall(minute, zone) < wall:
        minute += MINUTE
    return max(minute, expected.astimezone(UTC) - EARLIEST)


def _wall(instant: datetime, zone: str) -> datetime:
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def _offset(instant: datetime, zone: str) -> timedelta:
    offset = instant.astimezone(ZoneInfo(zone)).utcoffset()
    assert offset is not None
    return offset

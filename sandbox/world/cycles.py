"""The sandbox's calendar: which local days a contract bills on, found by walking the days one by one.

Brute force on purpose: every local day after the contract began is asked "is this a billing day?", so that
each rule can be checked by eye, and no formula of the app's can share a mistake with it.

What is known of Shopify's cycles, and from where:

* The first cycle has index 1 and begins when the contract is created (Shopify docs, *About subscription
  billing cycles*). Samples that start at 0 exist, hence `first_index`.
* The checkout order is not a cycle: after checkout, cycle 1 is UNBILLED, and its charge is the first
  *recurring* one. `billingAttemptExpectedDate` is the end of the cycle, and the next cycle starts one
  second later (cycle lists quoted in community.shopify.dev threads 25929 and 29234).
* A cycle that is moved or skipped keeps its start and end, and its neighbours stay where they are (docs
  sample of subscriptionBillingCycleScheduleEdit; community.shopify.dev 28569).
* With an anchor, the minutes are cut off (10:21:18 became 10:00:00, 15:59:51 became 15:00:00), and the
  *local* hour stays when daylight saving changes: 15:00Z in March, 14:00Z in April for a European shop
  (29234).
* One anchor with a count above 1 follows a grid of calendar periods: bought on Thursday 16 October, every
  two weeks on Monday, it bills on 27 October and not on the 20th (community.shopify.com 571017).
* Several anchors each bill, whatever the interval says (29234; "the 1st of every quarter" is four
  YEARDAYs).
* Cutoff and pre-anchor behaviour decide which anchor the checkout order already pays for (schema 2026-10,
  SellingPlanRecurringDeliveryPolicyPreAnchorBehavior); the first recurring charge is at the one after it.

Unverified (see "Doubts" in sandbox/README.md): without an anchor the wall-clock time is kept to the second,
so a charge may fall at any time of day; the 31st becomes the last day of a shorter month and returns to the
31st; 29 February becomes the 28th; the cutoff day itself is still in time; weeks begin on Monday; the
checkout order does not count towards `max_cycles`; a wall-clock time that daylight saving removes is read
in the offset before the change, and one that happens twice means the first.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, takewhile
from typing import Literal
from zoneinfo import ZoneInfo

Interval = Literal["DAY", "WEEK", "MONTH", "YEAR"]
AnchorType = Literal["WEEKDAY", "MONTHDAY", "YEARDAY"]

ONE_DAY = timedelta(days=1)
ONE_SECOND = timedelta(seconds=1)
_END_OF_TIME = date(9999, 1, 1)


class UnmodelledPolicy(ValueError):
    """A policy that Shopify refuses, or whose cycles nobody has described."""


@dataclass(frozen=True)
class Anchor:
    """Shopify's SellingPlanAnchor. `day` and `cutoff_day` are 1-7 from Monday, or a day of the month."""

    type: AnchorType
    day: int
    month: int | None = None
    cutoff_day: int | None = None


@dataclass(frozen=True)
class Policy:
    """A billing policy, with the two delivery-policy settings that move the first charge.

    `cutoff` is in days (SellingPlanRecurringDeliveryPolicy); an anchor's own `cutoff_day` goes before it.
    Raises UnmodelledPolicy when the parts do not fit together.
    """

    interval: Interval
    interval_count: int
    anchors: tuple[Anchor, ...] = ()
    min_cycles: int | None = None
    max_cycles: int | None = None
    cutoff: int = 0
    pre_anchor_behavior: Literal["ASAP", "NEXT"] = "ASAP"

    def __post_init__(self) -> None:
        if self.interval_count < 1:
            raise UnmodelledPolicy("interval_count must be at least 1")
        for anchor in self.anchors:
            _check_anchor(anchor)
        if self.anchors and self.interval == "DAY":
            raise UnmodelledPolicy("anchors do not go with a DAY interval")
        kinds = {anchor.type for anchor in self.anchors}
        if len(self.anchors) == 1 and (self.interval, *kinds) not in _SINGLE_ANCHOR_FITS:
            raise UnmodelledPolicy(f"one {kinds.pop()} anchor on a {self.interval} interval: cycles unknown")


@dataclass(frozen=True)
class Cycle:
    """One billing cycle, in UTC. `expected_at` is Shopify's billingAttemptExpectedDate."""

    index: int
    start_at: datetime
    end_at: datetime
    expected_at: datetime
    skipped: bool = False


def cycles(
    policy: Policy,
    created_at: datetime,
    zone: str,
    *,
    first_index: int = 1,
    first_expected_at: datetime | None = None,
    zero_length_second: bool = False,
) -> Iterator[Cycle]:
    """The contract's cycles in order, without end unless the policy has `max_cycles`.

    `created_at` is aware, `zone` an IANA name (the shop's). Two knobs for what reports disagree on:
    `first_expected_at` is the first charge of a contract made through the API, and sets the rhythm (so did
    `nextBillingDate` in thread 25929; the schema says it is mere metadata). `zero_length_second` copies
    what 29234 shows for several anchors: cycle 2 has cycle 1's date again, and ends before it starts.
    """
    instants = _instants(policy, created_at, ZoneInfo(zone), first_expected_at)
    if zero_length_second and len(policy.anchors) > 1:
        instants = _first_twice(instants)
    start_at = created_at.astimezone(UTC)
    for index, expected_at in enumerate(islice(instants, policy.max_cycles), first_index):
        yield Cycle(index, start_at, expected_at, expected_at)
        start_at = expected_at + ONE_SECOND


def apply(cycle: Cycle, moved_to: datetime | None, skipped: bool) -> Cycle:
    """The cycle after subscriptionBillingCycleScheduleEdit: only its expected date and skip flag change."""
    expected_at = cycle.expected_at if moved_to is None else moved_to.astimezone(UTC)
    return replace(cycle, expected_at=expected_at, skipped=skipped)


def _instants(
    policy: Policy, created_at: datetime, zone: ZoneInfo, first_expected_at: datetime | None
) -> Iterator[datetime]:
    created = created_at.astimezone(zone)
    if first_expected_at is None:
        origin, skip = created, _anchors_paid_at_checkout(policy, created.date())
    else:
        origin, skip = first_expected_at.astimezone(zone), 0
        yield origin.astimezone(UTC)
    at = time(origin.hour) if policy.anchors else time(origin.hour, origin.minute, origin.second)
    for day in islice(_billing_days(policy, origin.date()), skip, None):
        yield datetime.combine(day, at, tzinfo=zone).astimezone(UTC)


def _billing_days(policy: Policy, origin: date) -> Iterator[date]:
    """Every billing day after `origin`, the local day of the checkout or of the first charge."""
    day = origin
    while day < _END_OF_TIME:
        day += ONE_DAY
        if _is_billing_day(policy, origin, day):
            yield day


def _is_billing_day(policy: Policy, origin: date, day: date) -> bool:
    if not policy.anchors:
        return _in_rhythm(policy, origin, day) and _same_place(policy.interval, origin, day)
    if not any(_is_anchor_day(anchor, day) for anchor in policy.anchors):
        return False
    anchors_alone_decide = len(policy.anchors) > 1 or (policy.interval, policy.anchors[0].type) == (
        "MONTH",
        "YEARDAY",
    )
    return anchors_alone_decide or _in_rhythm(policy, origin, day)


def _in_rhythm(policy: Policy, origin: date, day: date) -> bool:
    """Is `day` in a calendar period that the count selects, beginning with the period of `origin`?"""
    if policy.interval == "DAY":
        apart = (day - origin).days
    elif policy.interval == "WEEK":
        apart = (_monday(day) - _monday(origin)).days // 7
    elif policy.interval == "MONTH":
        apart = (day.year * 12 + day.month) - (origin.year * 12 + origin.month)
    else:
        apart = day.year - origin.year
    return apart % policy.interval_count == 0


def _same_place(interval: Interval, origin: date, day: date) -> bool:
    """Does `day` stand in its week, month or year where `origin` stands in its own?"""
    if interval == "DAY":
        return True
    if interval == "WEEK":
        return day.weekday() == origin.weekday()
    if interval == "MONTH":
        return _is_day_of_month(day, origin.day)
    return day.month == origin.month and _is_day_of_month(day, origin.day)


def _is_anchor_day(anchor: Anchor, day: date) -> bool:
    if anchor.type == "WEEKDAY":
        return day.isoweekday() == anchor.day
    if anchor.type == "YEARDAY" and day.month != anchor.month:
        return False
    return _is_day_of_month(day, anchor.day)


def _is_day_of_month(day: date, wanted: int) -> bool:
    """The wanted day itself, or the last day of a month that is too short for it."""
    is_last = (day + ONE_DAY).month != day.month
    return day.day == wanted or (is_last and day.day < wanted)


def _anchors_paid_at_checkout(policy: Policy, created: date) -> int:
    """How many coming billing days the checkout order already pays for, or is too late for."""
    if not policy.anchors:
        return 0
    coming = _billing_days(policy, created)
    inside_cutoff = takewhile(lambda day: created > _cutoff_day(policy, day), coming)
    return len(list(inside_cutoff)) + (1 if policy.pre_anchor_behavior == "NEXT" else 0)


def _cutoff_day(policy: Policy, anchor_day: date) -> date:
    """The last day on which an order is still in time for `anchor_day`."""
    anchor = next(one for one in policy.anchors if _is_anchor_day(one, anchor_day))
    if anchor.cutoff_day is None:
        return anchor_day - timedelta(days=policy.cutoff)
    mark = replace(anchor, day=anchor.cutoff_day)
    day = anchor_day
    while not _is_anchor_day(mark, day):
        day -= ONE_DAY
    return day


def _monday(day: date) -> date:
    while day.isoweekday() != 1:
        day -= ONE_DAY
    return day


def _first_twice(instants: Iterator[datetime]) -> Iterator[datetime]:
    first = next(instants)
    yield first
    yield first
    yield from instants


def _check_anchor(anchor: Anchor) -> None:
    highest = 7 if anchor.type == "WEEKDAY" else 31
    if not 1 <= anchor.day <= highest:
        raise UnmodelledPolicy(f"a {anchor.type} anchor's day must be 1 to {highest}")
    if anchor.type == "YEARDAY" and anchor.month not in range(1, 13):
        raise UnmodelledPolicy("a YEARDAY anchor needs a month from 1 to 12")
    if anchor.cutoff_day is None:
        return
    if anchor.type == "YEARDAY" or not 1 <= anchor.cutoff_day <= highest:
        raise UnmodelledPolicy(f"a {anchor.type} anchor cannot have cutoff day {anchor.cutoff_day}")


# Which single anchors Shopify's apps offer for which interval (a YEARDAY on "every 3 months" is one).
_SINGLE_ANCHOR_FITS = {("WEEK", "WEEKDAY"), ("MONTH", "MONTHDAY"), ("YEAR", "YEARDAY"), ("MONTH", "YEARDAY")}

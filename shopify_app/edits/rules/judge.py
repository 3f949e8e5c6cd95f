"""Whether a rule stands in a shopper's way, and what to tell them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shopify_app.contracts.calendar import later
from shopify_app.edits.rules.forbidden import CLOSED, CLOSED_IN_MAILS, MINIMUMS, Forbidden
from shopify_app.edits.rules.terms import LISTED, OF_ONE_ORDER, SAME_PLAN, SAME_PRODUCT, Rules

_ALWAYS = ("cancel", "resume", "reactivate", "payment_method")
"""Changes of a contract that no cutoff holds up: whoever wants to leave or to pay may do so at any time."""


class Skipped(NamedTuple):
    """An order that the shopper skipped: its cycle's index and the local day it was expected on."""

    cycle_index: int
    on: date


@dataclass(frozen=True)
class Case:
    """What is judged. `action`: a name of `terms`. Instants are business time.

    `charge_at`: when the order is charged; for a change of the contract, the next order still to be charged.
    `own_minimum`: the contract's own minCycles. `skipped`: other orders that the shopper skipped; `order`: this one.
    `planned_at`: where a moved order was planned first. With `has_wish`, the fields below it say what is wished for;
    without, it is judged whether any wish could be granted. `to_charge_at`: when a moved order would be charged.
    `offered`: products on offer with the plan of the item to be swapped. `takes_back`: it undoes what the shopper was
    allowed to do just before, which only a cutoff can come between.
    """

    action: str
    now: datetime
    zone: ZoneInfo
    is_link: bool = False
    charge_at: datetime | None = None
    own_minimum: int | None = None
    paid: int = 0
    order: Skipped | None = None
    skipped: Sequence[Skipped] = ()
    planned_at: datetime | None = None
    has_wish: bool = False
    to: datetime | None = None
    to_charge_at: datetime | None = None
    pause_until: datetime | None = None
    product_gid: str | None = None
    to_product_gid: str | None = None
    offered: frozenset[str] = frozenset()
    takes_back: bool = False


def why_not(rules: Iterable[Rules], case: Case) -> Forbidden | None:
    """Return the first reason for which a shopper may not; None when all of the rules allow it."""
    return next(all_of(rules, case), None)


def all_of(rules: Iterable[Rules], case: Case) -> Iterator[Forbidden]:
    """Yield every rule that stands in the way, once each."""
    seen: set[str] = set()
    for each in rules:
        for check in (_cutoff,) if case.takes_back else _CHECKS:
            found = check(each, case)
            if found is not None and found not in seen:
                seen.add(found)
                yield found


def cutoff_at(rules: Iterable[Rules], charge_at: datetime) -> datetime:
    """Return the instant from which on an order charged at `charge_at` is not changed by its shopper any more."""
    return charge_at - timedelta(hours=max((each.cutoff_hours for each in rules), default=0))


def needs_paid(rules: Rules, action: str) -> int:
    """Return how many orders must be paid before an action; 0 when none."""
    return int(getattr(rules, f"before_{action}")) if action in MINIMUMS else 0


def _switch(rules: Rules, case: Case) -> Forbidden | None:
    if not rules.is_closed(case.action, is_link=case.is_link):
        return None
    return Forbidden(CLOSED if rules.is_closed(case.action, is_link=False) else CLOSED_IN_MAILS)


def _minimum(rules: Rules, case: Case) -> Forbidden | None:
    """The contract's own terms win: it cannot be ended before they allow it, and nothing lasts longer than they."""
    needed = needs_paid(rules, case.action)
    if case.own_minimum:
        needed = case.own_minimum if case.action == "cancel" else min(needed, case.own_minimum)
    if case.paid >= needed:
        return None
    code = f"minimum_{case.action}"
    return Forbidden(code if needed > 1 else f"{code}_first", minimum=needed, count=needed - case.paid)


def _cutoff(rules: Rules, case: Case) -> Forbidden | None:
    if not rules.cutoff_hours or case.charge_at is None:
        return None
    notice = timedelta(hours=rules.cutoff_hours)
    until = case.charge_at - notice
    if case.action not in OF_ONE_ORDER:
        is_ahead = until <= case.now < case.charge_at and case.action not in _ALWAYS
        return Forbidden("cutoff_ahead", charge_on=case.charge_at) if is_ahead else None
    if case.now >= until:
        return Forbidden("cutoff", count=rules.cutoff_hours, until_at=until)
    is_soon = case.to_charge_at is not None and case.to_charge_at < case.now + notice
    return Forbidden("too_soon", count=rules.cutoff_hours) if is_soon else None


def _skips_a_year(rules: Rules, case: Case) -> Forbidden | None:
    most = rules.skips_a_year
    if most is None or case.action != "skip" or case.order is None:
        return None
    days = [case.order.on, *(each.on for each in case.skipped)]
    starts = [day for day in days if day <= case.order.on < _a_year_after(day)]
    fullest = max(sum(start <= day < _a_year_after(start) for day in days) for start in starts)
    return Forbidden("skips_a_year", count=most) if fullest > most else None


def _skips_in_a_row(rules: Rules, case: Case) -> Forbidden | None:
    most = rules.skips_in_a_row
    if most is None or case.action != "skip" or case.order is None:
        return None
    skipped = {each.cycle_index for each in case.skipped}
    first = last = case.order.cycle_index
    while first - 1 in skipped:
        first -= 1
    while last + 1 in skipped:
        last += 1
    return Forbidden("skips_in_a_row", count=most) if last - first + 1 > most else None


def _pause(rules: Rules, case: Case) -> Forbidden | None:
    if rules.pause_days is None or case.action != "pause" or not case.has_wish:
        return None
    latest = later(case.now, timedelta(days=rules.pause_days), case.zone)
    if case.pause_until is None:
        return Forbidden("pause_open", until_on=latest)
    is_long = _day(case.pause_until, case.zone) > _day(latest, case.zone)
    return Forbidden("pause_long", count=rules.pause_days, until_on=latest) if is_long else None


def _move(rules: Rules, case: Case) -> Forbidden | None:
    if rules.move_days is None or case.action != "move" or case.to is None or case.planned_at is None:
        return None
    distance = _day(case.to, case.zone) - _day(case.planned_at, case.zone)
    if abs(distance.days) <= rules.move_days:
        return None
    most = timedelta(days=rules.move_days)
    from_on, until_on = (later(case.planned_at, each, case.zone) for each in (-most, most))
    return Forbidden("too_far", count=rules.move_days, from_on=from_on, until_on=until_on)


def _swap(rules: Rules, case: Case) -> Forbidden | None:
    """A product that we do not know is none of those that are allowed."""
    if case.action != "swap" or not case.has_wish:
        return None
    is_same = case.to_product_gid is not None and case.to_product_gid == case.product_gid
    if rules.swaps == SAME_PRODUCT and not is_same:
        return Forbidden("swap_product")
    if is_same:
        return None
    if rules.swaps == SAME_PLAN and case.to_product_gid not in case.offered:
        return Forbidden("swap_plan")
    is_wrong = rules.swaps == LISTED and case.to_product_gid not in rules.swap_products
    return Forbidden("swap_listed") if is_wrong else None


_CHECKS = (_switch, _minimum, _cutoff, _skips_a_year, _skips_in_a_row, _pause, _move, _swap)


def _a_year_after(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:  # February 29
        return date(day.year + 1, 3, 1)


def _day(instant: datetime, zone: ZoneInfo) -> date:
    return instant.astimezone(zone).date()

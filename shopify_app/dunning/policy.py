"""What comes next after a charge failed: the ladders, and the step a case is left with. Pure.

Classes and defaults follow the retry rules collected in facts on the field: a passing fault is tried again in hours
and nobody is bothered; a refusal by the bank is tried on days and told; where only the shopper can help, nothing is
tried until they did; where only the merchant can, the clock stands still.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from shopify_app.contracts import calendar
from shopify_app.gateways.shopify.decline_codes import Decline

MOST_WAITS, LONGEST_WAIT, LONGEST_PATIENCE = 10, 30, 60
"""Bounds of a ladder. Card schemes count at most 15 tries of one charge in 30 days."""


class Final(StrEnum):
    """What ends a case that nothing helped."""

    SKIP = "skip"
    PAUSE = "pause"
    CANCEL = "cancel"
    PERSON = "person"


class Step(StrEnum):
    """What a case does next."""

    RETRY = "retry"
    """charge once more, as the ladder has it"""
    CARD = "card"
    """charge once more, because the way to pay changed"""
    BACKUP = "backup"
    """charge once more, with the method that the shopper chose for this"""
    FINAL = "final"
    """do what the ladder ends with"""
    LOOK = "look"
    """something is under way: see later what became of it"""
    REMIND = "remind"
    """only the merchant can help: say so again"""
    PERSON = "person"
    """parked: look whether a person has decided"""


@dataclass(frozen=True)
class Ladder:
    """How one class of failures is treated.

    `waits`: before each further try, counted from the failure before it: days, at the local `hour` (0–23); hours in
    the class of passing faults. `patience`: days after the last failure until `final` is done.
    """

    waits: tuple[int, ...] = ()
    hour: int = 9
    patience: int = 0
    final: Final = Final.PAUSE


@dataclass(frozen=True)
class Next:
    """A step and its business instant."""

    step: Step
    at: datetime


DEFAULTS: Mapping[Decline, Ladder] = {
    Decline.TRANSIENT: Ladder((2, 6, 24)),
    Decline.SOFT: Ladder((1, 2, 2, 2)),
    Decline.SHOPPER_ACTION: Ladder(patience=7),
    Decline.PAYMENT_METHOD: Ladder(patience=14),
    Decline.ADDRESS: Ladder(patience=14),
    Decline.INVENTORY: Ladder((1,) * MOST_WAITS, final=Final.PERSON),
    Decline.CUSTOMER_GONE: Ladder(final=Final.PERSON),
}
"""Classes without a ladder: the merchant's fault, whose clock stands still, and what was paid already."""

HELPS = {
    Decline.SOFT: "shopper",
    Decline.SHOPPER_ACTION: "shopper",
    Decline.PAYMENT_METHOD: "shopper",
    Decline.ADDRESS: "shopper",
    Decline.TRANSIENT: "nobody",
    Decline.INVENTORY: "stock",
    Decline.MERCHANT: "merchant",
    Decline.ALREADY_PAID: "merchant",
    Decline.CUSTOMER_GONE: "merchant",
}
"""Who can help. A shopper hears of nothing that is not theirs to mend."""

CARD_HELPS = frozenset({Decline.TRANSIENT, Decline.SOFT, Decline.SHOPPER_ACTION, Decline.PAYMENT_METHOD})
"""Classes in which another card, or its new data, is worth a try at once."""

AFTER_CARD = timedelta(seconds=30)
"""From a changed card to our try: within a minute, and long enough to see a charge that Shopify makes by itself."""
AGAIN = timedelta(hours=1)
DAILY = timedelta(days=1)


def treated_as(decline: Decline, used: Mapping[str, int], ladders: Mapping[Decline, Ladder]) -> Decline:
    """Return the class a failure is treated as: a passing fault that outlasts its ladder is a refusal."""
    if decline is Decline.TRANSIENT and used.get(decline.value, 0) >= len(ladders[decline].waits):
        return Decline.SOFT
    return decline


def after_failure(
    decline: Decline, used: Mapping[str, int], ladders: Mapping[Decline, Ladder], failed_at: datetime, zone: ZoneInfo
) -> Next:
    """Return what follows a failure at `failed_at` (business time), treated as `decline`. `zone`: the shop's."""
    if decline is Decline.MERCHANT:
        return Next(Step.REMIND, failed_at + DAILY)
    if decline is Decline.ALREADY_PAID:
        return Next(Step.FINAL, failed_at)
    ladder, tries = ladders[decline], used.get(decline.value, 0)
    if tries < len(ladder.waits):
        return Next(Step.RETRY, _after(decline, ladder.waits[tries], ladder, failed_at, zone))
    return final_at(ladder, failed_at, zone)


def final_at(ladder: Ladder, failed_at: datetime, zone: ZoneInfo) -> Next:
    """Return when a ladder ends whose tries are used up."""
    if not ladder.patience:
        return Next(Step.FINAL, failed_at)
    return Next(Step.FINAL, on_day(failed_at, ladder.patience, ladder.hour, zone))


def final_of(decline: Decline, ladders: Mapping[Decline, Ladder]) -> Final:
    """Return what ends a case of this class. A passing fault that does not pass ends as a refusal does."""
    decline = Decline.SOFT if decline is Decline.TRANSIENT else decline
    return ladders[decline].final if decline in ladders else Final.PERSON


def outlook(
    decline: Decline, used: Mapping[str, int], ladders: Mapping[Decline, Ladder], failed_at: datetime, zone: ZoneInfo
) -> tuple[Next, ...]:
    """Return all steps to come if every try fails at once, the last one final; empty where the clock stands still."""
    if decline not in ladders:
        return ()
    found: list[Next] = []
    used, at = dict(used), failed_at
    while not found or found[-1].step is not Step.FINAL:
        treated = treated_as(decline, used, ladders)
        step = after_failure(treated, used, ladders, at, zone)
        found.append(step)
        used[treated.value], at = used.get(treated.value, 0) + 1, step.at
    return tuple(found)


def on_day(instant: datetime, days: int, hour: int, zone: ZoneInfo) -> datetime:
    """Return the local hour of the day so many days later: UTC, and never in an hour that the clock skips."""
    return calendar.due_at(calendar.later(instant, timedelta(days=days), zone), zone, hour)


def _after(decline: Decline, wait: int, ladder: Ladder, failed_at: datetime, zone: ZoneInfo) -> datetime:
    if decline is Decline.TRANSIENT:
        return failed_at + timedelta(hours=wait)
    return on_day(failed_at, wait, ladder.hour, zone)

"""What must be true before money is asked for: a list of small questions over a fresh re-read. Pure.

Each gate answers None ("go on") or a Refusal: the reason in words, and what becomes of the cycle. The order
matters: what Shopify says comes before what we think.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import Enum

from shopify_app.billing import rules
from shopify_app.billing.rules import NOTHING_KNOWN, History
from shopify_app.gateways.shopify.attempts import CHALLENGED, PENDING, SUCCESS, AttemptSnapshot, CycleSnapshot
from shopify_app.kit.speech import N_, kept, kept_day

IN_SHOPIFY = kept("The contract is %(state)s in Shopify.")
LATE = kept("Due on %(day)s, which is more than %(days)s days ago: a person decides.")
HELD_LATE = kept("No longer held since %(day)s, which is more than %(days)s days ago: a person decides.")

EARLIEST = timedelta(hours=24)
"""Shopify refuses a charge earlier than this before the expected date (schema 2026-10)."""


class Effect(Enum):
    """What a refusal does to the cycle row."""

    BILLED = "nothing is left to charge"
    SKIPPED = "skipped until someone unskips it"
    MOVED = "due on its new date"
    WAIT = "asked again later"
    PARKED = "a person decides"


@dataclass(frozen=True)
class Due:
    """A claimed cycle as our rows have it. `due_at`, `expected_at`: business time.

    `released`: a person saw why it was parked and let it go on. `by_hand`: a person asks for it at this moment.
    `hold_ended_at`: since when it is no longer held, if it ever was: a held cycle is not late. `zone`: the shop's,
    for the days in words.
    """

    shop_id: int
    cycle_id: int
    contract_id: int
    contract_gid: str
    cycle_index: int
    due_at: datetime
    expected_at: datetime
    catch_up: timedelta
    hold_ended_at: datetime | None = None
    released: bool = False
    by_hand: bool = False
    history: History = NOTHING_KNOWN
    zone: tzinfo = UTC


@dataclass(frozen=True)
class Refusal:
    """Why not. `wait`: when to ask again, for Effect.WAIT. `proof`: the attempt that paid the cycle already."""

    code: str
    words: str
    effect: Effect
    wait: timedelta = timedelta(0)
    proof: AttemptSnapshot | None = None


Gate = Callable[[Due, CycleSnapshot, datetime], Refusal | None]

_HOURLY = timedelta(hours=1)
_SOON = timedelta(minutes=10)


def judge(due: Due, seen: CycleSnapshot, now: datetime) -> Refusal | None:
    """Return the first gate's refusal, or None when the cycle may be charged now (business time)."""
    for gate in GATES:
        refusal = gate(due, seen, now)
        if refusal:
            return refusal
    return None


def paid_already(due: Due, seen: CycleSnapshot, now: datetime) -> Refusal | None:
    proof = next((attempt for attempt in seen.attempts if attempt.state == SUCCESS), None)
    if seen.status != "BILLED" and not proof:
        return None
    return Refusal("billed", N_("Shopify has this cycle as billed already."), Effect.BILLED, proof=proof)


def contract_inactive(due: Due, seen: CycleSnapshot, now: datetime) -> Refusal | None:
    if seen.contract_status == "ACTIVE":
        return None
    state = (seen.contract_status or "gone").lower()
    return Refusal(f"contract_{state}", IN_SHOPIFY % {"state": state}, Effect.WAIT, _HOURLY)


def cycle_unknown(due: Due, seen: CycleSnapshot, now: datetime) -> Refusal | None:
    if seen.expected_at:
        return None
    return Refusal("cycle_gone", N_("Shopify no longer has this billing cycle."), Effect.WAIT, _HOURLY)


def skipped(due: Due, seen: CycleSnapshot, now: datetime) -> Refusal | None:
    return Refusal("skipped", N_("The cycle is skipped."), Effect.SKIPPED) if seen.skipped else None


def in_flight(due: Due, seen: CycleSnapshot, now: datetime) -> Refusal | None:
    busy = [attempt for attempt in seen.attempts if attempt.state in (PENDING, CHALLENGED)]
    if not busy:
        return None
    return Refusal("in_flight", N_("Another charge of this cycle is still under way."), Effect.WAIT, _SOON)


def moved(due: Due, seen: CycleSnapshot, now: datetime) -> Refusal | None:
    if seen.expected_at == due.expected_at:
        return None
    return Refusal("moved", N_("The cycle was moved to another date."), Effect.MOVED)


def too_early(due: Due, seen: CycleSnapshot, now: datetime) -> Refusal | None:
    opens = due.expected_at - EARLIEST
    if now >= opens:
        return None
    return Refusal("too_early", N_("More than a day before the expected date."), Effect.WAIT, opens - now)


def too_late(due: Due, seen: CycleSnapshot, now: datetime) -> Refusal | None:
    late_since = max(due.due_at, due.hold_ended_at or due.due_at)
    if due.released or due.by_hand or now - late_since <= due.catch_up:
        return None
    words = LATE if late_since == due.due_at else HELD_LATE
    places = {"day": kept_day(late_since.astimezone(due.zone).date()), "days": due.catch_up.days}
    return Refusal("too_late", words % places, Effect.PARKED)


def price_waits(due: Due, seen: CycleSnapshot, now: datetime) -> Refusal | None:
    if due.released or not due.history.price_waits:
        return None
    return Refusal("price_waits", N_("Shopify has yet to be told the price of this order."), Effect.WAIT, _SOON)


def over_the_bound(due: Due, seen: CycleSnapshot, now: datetime) -> Refusal | None:
    words = rules.paid_outside(due.history, due.expected_at) or rules.too_many(due.history, due.expected_at)
    if due.released or not words:
        return None
    return Refusal("over_the_bound", words, Effect.PARKED)


def unusual_amount(due: Due, seen: CycleSnapshot, now: datetime) -> Refusal | None:
    words = rules.unusual(due.history)
    if due.released or not words:
        return None
    return Refusal("unusual_amount", words, Effect.PARKED)


GATES: tuple[Gate, ...] = (
    paid_already,
    contract_inactive,
    cycle_unknown,
    skipped,
    in_flight,
    moved,
    too_early,
    too_late,
    price_waits,
    over_the_bound,
    unusual_amount,
)

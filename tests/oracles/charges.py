"""What must become of each billing cycle in a contract's life: an oracle, slow and simple.

It imports nothing of `shopify_app` or `sandbox`. It is told what happened to a contract, its shop and the app, goes
through every moment at which anything can change, and says of each cycle: charged once and when, passed, or why it is
open. Nothing is remembered but what was charged and what was given to a person; all else is asked anew each moment.

The rules (issue "Charge", *When*):

* A cycle is charged once, in the shop's zone at its hour of the expected local day, never more than 24 hours early.
* It must be active, installed, not skipped, not held at that moment; a cycle kept from it is charged when it can be.
* What was expected while the contract was paused is *passed*: nobody was owed that delivery. What was expected while
  it was active is owed, also when a pause comes after.
* More than `catch_up` late, a person decides. A held cycle is not late: its time runs from the end of the hold.
* A shop that moves to another zone, or charges at another hour, moves what is not charged yet; what is charged stays.
* A moved cycle is due by its new date, and is owed again if its old one was passed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from tests.oracles.days import MINUTE, Plan, due_instant, expected_dates

State = Literal["charged", "person", "passed", "skipped", "held", "stopped", "waiting"]


class Span(NamedTuple):
    """From an instant until another, which is outside; None is for ever."""

    since: datetime
    until: datetime | None = None

    def holds(self, at: datetime) -> bool:
        return self.since <= at and (self.until is None or at < self.until)


class Move(NamedTuple):
    """At an instant, a cycle gets another expected date."""

    at: datetime
    cycle: int
    to: datetime


class Verdict(NamedTuple):
    """What became of a cycle, and when it was decided (None: not yet)."""

    state: State
    at: datetime | None = None


@dataclass(frozen=True)
class Life:
    """A contract's life until `until`. `zones` and `hours`: what the shop had since when, oldest first, from the
    beginning on. `skips` and `holds` are of single cycles. `outages`: the app does nothing. `ended`: cancelled,
    expired, or uninstalled for good."""

    plan: Plan
    created_at: datetime
    until: datetime
    zones: tuple[tuple[datetime, str], ...]
    hours: tuple[tuple[datetime, int], ...]
    pauses: tuple[Span, ...] = ()
    outages: tuple[Span, ...] = ()
    skips: tuple[tuple[int, Span], ...] = ()
    holds: tuple[tuple[int, Span], ...] = ()
    moves: tuple[Move, ...] = ()
    ended: datetime | None = None
    catch_up: timedelta = timedelta(days=7)
    count: int = 60

    def zone(self, at: datetime) -> str:
        return [name for since, name in self.zones if since <= at][-1]

    def hour(self, at: datetime) -> int:
        return [hour for since, hour in self.hours if since <= at][-1]

    def expected(self, index: int, at: datetime) -> datetime | None:
        """The cycle's expected date as Shopify gives it at a moment; None when there is no such cycle."""
        natural = expected_dates(self.plan, self.created_at, self.zone(at), self.count)
        if index > len(natural):
            return None
        moved = sorted(m for m in self.moves if m.cycle == index and m.at <= at)
        return moved[-1].to if moved else natural[index - 1]

    def is_active(self, at: datetime) -> bool:
        return not any(pause.holds(at) for pause in self.pauses) and not (self.ended and self.ended <= at)

    def is_held(self, index: int, at: datetime) -> bool:
        return any(span.holds(at) for held, span in self.holds if held == index)

    def is_skipped(self, index: int, at: datetime) -> bool:
        return any(span.holds(at) for skipped, span in self.skips if skipped == index)


def verdicts(life: Life) -> dict[int, Verdict]:
    """What became of each cycle, by its index."""
    decided: dict[int, Verdict] = {}
    for at in moments(life):
        for index in range(1, life.count + 1):
            if index not in decided and (verdict := _decision(life, index, at)):
                decided[index] = verdict
    open_ones = (index for index in range(1, life.count + 1) if index not in decided)
    return {**decided, **{index: _standing(life, index) for index in open_ones if life.expected(index, life.until)}}


def charged(life: Life) -> dict[int, datetime]:
    """The cycles that must be charged exactly once, and when."""
    return {
        index: verdict.at for index, verdict in verdicts(life).items() if verdict.state == "charged" and verdict.at
    }


def moments(life: Life) -> list[datetime]:
    """Every instant at which an answer can change, in order: what happens to the contract, and what falls due."""
    found = {life.created_at, *(since for since, _ in life.zones), *(since for since, _ in life.hours)}
    for span in (*life.pauses, *life.outages, *(s for _, s in life.skips), *(s for _, s in life.holds)):
        found |= {span.since, span.until or life.until}
    found |= {move.at for move in life.moves}
    changes = {at for at in found if at <= life.until}
    for dates in {tuple(life.expected(index, at) for index in range(1, life.count + 1)) for at in changes}:
        found |= set(_due_times(life, dates))
    late = {at + life.catch_up + MINUTE for at in found}
    return sorted(at for at in found | late if life.created_at <= at <= life.until)


def _due_times(life: Life, dates: tuple[datetime | None, ...]) -> Iterator[datetime]:
    for expected in dates:
        if expected and expected <= life.until + timedelta(days=2):
            for _, zone in life.zones:
                for _, hour in life.hours:
                    yield due_instant(expected, zone, hour)


def _decision(life: Life, index: int, at: datetime) -> Verdict | None:
    """What the app must do about the cycle at this moment, if anything."""
    due = _due(life, index, at)
    if due is None or due > at or not life.is_active(at) or any(outage.holds(at) for outage in life.outages):
        return None
    if life.is_skipped(index, at) or life.is_held(index, at) or _is_passed(life, index, at):
        return None
    released = [span.until for held, span in life.holds if held == index and span.until and span.until <= at]
    late = at - max([due, *released]) > life.catch_up
    return Verdict("person" if late else "charged", at)


def _due(life: Life, index: int, at: datetime) -> datetime | None:
    expected = life.expected(index, at)
    return due_instant(expected, life.zone(at), life.hour(at)) if expected else None


def _is_passed(life: Life, index: int, at: datetime) -> bool:
    expected = life.expected(index, at)
    return expected is not None and expected <= at and any(pause.holds(expected) for pause in life.pauses)


def _standing(life: Life, index: int) -> Verdict:
    """Why the cycle is not decided when the story ends."""
    at = life.until
    if _is_passed(life, index, at):
        return Verdict("passed")
    if life.is_skipped(index, at):
        return Verdict("skipped")
    if life.is_held(index, at):
        return Verdict("held")
    return Verdict("waiting" if life.is_active(at) else "stopped")

"""Random lives of a shop's contracts, drawn by seeded dice and lived by the app's mirror and billing over the
sandbox; then the ledger of captured payments must say what the oracle says (`tests/oracles/charges.py`). No webhook
tells of anything: at each stop the contracts are read again, as the reconciler does.

A hundred days of one seed by default; `LIVES_DAYS=365 LIVES=20` plays twenty years, `LIVES_FROM=100` begins with
another seed. A life that fails is printed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, NamedTuple

import pytest
from sqlalchemy import select

from sandbox.seeds import tiny
from sandbox.shopify import contracts, cycle_mutations, cycles, shops
from sandbox.testing import SandboxServer
from shopify_app.contracts import webhooks
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.shops.models import Shop
from tests.billing.till import Till, opened
from tests.oracles.charges import Life, Move, Span, verdicts
from tests.oracles.days import Plan, due_instant, expected_dates

BORN = datetime(2026, 9, 14, 15, tzinfo=UTC)
DAYS, HOUR = int(os.environ.get("LIVES_DAYS", "100")), timedelta(hours=1)
HOURS = ((BORN, 9),)
PLANS = (Plan("MONTH", 1), Plan("WEEK", 3), Plan("DAY", 25))
CYCLES = 20
ZONES = ("America/New_York", "Europe/Berlin", "Asia/Tokyo", "Australia/Lord_Howe")
FIRST, MANY = int(os.environ.get("LIVES_FROM", "1")), int(os.environ.get("LIVES", "1"))


class Event(NamedTuple):
    """Something that happens in Shopify at an instant."""

    at: datetime
    happen: Callable[[], Any]


def _draw(dice: Random) -> list[Life]:
    """The lives of one shop's contracts: its zone and the app's outages are the same for all of them."""
    outages = _apart(dice, dice.randint(1, 3), 10, 9 * 24)
    moved = _at(dice)
    zones = ((BORN, ZONES[0]), (moved, dice.choice(ZONES[1:])))
    if any(outage.holds(moved) for outage in outages):
        zones = zones[:1]
    return [_one(dice, Life(plan, BORN, _end(), zones, HOURS, outages=outages, count=CYCLES)) for plan in PLANS]


def _one(dice: Random, life: Life) -> Life:
    # of two changes of status that nobody tells us of, one after the other, only the later can be known
    pauses = tuple(p for p in _apart(dice, dice.randint(0, 3), 24, 40 * 24) if not _is_hidden(p, life.outages))
    ended = _at(dice) if dice.random() < 0.2 else None
    life = replace(life, pauses=pauses, ended=ended)
    skips = tuple((index, Span(at, _later(dice, at))) for at, index in _coming(dice, life, dice.randint(1, 4)))
    moves: list[Move] = []
    for at, index in _coming(dice, life, dice.randint(1, 4)):
        if index not in {move.cycle for move in moves}:
            moves.append(Move(at, index, at + dice.randint(30, 300) * HOUR))
    return replace(life, skips=skips, moves=tuple(moves))


def _is_hidden(pause: Span, outages: tuple[Span, ...]) -> bool:
    return any(outage.holds(pause.since) and pause.until and outage.holds(pause.until) for outage in outages)


def _end() -> datetime:
    return BORN + timedelta(days=DAYS)


def _at(dice: Random) -> datetime:
    return BORN + dice.randint(24, DAYS * 24) * HOUR


def _later(dice: Random, at: datetime) -> datetime | None:
    return at + dice.randint(1, 600) * HOUR if dice.random() < 0.5 else None


def _apart(dice: Random, count: int, least: int, most: int) -> tuple[Span, ...]:
    """So many spans of some hours each, two weeks apart at least."""
    found: list[Span] = []
    for _ in range(count):
        since = _at(dice)
        span = Span(since, since + dice.randint(least, most) * HOUR)
        gap = timedelta(days=14)
        if all(span.until + gap < one.since or one.until + gap < span.since for one in found):  # type: ignore[operator]
            found.append(span)
    return tuple(sorted(found))


def _coming(dice: Random, life: Life, count: int) -> Iterator[tuple[datetime, int]]:
    """Cycles that are touched while they lie ahead, when the contract has not ended."""
    for index in dice.sample(range(1, 12), count):
        natural = expected_dates(life.plan, BORN, life.zones[0][1], CYCLES)[index - 1]
        at = (natural - dice.randint(48, 24 * 18) * HOUR).replace(minute=0, second=0)
        if BORN < at < _end() and not (life.ended and life.ended <= at):
            yield at, index


class Played:
    """A till at which drawn lives are lived."""

    def __init__(self, till: Till, lives: list[Life]) -> None:
        self.till, self.lives = till, lives
        self.world, self.shop = till.sandbox.world, till.domain
        # months of business time pass within seconds here: a bucket that would refill meanwhile must be big
        till.fault(throttle={"restore_rate": 10_000, "bucket": 20_000})
        self.rows = [
            tiny.add_contract(self.world, self.shop, interval=life.plan.interval, interval_count=life.plan.count)
            for life in lives
        ]
        till.mirror()

    def run(self) -> None:
        """From stop to stop: everything that happens, every due instant, the ends of outages."""
        coming = sorted(self._events(), key=lambda event: event.at)
        stops = (
            {event.at for event in coming} | set(self._due()) | {o.until for o in self.lives[0].outages if o.until}
        )
        for stop in sorted(at for at in stops | {_end()} if BORN < at <= _end()):
            with self.world.locked():
                self.world.clock.set(stop)
                while coming and coming[0].at <= stop:
                    coming.pop(0).happen()
            if not any(outage.holds(stop) for outage in self.lives[0].outages):
                self._work()

    def _work(self) -> None:
        self._hear_of_the_zone()
        self.till.mirror()
        while self.till.charge():
            self.till.sandbox.settle()
        self.till.look()

    def _hear_of_the_zone(self) -> None:
        with self.till.ctx.db.session() as session:
            shop = session.get_one(Shop, self.till.shop_id)
            shop.iana_timezone = self.world.shops[self.shop]["zone"]
            webhooks.zone_changed(self.till.ctx, session, shop, None, self.till.now)

    def _due(self) -> Iterator[datetime]:
        for life in self.lives:
            for at in {BORN, *(since for since, _ in life.zones), *(move.at for move in life.moves)}:
                for expected in (life.expected(index, at) for index in range(1, CYCLES + 1)):
                    if expected:
                        yield due_instant(expected, life.zone(at), 9)

    def _events(self) -> Iterator[Event]:
        for since, zone in self.lives[0].zones[1:]:
            yield Event(since, lambda zone=zone: shops.update(self.world, self.shop, zone=zone))
        for row, life in zip(self.rows, self.lives, strict=True):
            for pause in life.pauses:
                yield Event(pause.since, self._status(row, "PAUSED"))
                if pause.until:
                    yield Event(pause.until, self._status(row, "ACTIVE"))
            for index, span in life.skips:
                yield Event(span.since, self._skip(row, index, True))
                if span.until:
                    yield Event(span.until, self._skip(row, index, False))
            for move in life.moves:
                yield Event(move.at, self._move(row, move))
            if life.ended:
                yield Event(
                    life.ended, lambda row=row: contracts.change(self.world, self.shop, row, status="CANCELLED")
                )

    def _status(self, row: dict[str, Any], status: str) -> Callable[[], Any]:
        def happen() -> None:
            if row["status"] != "CANCELLED":
                contracts.change(self.world, self.shop, row, status=status)

        return happen

    def _skip(self, row: dict[str, Any], index: int, wanted: bool) -> Callable[[], Any]:
        return lambda: cycle_mutations.set_skipped(self.world, self.shop, row, index, wanted)

    def _move(self, row: dict[str, Any], move: Move) -> Callable[[], Any]:
        def happen() -> None:
            cycles.override(self.world, self.shop, row, move.cycle, moved_to=move.to.isoformat())
            cycle_mutations._tell(self.world, self.shop, row, move.cycle, "subscription_billing_cycle_edits/create")

        return happen

    def paid(self, row: dict[str, Any]) -> list[tuple[int, datetime]]:
        """(cycle, when) of each payment."""
        payments = [p for p in self.world.ledger.payments() if p["contract_id"] == row["id"]]
        return sorted((p["cycle_index"], datetime.fromisoformat(p["at"])) for p in payments)

    def parked(self, row: dict[str, Any]) -> list[int]:
        """Cycles that wait for a person."""
        query = select(BillingCycle.cycle_index).join(Contract).where(BillingCycle.parked_reason.is_not(None))
        with self.till.ctx.db.session() as session:
            return sorted(session.scalars(query.where(Contract.shopify_gid.endswith(f"/{row['id']}"))))


@pytest.mark.parametrize("seed", range(FIRST, FIRST + MANY))
def test_a_life_is_paid_as_the_oracle_says(sandbox_server: SandboxServer, postgres_url: str, seed: int) -> None:
    lives = _draw(Random(seed))
    with opened(sandbox_server, postgres_url, at=BORN, contracts=0, zone=ZONES[0]) as till:
        played = Played(till, lives)
        played.run()
        for row, life in zip(played.rows, lives, strict=True):
            must = verdicts(life)
            charged = sorted((index, verdict.at) for index, verdict in must.items() if verdict.state == "charged")
            assert played.paid(row) == charged, life
            assert played.parked(row) == sorted(i for i, verdict in must.items() if verdict.state == "person"), life
        assert till.sandbox.world.ledger.violations() == []

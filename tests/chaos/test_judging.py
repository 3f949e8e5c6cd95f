"""What would make a run fail, or not count: the judge is no judge if it cannot say no."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from tests.chaos.machine import VICTIMS, victims
from tests.chaos.plan import BEFORE_CALL, BEFORE_RECORD, HOURS, Plan, first_due, later
from tests.chaos.run import REST, Outcome
from tests.chaos.verdict import OWN_ALARMS, Verdict, alarms, puzzles

CLEAN = Verdict(due=6, charged=6, double=0, missed=0, waiting=0, violations=0, unexplained=())
PARTS = dict.fromkeys(("web", "worker", "ticker", "postgres", "valkey"), 1)
PLAN = Plan(contracts=2000, cycles=3, interval="WEEK", seed=1, enough=20)


@pytest.mark.parametrize("wrong", ["double", "missed", "waiting", "violations"])
def test_a_single_wrong_charge_spoils_the_verdict(wrong: str) -> None:
    assert CLEAN.clean
    assert not replace(CLEAN, **{wrong: 1}).clean


def test_books_that_differ_from_the_ledger_are_puzzles() -> None:
    books = [("paid-and-known", "settled"), ("paid-unsettled", "requested"), ("never-paid", "settled")]

    found = puzzles(books, paid=["paid-and-known", "paid-unsettled", "unheard-of"])

    assert sorted(found) == [
        "in our books, not paid: never-paid",
        "paid, not in our books: paid-unsettled",
        "paid, not in our books: unheard-of",
        "requested: paid-unsettled",
    ]


def test_refused_and_failed_attempts_are_explained() -> None:
    assert puzzles([("a", "refused"), ("b", "failed")], paid=[]) == []


def test_the_apps_own_alarms_count_and_so_does_their_silence() -> None:
    calm = "".join(f"{name} 0.0\n" for name in OWN_ALARMS)

    assert alarms(calm) == []
    assert alarms(calm.replace(f"{OWN_ALARMS[0]} 0.0", f"{OWN_ALARMS[0]} 2.0")) == [f"{OWN_ALARMS[0]} 2.0"]
    assert len(alarms("")) == len(OWN_ALARMS)


def test_a_run_with_too_few_deaths_around_the_call_does_not_count() -> None:
    enough = Outcome(CLEAN, {BEFORE_CALL: 20, BEFORE_RECORD: 20}, PARTS, 1.0)

    assert enough.counts(20)
    assert not replace(enough, died={BEFORE_CALL: 20, BEFORE_RECORD: 19}).counts(20)
    assert not replace(enough, killed={name: 1 for name in PARTS if name != "valkey"}).counts(20)


def test_everyone_is_killed_once_before_anyone_is_killed_twice() -> None:
    found = victims(Random(1))

    assert {next(found) for _ in VICTIMS} == set(VICTIMS)


@pytest.mark.parametrize("interval", ["WEEK", "MONTH"])
def test_a_run_ends_after_its_last_cycle_and_rests_before_the_next(interval: str) -> None:
    plan = replace(PLAN, interval=interval)
    last = later(first_due(plan.spread - 1, max(HOURS)), interval, plan.cycles - 1)
    following = later(first_due(0, min(HOURS)), interval, plan.cycles)

    assert last < plan.end <= following - REST


def test_months_go_over_the_year() -> None:
    assert later(datetime(2026, 12, 3, 14, tzinfo=UTC), "MONTH", 2) == datetime(2027, 2, 3, 14, tzinfo=UTC)
    assert later(datetime(2026, 12, 3, 14, tzinfo=UTC), "WEEK", -1) == datetime(2026, 11, 26, 14, tzinfo=UTC)
    assert first_due(0, 28) - first_due(0, 14) == timedelta(hours=14)

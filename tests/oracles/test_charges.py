"""The oracle itself, against stories worked out by hand: a judge that is wrong judges nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.oracles.charges import Life, Move, Span, charged, verdicts
from tests.oracles.days import Plan


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# Weekly from Tuesday 1 December 2026, 10:00 in New York; charged at 9:00, which is 14:00 UTC. Cycle 1: 8 December.
BORN = utc("2026-12-01T15:00")
WEEKLY = Life(
    Plan("WEEK", 1), BORN, utc("2027-01-31T00:00"), ((BORN, "America/New_York"),), ((BORN, 9),), count=5
)  # fmt: skip
USUAL = {
    1: utc("2026-12-08T14:00"),
    2: utc("2026-12-15T14:00"),
    3: utc("2026-12-22T14:00"),
    4: utc("2026-12-29T14:00"),
    5: utc("2027-01-05T14:00"),
}


def told(life: Life) -> dict[int, tuple[str, datetime | None]]:
    """What is different from the usual."""
    found = {index: (verdict.state, verdict.at) for index, verdict in verdicts(life).items()}
    return {index: what for index, what in found.items() if what != ("charged", USUAL[index])}


def test_an_undisturbed_life() -> None:
    assert charged(WEEKLY) == USUAL and told(WEEKLY) == {}


def test_what_is_expected_in_a_pause_is_passed() -> None:
    life = replace(WEEKLY, pauses=(Span(utc("2026-12-10T00:00"), utc("2026-12-23T00:00")),))
    assert told(life) == {2: ("passed", None), 3: ("passed", None)}


def test_a_pause_over_before_the_expected_date_only_delays() -> None:
    # 8:30 to 9:30 on the day; the cycle is expected at 10:00
    life = replace(WEEKLY, pauses=(Span(utc("2026-12-15T13:30"), utc("2026-12-15T14:30")),))
    assert told(life) == {2: ("charged", utc("2026-12-15T14:30"))}


def test_an_outage_is_caught_up_and_a_pause_after_it_does_not_forgive() -> None:
    down = Span(utc("2026-12-15T00:00"), utc("2026-12-17T00:00"))
    life = replace(WEEKLY, outages=(down,))
    assert told(life) == {2: ("charged", utc("2026-12-17T00:00"))}
    life = replace(life, pauses=(Span(utc("2026-12-16T00:00"), utc("2026-12-18T00:00")),))
    assert told(life) == {2: ("charged", utc("2026-12-18T00:00"))}


def test_more_than_a_week_late_a_person_decides() -> None:
    life = replace(WEEKLY, outages=(Span(utc("2026-12-15T00:00"), utc("2026-12-22T14:00")),))
    assert told(life) == {2: ("charged", utc("2026-12-22T14:00"))}  # a week to the minute is in time
    life = replace(WEEKLY, outages=(Span(utc("2026-12-15T00:00"), utc("2026-12-22T14:01")),))
    assert told(life) == {2: ("person", utc("2026-12-22T14:01")), 3: ("charged", utc("2026-12-22T14:01"))}


def test_a_held_cycle_is_not_late() -> None:
    hold = Span(utc("2026-12-12T00:00"), utc("2027-01-20T00:00"))
    assert told(replace(WEEKLY, holds=((2, hold),))) == {2: ("charged", utc("2027-01-20T00:00"))}
    assert told(replace(WEEKLY, holds=((2, Span(hold.since)),))) == {2: ("held", None)}


def test_a_skipped_cycle_and_one_brought_back() -> None:
    skip = Span(utc("2026-12-12T00:00"), utc("2026-12-16T00:00"))
    assert told(replace(WEEKLY, skips=((2, Span(skip.since)),))) == {2: ("skipped", None)}
    assert told(replace(WEEKLY, skips=((2, skip),))) == {2: ("charged", utc("2026-12-16T00:00"))}


def test_a_moved_cycle_is_charged_on_its_new_day_only() -> None:
    later = Move(utc("2026-12-12T00:00"), 2, utc("2026-12-18T15:00"))
    assert told(replace(WEEKLY, moves=(later,))) == {2: ("charged", utc("2026-12-18T14:00"))}
    after = Move(utc("2026-12-16T00:00"), 2, utc("2026-12-18T15:00"))  # charged already
    assert told(replace(WEEKLY, moves=(after,))) == {}


def test_a_passed_cycle_that_is_moved_is_owed_again() -> None:
    pause = Span(utc("2026-12-14T00:00"), utc("2026-12-16T00:00"))
    life = replace(WEEKLY, pauses=(pause,), moves=(Move(utc("2026-12-17T00:00"), 2, utc("2026-12-19T15:00")),))
    assert told(life) == {2: ("charged", utc("2026-12-19T14:00"))}


def test_a_cancelled_contract_is_charged_no_more() -> None:
    life = replace(WEEKLY, ended=utc("2026-12-20T00:00"))
    assert told(life) == dict.fromkeys((3, 4, 5), ("stopped", None))


def test_the_plan_ends_by_itself() -> None:
    life = replace(WEEKLY, plan=Plan("WEEK", 1, max_cycles=2))
    assert charged(life) == {1: USUAL[1], 2: USUAL[2]} and len(verdicts(life)) == 2


def test_a_shop_that_moves_is_charged_once_all_the_same() -> None:
    """To Tokyo, an hour after the charge of the 15th and before the one of the 22nd."""
    zones = (*WEEKLY.zones, (utc("2026-12-15T15:00"), "Asia/Tokyo"))
    # born on 2 December, 00:00 in Tokyo: expected at 00:00 of the 23rd, charged at 9:00, but not 24 hours early
    usual = {index: at for index, at in USUAL.items() if index <= 2}
    moved = {3: utc("2026-12-23T00:00"), 4: utc("2026-12-30T00:00"), 5: utc("2027-01-06T00:00")}
    assert charged(replace(WEEKLY, zones=zones)) == {**usual, **moved}


def test_another_hour_moves_what_is_not_charged_yet() -> None:
    hours = (*WEEKLY.hours, (utc("2026-12-15T14:30"), 17))
    assert told(replace(WEEKLY, hours=hours)) == {
        index: ("charged", USUAL[index] + timedelta(hours=8)) for index in (3, 4, 5)
    }


def test_an_earlier_hour_charges_at_once_what_would_have_been_due() -> None:
    hours = ((BORN, 17), (utc("2026-12-15T16:00"), 9))
    found = charged(replace(WEEKLY, hours=hours))
    assert (found[1], found[2], found[3]) == (utc("2026-12-08T22:00"), utc("2026-12-15T16:00"), USUAL[3])

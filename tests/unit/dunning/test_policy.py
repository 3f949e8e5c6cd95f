"""Ladders as pure rules: whatever a merchant chose, a case has a next step, in order, and an end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopify_app.dunning import ladders, policy
from shopify_app.dunning.policy import DEFAULTS, Final, Ladder, Next, Step
from shopify_app.gateways.shopify.decline_codes import CODES, Decline

NEW_YORK = ZoneInfo("America/New_York")
FRIDAY = datetime(2026, 12, 4, 14, tzinfo=UTC)
zones = st.sampled_from(
    [ZoneInfo(name) for name in ("America/New_York", "Europe/Berlin", "Asia/Kathmandu", "Pacific/Apia")]
)
instants = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))
chosen = st.builds(
    Ladder,
    st.lists(st.integers(1, policy.LONGEST_WAIT), max_size=policy.MOST_WAITS).map(tuple),
    st.integers(0, 23),
    st.integers(0, policy.LONGEST_PATIENCE),
    st.sampled_from(Final),
)
classes = st.sampled_from(sorted(DEFAULTS, key=lambda each: each.value))


def _days(steps: tuple[Next, ...], zone: ZoneInfo = NEW_YORK) -> list[tuple[str, str]]:
    return [(step.step.value, f"{step.at.astimezone(zone):%b %d %H:%M}") for step in steps]


@given(chosen, instants, zones)
def test_every_ladder_has_its_tries_in_order_and_one_end(ladder: Ladder, failed_at: datetime, zone: ZoneInfo) -> None:
    steps = policy.outlook(Decline.SOFT, {}, {**DEFAULTS, Decline.SOFT: ladder}, failed_at, zone)
    assert [step.step for step in steps] == [Step.RETRY] * len(ladder.waits) + [Step.FINAL]
    times = [failed_at, *(step.at for step in steps)]
    assert times == sorted(times)
    days = [at.astimezone(zone).date() for at in times]
    assert [(b - a).days for a, b in pairwise(days)] == [*ladder.waits, ladder.patience]


@given(classes, chosen, instants, zones)
def test_no_class_is_ever_left_without_a_next_step(
    decline: Decline, ladder: Ladder, failed_at: datetime, zone: ZoneInfo
) -> None:
    own = {**DEFAULTS, decline: ladder}
    used: dict[str, int] = {}
    for _ in range(30):
        treated = policy.treated_as(decline, used, own)
        step = policy.after_failure(treated, used, own, failed_at, zone)
        assert step.at >= failed_at
        if step.step is Step.FINAL:
            return
        used[treated.value] = used.get(treated.value, 0) + 1
    raise AssertionError("a ladder without an end")


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_has_a_class_somebody_who_can_help_and_a_next_step(code: str) -> None:
    decline = CODES[code]
    assert policy.HELPS[decline] in ("shopper", "merchant", "stock", "nobody")
    assert policy.after_failure(decline, {}, DEFAULTS, FRIDAY, NEW_YORK).at >= FRIDAY


def test_the_default_of_a_refusal_by_hand() -> None:
    assert _days(policy.outlook(Decline.SOFT, {}, DEFAULTS, FRIDAY, NEW_YORK)) == [
        ("retry", "Dec 05 09:00"),
        ("retry", "Dec 07 09:00"),
        ("retry", "Dec 09 09:00"),
        ("retry", "Dec 11 09:00"),
        ("final", "Dec 11 09:00"),
    ]


def test_the_default_of_a_passing_fault_by_hand() -> None:
    assert _days(policy.outlook(Decline.TRANSIENT, {}, DEFAULTS, FRIDAY, NEW_YORK))[:4] == [
        ("retry", "Dec 04 11:00"),
        ("retry", "Dec 04 17:00"),
        ("retry", "Dec 05 17:00"),
        ("retry", "Dec 06 09:00"),
    ]


def test_a_try_in_an_hour_that_the_clock_skips_is_made_right_after_it() -> None:
    before = datetime(2027, 3, 13, 14, tzinfo=UTC)
    own = {**DEFAULTS, Decline.SOFT: Ladder((1,), hour=2)}
    assert _days(policy.outlook(Decline.SOFT, {}, own, before, NEW_YORK))[0] == ("retry", "Mar 14 03:00")


def test_a_merchants_fault_has_no_end_by_itself() -> None:
    assert policy.outlook(Decline.MERCHANT, {}, DEFAULTS, FRIDAY, NEW_YORK) == ()
    step = policy.after_failure(Decline.MERCHANT, {}, DEFAULTS, FRIDAY, NEW_YORK)
    assert step == Next(Step.REMIND, FRIDAY + timedelta(days=1))


@pytest.mark.parametrize(
    ("decline", "ladder", "words"),
    [
        (Decline.SOFT, Ladder((0,)), "Each wait is 1 to 30 days."),
        (Decline.SOFT, Ladder((31,)), "Each wait is 1 to 30 days."),
        (Decline.TRANSIENT, Ladder((73,)), "Each wait is 1 to 72 hours."),
        (Decline.SOFT, Ladder((1,) * 11), "At most 10 further tries."),
        (Decline.PAYMENT_METHOD, Ladder((3,)), "Nothing is tried here until the shopper has done something."),
        (Decline.SOFT, Ladder(hour=24), "The hour is 0 to 23."),
        (Decline.SOFT, Ladder(patience=61), "The time for the shopper is 0 to 60 days."),
        (Decline.SOFT, Ladder((1, 2, 3), 17, 2, Final.CANCEL), ""),
    ],
)
def test_a_ladder_outside_the_bounds_is_named(decline: Decline, ladder: Ladder, words: str) -> None:
    assert ladders.why_not(decline, ladder) == words

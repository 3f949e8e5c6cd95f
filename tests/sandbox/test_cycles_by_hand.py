"""Cycle lists written by hand from the facts: what the sandbox's calendar must say, as literal tables.

Each list gives the expected instants of the first cycles in UTC, worked out with a wall calendar and a table
of time-zone changes; the comment tells the local reading. Three lists are not ours: real shops reported them.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest

from sandbox.world.cycles import Anchor, Cycle, Policy, UnmodelledPolicy, apply, cycles


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def expected(policy: Policy, created_at: str, zone: str, count: int) -> list[str]:
    found = islice(cycles(policy, utc(created_at), zone), count)
    return [cycle.expected_at.strftime("%Y-%m-%d %H:%M:%S") for cycle in found]


def test_monthly_on_the_31st_uses_the_last_day_of_short_months_and_returns() -> None:
    # New York, 31 January 10:15:30 local (EST, UTC-5); EDT (UTC-4) from 8 March to 31 October 2026
    assert expected(Policy("MONTH", 1), "2026-01-31 15:15:30", "America/New_York", 10) == [
        "2026-02-28 15:15:30",
        "2026-03-31 14:15:30",
        "2026-04-30 14:15:30",
        "2026-05-31 14:15:30",
        "2026-06-30 14:15:30",
        "2026-07-31 14:15:30",
        "2026-08-31 14:15:30",
        "2026-09-30 14:15:30",
        "2026-10-31 14:15:30",
        "2026-11-30 15:15:30",
    ]


def test_yearly_from_29_february_falls_on_the_28th_until_the_next_leap_year() -> None:
    # Berlin, 29 February 2028 09:00 local (CET, UTC+1)
    assert expected(Policy("YEAR", 1), "2028-02-29 08:00:00", "Europe/Berlin", 5) == [
        "2029-02-28 08:00:00",
        "2030-02-28 08:00:00",
        "2031-02-28 08:00:00",
        "2032-02-29 08:00:00",
        "2033-02-28 08:00:00",
    ]


def test_weekly_keeps_the_local_hour_when_summer_time_begins() -> None:
    # New York, Fridays 08:30:12 local; clocks go forward on Sunday 8 March 2026
    assert expected(Policy("WEEK", 1), "2026-02-20 13:30:12", "America/New_York", 4) == [
        "2026-02-27 13:30:12",
        "2026-03-06 13:30:12",
        "2026-03-13 12:30:12",
        "2026-03-20 12:30:12",
    ]


def test_weekly_keeps_the_local_hour_when_summer_time_ends() -> None:
    # New York, Sundays 01:30 local, an hour that happens twice on 1 November 2026: the first one (EDT) counts
    assert expected(Policy("WEEK", 1), "2026-10-18 05:30:00", "America/New_York", 4) == [
        "2026-10-25 05:30:00",
        "2026-11-01 05:30:00",
        "2026-11-08 06:30:00",
        "2026-11-15 06:30:00",
    ]


def test_a_local_time_that_does_not_exist_is_read_in_the_offset_before_the_change() -> None:
    # New York, Sundays 02:30 local (EST): on 8 March there is no 02:30, the charge comes at 03:30 EDT
    assert expected(Policy("WEEK", 1), "2026-02-22 07:30:00", "America/New_York", 3) == [
        "2026-03-01 07:30:00",
        "2026-03-08 07:30:00",
        "2026-03-15 06:30:00",
    ]


def test_every_two_weeks_and_every_ten_days_count_local_days() -> None:
    # London, 18 March 2026 23:50 local (GMT); British summer time begins on 29 March
    assert expected(Policy("WEEK", 2), "2026-03-18 23:50:00", "Europe/London", 3) == [
        "2026-04-01 22:50:00",
        "2026-04-15 22:50:00",
        "2026-04-29 22:50:00",
    ]
    assert expected(Policy("DAY", 10), "2026-03-18 23:50:00", "Europe/London", 3) == [
        "2026-03-28 23:50:00",
        "2026-04-07 22:50:00",
        "2026-04-17 22:50:00",
    ]


def test_a_weekday_anchor_with_a_cutoff_leaves_out_the_anchor_that_is_too_near() -> None:
    policy = Policy("WEEK", 1, (Anchor("WEEKDAY", 5),), cutoff=2)  # Fridays, orders until Wednesday
    # Tokyo (UTC+9, no summer time). Wednesday 2 December 2026 11:20 local: in time, Friday the 4th is charged
    assert expected(policy, "2026-12-02 02:20:00", "Asia/Tokyo", 3) == [
        "2026-12-04 02:00:00",
        "2026-12-11 02:00:00",
        "2026-12-18 02:00:00",
    ]
    # Thursday 3 December 11:20 local: the checkout order is the one of Friday the 4th
    assert expected(policy, "2026-12-03 02:20:00", "Asia/Tokyo", 2) == [
        "2026-12-11 02:00:00",
        "2026-12-18 02:00:00",
    ]


def test_a_fixed_cutoff_day_of_the_month_belongs_to_its_anchor() -> None:
    policy = Policy("MONTH", 1, (Anchor("MONTHDAY", 3, cutoff_day=28),))  # the 3rd, orders until the 28th before
    # Auckland, summer time (UTC+13) until 5 April 2026, then UTC+12. 28 January 12:05 local is in time
    assert expected(policy, "2026-01-27 23:05:00", "Pacific/Auckland", 4) == [
        "2026-02-02 23:00:00",
        "2026-03-02 23:00:00",
        "2026-04-02 23:00:00",
        "2026-05-03 00:00:00",
    ]
    # 29 January 12:05 local is not
    assert expected(policy, "2026-01-28 23:05:00", "Pacific/Auckland", 1) == ["2026-03-02 23:00:00"]


def test_pre_anchor_behaviour_next_lets_the_checkout_order_take_the_next_anchor() -> None:
    policy = Policy("MONTH", 1, (Anchor("MONTHDAY", 15),), cutoff=5, pre_anchor_behavior="NEXT")
    # UTC. Bought on 5 June: delivered on 15 June, charged again on 15 July
    assert expected(policy, "2026-06-05 12:40:00", "UTC", 2) == ["2026-07-15 12:00:00", "2026-08-15 12:00:00"]
    # Bought on 12 June, inside the cutoff: delivered on 15 July, charged again on 15 August
    assert expected(policy, "2026-06-12 12:40:00", "UTC", 2) == ["2026-08-15 12:00:00", "2026-09-15 12:00:00"]


def test_an_anchor_every_two_weeks_as_a_shop_reported_it() -> None:
    # community.shopify.com 571017: bought Thursday 16 October 2025, Mondays, first charge on 27 October
    policy = Policy("WEEK", 2, (Anchor("WEEKDAY", 1),))
    assert expected(policy, "2025-10-16 14:00:00", "America/New_York", 3) == [
        "2025-10-27 14:00:00",
        "2025-11-10 15:00:00",
        "2025-11-24 15:00:00",
    ]


def test_two_anchors_as_a_shop_reported_them() -> None:
    # community.shopify.dev 29234, copied from the report, with its cycle 2 that ends before it starts
    policy = Policy("MONTH", 1, (Anchor("MONTHDAY", 10), Anchor("MONTHDAY", 20)), pre_anchor_behavior="NEXT")
    found = cycles(policy, utc("2026-02-04 15:59:51"), "Europe/Berlin", zero_length_second=True)
    assert list(islice(found, 6)) == [
        cycle(1, "2026-02-04 15:59:51", "2026-02-20 15:00:00"),
        cycle(2, "2026-02-20 15:00:01", "2026-02-20 15:00:00"),
        cycle(3, "2026-02-20 15:00:01", "2026-03-10 15:00:00"),
        cycle(4, "2026-03-10 15:00:01", "2026-03-20 15:00:00"),
        cycle(5, "2026-03-20 15:00:01", "2026-04-10 14:00:00"),
        cycle(6, "2026-04-10 14:00:01", "2026-04-20 14:00:00"),
    ]
    tidy = cycles(policy, utc("2026-02-04 15:59:51"), "Europe/Berlin")
    assert [one.expected_at for one in islice(tidy, 2)] == [utc("2026-02-20 15:00"), utc("2026-03-10 15:00")]


def test_a_month_day_anchor_on_the_31st_means_the_last_day() -> None:
    policy = Policy("MONTH", 1, (Anchor("MONTHDAY", 31),))
    # Sydney: UTC+11 until 5 April 2026, then UTC+10. Bought on 31 January 20:59 local
    assert expected(policy, "2026-01-31 09:59:00", "Australia/Sydney", 4) == [
        "2026-02-28 09:00:00",
        "2026-03-31 09:00:00",
        "2026-04-30 10:00:00",
        "2026-05-31 10:00:00",
    ]


def test_the_first_of_every_quarter_is_four_year_day_anchors() -> None:
    quarters = tuple(Anchor("YEARDAY", 1, month=month) for month in (1, 4, 7, 10))
    # Chicago: UTC-6, summer time UTC-5 from 8 March 2026. 20 February 06:45 local
    assert expected(Policy("MONTH", 3, quarters), "2026-02-20 12:45:00", "America/Chicago", 4) == [
        "2026-04-01 11:00:00",
        "2026-07-01 11:00:00",
        "2026-10-01 11:00:00",
        "2027-01-01 12:00:00",
    ]


def test_max_cycles_ends_the_list() -> None:
    policy = Policy("MONTH", 1, min_cycles=2, max_cycles=3)
    assert expected(policy, "2026-12-01 09:00:00", "UTC", 99) == [
        "2027-01-01 09:00:00",
        "2027-02-01 09:00:00",
        "2027-03-01 09:00:00",
    ]


def test_prepaid_billing_every_three_months_from_the_end_of_november() -> None:
    # Toronto, 30 November 2026 17:05:09 local (EST); EDT from 14 March to 7 November 2027
    assert expected(Policy("MONTH", 3), "2026-11-30 22:05:09", "America/Toronto", 4) == [
        "2027-02-28 22:05:09",
        "2027-05-30 21:05:09",
        "2027-08-30 21:05:09",
        "2027-11-30 22:05:09",
    ]


def test_kathmandu_bills_by_its_own_midnight() -> None:
    # UTC+5:45. 30 January 18:20:07 UTC is already the 31st, 00:05:07, in Kathmandu
    assert expected(Policy("MONTH", 1), "2026-01-30 18:20:07", "Asia/Kathmandu", 4) == [
        "2026-02-27 18:20:07",
        "2026-03-30 18:20:07",
        "2026-04-29 18:20:07",
        "2026-05-30 18:20:07",
    ]
    # and ten minutes earlier it is still the 30th there
    assert expected(Policy("MONTH", 1), "2026-01-30 18:10:07", "Asia/Kathmandu", 4) == [
        "2026-02-28 18:10:07",
        "2026-03-30 18:10:07",
        "2026-04-30 18:10:07",
        "2026-05-30 18:10:07",
    ]


def cycle(index: int, start_at: str, end_at: str) -> Cycle:
    return Cycle(index, utc(start_at), utc(end_at), utc(end_at))


def test_cycles_join_without_a_gap_and_begin_with_the_contract() -> None:
    # community.shopify.dev 25929, as reported: made through the API with a next billing date
    found = cycles(
        Policy("MONTH", 1),
        utc("2025-11-19 17:00:00"),
        "UTC",
        first_expected_at=utc("2025-11-20 08:00:00"),
    )
    assert list(islice(found, 3)) == [
        cycle(1, "2025-11-19 17:00:00", "2025-11-20 08:00:00"),
        cycle(2, "2025-11-20 08:00:01", "2025-12-20 08:00:00"),
        cycle(3, "2025-12-20 08:00:01", "2026-01-20 08:00:00"),
    ]


def test_the_first_index_is_a_knob() -> None:
    found = cycles(Policy("WEEK", 1), utc("2026-12-01 09:00:00"), "UTC", first_index=0)
    assert [one.index for one in islice(found, 3)] == [0, 1, 2]


def test_a_moved_cycle_keeps_its_start_end_and_neighbours() -> None:
    first, second = islice(cycles(Policy("MONTH", 1), utc("2026-12-01 09:00:00"), "UTC"), 2)
    moved = apply(first, datetime.fromisoformat("2026-12-31T07:00:00-05:00"), skipped=False)
    assert (moved.start_at, moved.end_at) == (utc("2026-12-01 09:00:00"), utc("2027-01-01 09:00:00"))
    assert moved.expected_at == utc("2026-12-31 12:00:00")
    assert moved.expected_at.utcoffset() == timedelta(0)
    assert second == cycle(2, "2027-01-01 09:00:01", "2027-02-01 09:00:00")


def test_a_skipped_cycle_keeps_its_date() -> None:
    first = next(cycles(Policy("MONTH", 1), utc("2026-12-01 09:00:00"), "UTC"))
    assert apply(first, None, skipped=True) == Cycle(
        1, utc("2026-12-01 09:00:00"), utc("2027-01-01 09:00:00"), utc("2027-01-01 09:00:00"), skipped=True
    )
    assert apply(apply(first, None, skipped=True), None, skipped=False) == first


@pytest.mark.parametrize(
    "make",
    [
        lambda: Policy("MONTH", 0),
        lambda: Policy("DAY", 7, (Anchor("WEEKDAY", 1),)),
        lambda: Policy("WEEK", 1, (Anchor("MONTHDAY", 1),)),
        lambda: Policy("WEEK", 1, (Anchor("WEEKDAY", 8),)),
        lambda: Policy("MONTH", 1, (Anchor("MONTHDAY", 32),)),
        lambda: Policy("YEAR", 1, (Anchor("YEARDAY", 1),)),
        lambda: Policy("YEAR", 1, (Anchor("YEARDAY", 1, month=1, cutoff_day=3),)),
    ],
)
def test_a_policy_whose_cycles_are_unknown_is_refused(make: Callable[[], Policy]) -> None:
    with pytest.raises(UnmodelledPolicy):
        make()

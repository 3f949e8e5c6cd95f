"""The hour of charging, against instants worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopify_app.contracts.calendar import due_at

BY_HAND = [
    # expected (UTC), zone, hour, due (UTC), why
    ("2026-12-04T15:00", "America/New_York", 9, "2026-12-04T14:00", "9:00 EST is 14:00 UTC"),
    ("2026-12-05T03:30", "America/New_York", 9, "2026-12-04T14:00", "half past three UTC is still the 4th there"),
    ("2026-07-04T15:00", "America/New_York", 9, "2026-07-04T13:00", "9:00 EDT is 13:00 UTC"),
    ("2026-03-08T20:00", "America/New_York", 2, "2026-03-08T07:00", "2:00 is skipped: 3:00 EDT"),
    ("2026-11-01T20:00", "America/New_York", 1, "2026-11-01T05:00", "1:00 comes twice: the first, EDT"),
    ("2026-11-02T04:30", "America/New_York", 0, "2026-11-01T04:30", "23:30 of a 25-hour day: not 24.5 hours early"),
    ("2026-12-04T00:00", "Asia/Kathmandu", 0, "2026-12-03T18:15", "UTC+5:45"),
    ("2026-10-04T05:00", "Australia/Lord_Howe", 2, "2026-10-03T15:30", "half an hour is skipped: 2:30 +11"),
    (
        "2011-12-31T12:00",
        "Pacific/Apia",
        9,
        "2011-12-31T19:00",
        "the day after the skipped day: 9:00 of the 1st, +14",
    ),
    ("2026-12-31T23:59", "Pacific/Kiritimati", 23, "2027-01-01T09:00", "UTC+14"),
]


@pytest.mark.parametrize(("expected", "zone", "hour", "due", "why"), BY_HAND)
def test_by_hand(expected: str, zone: str, hour: int, due: str, why: str) -> None:
    found = due_at(datetime.fromisoformat(expected).replace(tzinfo=UTC), ZoneInfo(zone), hour)
    assert found == datetime.fromisoformat(due).replace(tzinfo=UTC), why


ZONES = ["UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Sao_Paulo"]


@settings(max_examples=200, deadline=None)
@given(st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)), st.sampled_from(ZONES), st.integers(0, 23))
def test_always_the_expected_day_and_never_too_early(naive: datetime, name: str, hour: int) -> None:
    expected, zone = naive.replace(tzinfo=UTC), ZoneInfo(name)
    due = due_at(expected, zone, hour)
    assert due >= expected - timedelta(hours=24)
    assert due.astimezone(zone).date() == expected.astimezone(zone).date()
    local = due.astimezone(zone)
    clamped = due == expected - timedelta(hours=24)
    assert clamped or local.hour == hour or (local.hour, local.minute) > (hour, 0)

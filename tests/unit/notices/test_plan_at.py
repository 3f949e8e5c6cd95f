"""The hour of a notice, through clock changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shopify_app.notices.rules import owed, plan_at

NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("due", "lead", "expected"),
    [
        ("2026-12-04T14:00", 3, "2026-12-01T14:00"),
        # over the end of summer time (1 November): the same local hour, another UTC hour
        ("2026-11-02T14:00", 3, "2026-10-30T13:00"),
        # over its beginning (8 March)
        ("2026-03-09T13:00", 3, "2026-03-06T14:00"),
        ("2026-03-09T13:00", 1, "2026-03-08T13:00"),
    ],
)
def test_the_local_hour_stays(due: str, lead: int, expected: str) -> None:
    found = plan_at(datetime.fromisoformat(due).replace(tzinfo=UTC), lead, NEW_YORK, 9)
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_an_hour_that_does_not_exist_becomes_the_first_after_the_gap() -> None:
    due = datetime(2026, 3, 11, 6, 30, tzinfo=UTC)
    assert plan_at(due, 3, NEW_YORK, 2) == datetime(2026, 3, 8, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days_left", "told", "expected"),
    [
        (8, None, [3, 5, 7]),
        (6, None, [3, 5, 7]),
        (4, None, [3, 5]),
        (2, None, [3]),
        (2, 3, []),
        (2, 2, []),
        (2, 5, [3]),
    ],
)
def test_of_past_leads_only_the_nearest_is_owed(days_left: int, told: int | None, expected: list[int]) -> None:
    due = datetime(2026, 12, 24, 14, tzinfo=UTC)
    assert sorted(owed((7, 5, 3), due, NEW_YORK, 9, due - timedelta(days=days_left), (), told)) == expected

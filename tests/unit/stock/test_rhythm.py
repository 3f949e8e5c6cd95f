"""Dates past what Shopify told us: by the wall clock, month ends kept."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from shopify_app.stock import rhythm

NEW_YORK = ZoneInfo("America/New_York")


def policy(interval: str, count: int = 1) -> dict[str, object]:
    return {"interval": interval, "intervalCount": count}


def days(start: datetime, of: dict[str, object], until: datetime) -> list[str]:
    return [f"{at:%m-%d %H}" for at in rhythm.after(start, of, NEW_YORK, until)]


def test_months_end_where_they_end_and_the_day_comes_back() -> None:
    start = datetime(2027, 1, 31, 9, tzinfo=NEW_YORK)
    assert days(start, policy("MONTH"), datetime(2027, 5, 1, tzinfo=UTC)) == ["02-28 09", "03-31 09", "04-30 09"]


def test_the_wall_clock_counts_when_clocks_change() -> None:
    start = datetime(2027, 3, 7, 9, tzinfo=NEW_YORK)
    assert days(start, policy("WEEK"), datetime(2027, 3, 22, tzinfo=UTC)) == ["03-14 09", "03-21 09"]


def test_years_and_several_at_a_time() -> None:
    start = datetime(2028, 2, 29, 9, tzinfo=NEW_YORK)
    assert days(start, policy("YEAR"), datetime(2029, 6, 1, tzinfo=UTC)) == ["02-28 09"]
    assert days(start, policy("DAY", 10), datetime(2028, 3, 25, tzinfo=UTC)) == ["03-10 09", "03-20 09"]


def test_how_many_deliveries_a_charge_pays_for() -> None:
    assert rhythm.deliveries(policy("MONTH", 3), policy("MONTH")) == 3
    assert rhythm.deliveries(policy("YEAR"), policy("MONTH")) == 12
    assert rhythm.deliveries(policy("WEEK"), policy("WEEK")) == 1
    assert rhythm.deliveries(policy("MONTH"), policy("WEEK")) == 4

"""Who is served: pure rules, against what must hold whatever the numbers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shopify_app.stock.runway import Claim, Runway, of_days, short

START = datetime(2026, 12, 1, 14, tzinfo=UTC)


def claim(contract: int, units: int, days: int = 0, **values: object) -> Claim:
    at = START + timedelta(days=days)
    return Claim(contract, 1, 0, "variant", units, at, values.pop("place", at), **values)  # type: ignore[arg-type]


claims = st.lists(
    st.builds(
        claim,
        st.integers(1, 40),
        st.integers(1, 5),
        st.integers(0, 30),
        is_limited=st.booleans(),
    ),
    max_size=25,
    unique_by=lambda one: one.contract_id,
)


@given(st.integers(-5, 60), claims)
def test_no_more_is_served_than_there_is(supply: int, wanted: list[Claim]) -> None:
    missing = short(supply, wanted)
    served = [one for one in wanted if one not in missing and one.is_limited]
    assert sum(one.units for one in served) <= max(supply, 0)
    assert all(one.is_limited for one in missing)


@given(st.integers(0, 60), claims)
def test_whoever_would_fit_is_served(supply: int, wanted: list[Claim]) -> None:
    limited = [one for one in wanted if one.is_limited]
    missing = short(supply, limited)
    left = supply - sum(one.units for one in limited if one not in missing)
    assert left >= 0
    assert all(one.units > left for one in missing)


@given(st.integers(0, 60), claims)
def test_whoever_is_first_is_served_first(supply: int, wanted: list[Claim]) -> None:
    limited = [one for one in wanted if one.is_limited]
    first = min(limited, key=lambda one: (one.place, one.contract_id), default=None)
    assert first is None or (first in short(supply, limited)) == (first.units > supply)
    assert short(sum(one.units for one in limited), limited) == []


def test_first_come_first_served_and_the_waiting_keep_their_place() -> None:
    waits = claim(9, 1, days=20, place=START)
    assert short(1, [claim(1, 1, days=3), waits]) == [claim(1, 1, days=3)]


def test_what_may_be_oversold_takes_units_from_the_others() -> None:
    free = claim(1, 2, is_limited=False)
    assert short(2, [free, claim(2, 1, days=1)]) == [claim(2, 1, days=1)]


def test_the_day_it_runs_out_and_what_is_missing_then() -> None:
    days = [(date(2026, 12, 1), 3), (date(2026, 12, 5), 2), (date(2026, 12, 9), 4)]
    assert of_days(5, days) == Runway(date(2026, 12, 9), 4)
    assert of_days(9, days) == Runway(None, 0)
    assert of_days(-1, []) == Runway(None, 0)


def test_what_is_sold_besides_makes_it_run_out_sooner_but_is_not_missing_to_subscribers() -> None:
    today, days = date(2026, 12, 1), [(date(2026, 12, 5), 3), (date(2026, 12, 25), 3)]
    assert of_days(9, days) == Runway(None, 0)
    assert of_days(9, days, 0.1, today) == Runway(None, 0)
    assert of_days(9, days, 0.5, today) == Runway(date(2026, 12, 25), 0)
    assert of_days(4, days, 0.5, today) == Runway(date(2026, 12, 5), 2)

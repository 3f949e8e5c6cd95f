"""Random policies, zones and instants for the oracle's tests, with the days on which clocks change drawn often.

The examples are the same in every run; `EXPLORE=1` draws new ones, many more.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import settings
from hypothesis import strategies as st

from tests.oracles.days import Anchor, Plan

EXPLORE = bool(os.environ.get("EXPLORE"))
ZONES = [
    "UTC",
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",  # half an hour of summer time
    "Asia/Kathmandu",  # UTC+5:45
    "America/Sao_Paulo",  # changed its clocks at midnight, until 2019
    "America/Nuuk",  # changes them in the last hour of the day
    "Atlantic/Azores",  # at midnight or one o'clock
    "Pacific/Kiritimati",  # UTC+14
    "Pacific/Pago_Pago",  # UTC-11
    "Africa/Casablanca",  # at Ramadan
]
zones = st.sampled_from(ZONES)
hours = st.one_of(st.integers(0, 3), st.integers(0, 23))


def examples(count: int) -> settings:
    """So many fixed examples, or twenty times as many new ones."""
    return settings(max_examples=count * 20 if EXPLORE else count, derandomize=not EXPLORE, deadline=None)


@lru_cache
def changes(zone: str) -> tuple[datetime, ...]:
    """The hours (UTC) in which the zone changes its offset, 2015 to 2034; 2024-01-01 if it never does."""
    days = [datetime(2015, 1, 1, tzinfo=UTC) + timedelta(days=n) for n in range(20 * 365)]
    found = [
        hour for day in _steps(days, zone) for hour in _steps([day + timedelta(hours=n) for n in range(25)], zone)
    ]
    return tuple(hour + timedelta(hours=1) for hour in found) or (datetime(2024, 1, 1, tzinfo=UTC),)


def _steps(moments: list[datetime], zone: str) -> list[datetime]:
    """After which of these the offset is another one at the next."""
    offsets = [at.astimezone(ZoneInfo(zone)).utcoffset() for at in moments]
    return [at for at, (one, following) in zip(moments, pairwise(offsets), strict=False) if one != following]


def instants(zone: str, spread: timedelta = timedelta(days=2)) -> st.SearchStrategy[datetime]:
    """Any instant to the second; half of them near a change of the clocks."""
    anywhen = st.integers(0, 19 * 365 * 86_400).map(lambda n: datetime(2015, 1, 1, tzinfo=UTC) + timedelta(seconds=n))
    seconds = int(spread.total_seconds())
    near = st.builds(
        lambda change, away: change + timedelta(seconds=away),
        st.sampled_from(changes(zone)),
        st.integers(-seconds, seconds),
    )
    return st.one_of(anywhen, near)


def births(zone: str) -> st.SearchStrategy[datetime]:
    """When a contract begins: any instant; often on the 29th to 31st; often some weeks before the clocks change, at
    that very hour of the day."""
    at_a_change = instants(zone, timedelta(hours=2))
    return st.one_of(
        instants(zone),
        instants(zone).map(lambda at: at.replace(month=1, day=29 + at.day % 3)),
        st.builds(lambda at, weeks: at - timedelta(weeks=weeks), at_a_change, st.integers(0, 12)),
    )


plain = st.builds(Plan, st.sampled_from(["DAY", "WEEK", "MONTH", "YEAR"]), st.integers(1, 6))
_weekday = st.builds(Anchor, st.just("WEEKDAY"), st.integers(1, 7))
_monthday = st.builds(Anchor, st.just("MONTHDAY"), st.one_of(st.integers(1, 31), st.integers(28, 31)))
_yearday = st.builds(Anchor, st.just("YEARDAY"), st.integers(1, 31), st.integers(1, 12))
_own_cutoff = st.one_of(
    st.builds(Anchor, st.just("WEEKDAY"), st.integers(1, 7), st.none(), st.integers(1, 7)),
    st.builds(Anchor, st.just("MONTHDAY"), st.integers(1, 31), st.none(), st.integers(1, 31)),
)
_INTERVAL_OF = {"WEEKDAY": "WEEK", "MONTHDAY": "MONTH", "YEARDAY": "YEAR"}


def _anchored(anchors: list[Anchor], count: int, cutoff: int, waits: bool, most: int | None) -> Plan:
    return Plan(_INTERVAL_OF[anchors[0].type], count, tuple(anchors), cutoff, waits, most)


anchored = st.builds(
    _anchored,
    st.one_of(
        st.lists(_weekday, min_size=1, max_size=3, unique=True),
        st.lists(_monthday, min_size=1, max_size=3, unique=True),
        st.lists(_yearday, min_size=1, max_size=4, unique=True),
        st.lists(_own_cutoff, min_size=1, max_size=1),
    ),
    st.integers(1, 3),
    st.integers(0, 12),
    st.booleans(),
    st.one_of(st.none(), st.integers(1, 20)),
)
quarterly = st.builds(lambda day, count: Plan("MONTH", count, (day,)), _yearday, st.integers(1, 3))
plans = st.one_of(plain, anchored, quarterly)
busy_plans = st.one_of(
    st.builds(Plan, st.just("DAY"), st.integers(5, 20)),
    st.builds(Plan, st.just("WEEK"), st.integers(1, 4)),
    st.builds(Plan, st.just("MONTH"), st.just(1)),
    anchored.filter(lambda plan: plan.interval != "YEAR"),
)
"""Plans of which a year sees several cycles."""

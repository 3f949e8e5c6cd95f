from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shopify_app.contracts import mirror, pace
from shopify_app.contracts.import_steps import affordable
from shopify_app.contracts.models import Contract
from shopify_app.gateways.shopify.client import Cost

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)


def policy(interval: str, count: int = 1, anchors: int = 0) -> dict:
    return {"interval": interval, "intervalCount": count, "anchors": [{}] * anchors}


@pytest.mark.parametrize(
    ("one", "at_least"),
    [
        (policy("DAY"), 108),
        (policy("WEEK"), 16),
        (policy("MONTH"), 5),
        (policy("YEAR"), 4),
        (policy("WEEK", 1, 3), 46),
    ],
)
def test_the_estimate_of_cycles_in_the_window_is_never_short(one: dict, at_least: int) -> None:
    start, until = mirror.window(one, NOW)
    assert at_least <= pace.cycles_in(one, until - start) <= 250


def test_the_window_reaches_two_periods_ahead_of_rare_contracts_and_behind_every_current_cycle() -> None:
    start, until = mirror.window(policy("YEAR"), NOW)
    assert until >= NOW + timedelta(days=2 * 366) and start <= NOW - timedelta(days=366)
    assert mirror.window(policy("DAY"), NOW)[1] == NOW + timedelta(days=100)


def test_reading_leaves_room_for_charging() -> None:
    low = Cost(available=790, maximum=2000, restore_rate=100)
    assert pace.is_low(low) and not pace.is_low(Cost(available=810, maximum=2000))
    assert pace.wait_for_room(low) == timedelta(seconds=6.1)
    assert pace.wait_for_room(Cost(available=2000, maximum=2000)) == timedelta(0)


def test_a_batch_asks_for_no_more_than_its_points_but_always_for_something() -> None:
    contracts = [Contract(shopify_gid=f"g{n}", billing_policy=policy("DAY")) for n in range(9)]
    assert len(affordable(contracts, NOW, most=400)) == 3
    assert len(affordable(contracts, NOW, most=5)) == 1
    assert affordable([], NOW) == []

"""However leads, intervals, moves and the moments of looking fall: no lead twice, nothing late for nothing."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shopify_app.contracts.models import ACTIVE, BillingCycle, Contract
from shopify_app.notices.rules import days_until, interval_days, leads_for, owed, plan_at, why_not

ZONE = ZoneInfo("America/New_York")
START = datetime(2026, 10, 1, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    ("leads", "days", "kept"),
    [((7, 3), 28, (7, 3)), ((7, 3), 7, (3,)), ((14, 7), 7, (7,)), ((7, 3), 1, (3,)), ((3, 7), 8, (7, 3))],
)
def test_a_lead_not_shorter_than_the_interval_is_left_out_but_the_shortest_stays(
    leads: tuple[int, ...], days: int, kept: tuple[int, ...]
) -> None:
    assert leads_for(leads, days) == kept


def test_an_interval_counts_its_fewest_days() -> None:
    assert interval_days({"interval": "MONTH", "intervalCount": 2}) == 56
    assert interval_days({"interval": "WEEK", "intervalCount": 1}) == 7


@pytest.mark.parametrize("seed", range(100))
def test_a_random_life_of_one_cycle(seed: int) -> None:
    chance = random.Random(seed)
    leads = leads_for(chance.sample(range(1, 61), chance.randint(1, 3)), chance.choice((1, 7, 14, 28, 84)))
    due = START + timedelta(days=chance.randint(0, 90), hours=chance.randint(0, 23))
    now, recorded, heard, is_skipped = START, [], None, False
    while now < due:
        if chance.random() < 0.05:  # a move, which the shopper hears of at once when anything was told
            due = now + timedelta(days=chance.randint(1, 70), hours=chance.randint(0, 12))
            heard = now if recorded and not is_skipped else None  # of this day
        if chance.random() < 0.05:
            is_skipped = not is_skipped
            heard = now if recorded and not is_skipped else heard
        told = days_until(due, heard, ZONE) if heard else None
        contract, cycle = Contract(status=ACTIVE), BillingCycle(due_at=due, skipped=is_skipped)
        if why_not(contract, cycle, now) is None:
            ripe = [lead for lead, at in owed(leads, due, ZONE, 9, now, recorded, told).items() if at <= now]
            assert len(ripe) <= 1, "several past leads are told as one"
            assert not set(ripe) & set(recorded), "no lead twice"
            recorded += ripe
            heard = now if ripe else heard
            if plan_at(due, min(leads), ZONE, 9) <= now:
                near = heard is not None and days_until(due, heard, ZONE) <= min(leads)
                assert min(leads) in recorded or near, "the shortest is told, or a change as near"
        now += timedelta(hours=chance.randint(1, 20))
    cycle = BillingCycle(due_at=due, skipped=False)
    assert why_not(Contract(status=ACTIVE), cycle, due), "nothing once the charge is due"
    assert why_not(Contract(status=ACTIVE), BillingCycle(due_at=due, skipped=False, attempted_at=now), START)

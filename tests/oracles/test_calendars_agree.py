"""Two calendars, written apart from each other, over years of random policies: they must name the same instants.

The sandbox's calendar plays Shopify's; the oracle's judges the app. Where they agree, a mistake would have to have
been made twice, in two ways.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from sandbox.world import cycles as sandbox
from tests.oracles.days import Plan, expected_dates
from tests.oracles.examples import births, examples, plain, plans, zones

COUNT = 18


def of_sandbox(plan: Plan, created_at: datetime, zone: str, first: datetime | None = None) -> list[datetime]:
    """The expected dates by the sandbox. `min_cycles` must not matter, so it is always there."""
    policy = sandbox.Policy(
        plan.interval,  # type: ignore[arg-type]
        plan.count,
        tuple(sandbox.Anchor(a.type, a.day, a.month, a.cutoff_day) for a in plan.anchors),  # type: ignore[arg-type]
        min_cycles=1,
        max_cycles=plan.max_cycles,
        cutoff=plan.cutoff,
        pre_anchor_behavior="NEXT" if plan.waits else "ASAP",
    )
    found = sandbox.cycles(policy, created_at, zone, first_expected_at=first)
    return [cycle.expected_at for cycle in islice(found, COUNT)]


@examples(110)
@given(st.data(), plans, zones)
def test_after_a_checkout(data: st.DataObject, plan: Plan, zone: str) -> None:
    created_at = data.draw(births(zone))
    assert of_sandbox(plan, created_at, zone) == list(expected_dates(plan, created_at, zone, COUNT))


@examples(50)
@given(st.data(), plans, zones, st.integers(0, 90))
def test_a_contract_made_through_the_api(data: st.DataObject, plan: Plan, zone: str, days: int) -> None:
    created_at = data.draw(births(zone))
    first = created_at + timedelta(days=days)
    assert of_sandbox(plan, created_at, zone, first) == list(expected_dates(plan, created_at, zone, COUNT, first))


@examples(30)
@given(st.data(), plain, zones)
def test_twenty_years_hold_no_hole(data: st.DataObject, plan: Plan, zone: str) -> None:
    """Counted another way still: so many periods lie between the first date and the last."""
    created_at = data.draw(births(zone))
    found = expected_dates(plan, created_at, zone, COUNT)
    span = (found[-1] - found[0]) / (COUNT - 1) / plan.count
    usual = {"DAY": 1.0, "WEEK": 7.0, "MONTH": 30.44, "YEAR": 365.25}[plan.interval]
    assert len(found) == COUNT and abs(span / timedelta(days=1) - usual) < 0.05 * usual

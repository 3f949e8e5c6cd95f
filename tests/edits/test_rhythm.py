"""Changing how often a subscription comes, for billing and delivery alike; Shopify decides the new dates."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from sandbox.shopify import contracts, cycles
from shopify_app.contracts.models import ContractLine
from shopify_app.edits.contract import door, rhythm
from shopify_app.edits.contract.answers import Answer, No, refused
from shopify_app.plans.models import SellingPlan, SellingPlanGroup
from tests.billing.till import Till
from tests.edits.desk import ask, put_there, target, there

FIFTEENTH = {"type": "MONTHDAY", "day": 15, "month": None, "cutoff_day": None}


def test_a_new_rhythm_holds_for_billing_and_delivery_and_loses_or_doubles_no_date(till: Till) -> None:
    first = till.first_cycle()
    weekly = rhythm.every(till.contract(), "WEEK", 1)
    seen = door.preview(till.ctx, weekly, target(till))
    assert seen and seen.before.dates and seen.after.dates is None
    assert ask(till, weekly) == Answer(True, "Frequency changed")
    row = there(till)
    assert [row[name]["interval"] for name in ("billing_policy", "delivery_policy")] == ["WEEK", "WEEK"]
    open_ones = [cycle for cycle in till.cycles() if cycle.due_at]
    assert [c.cycle_index for c in open_ones] == sorted({c.cycle_index for c in open_ones})
    dates = [cycle.expected_at for cycle in open_ones]
    assert dates == sorted(set(dates)) and dates[0] == first.expected_at and dates[0] >= till.now - timedelta(days=1)
    for cycle in open_ones:
        found = cycles.cycle(till.sandbox.world, till.domain, there(till), cycle.cycle_index)
        assert found and found["expected_at"] == cycle.expected_at.isoformat()
    assert ask(till, weekly, "r2") == refused(No.ALREADY)
    back = door.undo(till.ctx, target(till), "r1")
    assert back and ask(till, back, "r3").is_done and there(till)["billing_policy"]["interval"] == "MONTH"
    assert till.charge() == 1


@pytest.mark.parametrize(("unit", "kept"), [("MONTH", 1), ("WEEK", 0)])
def test_an_anchor_stays_where_it_fits_and_limits_stay(till: Till, unit: str, kept: int) -> None:
    policy = contracts.policy("MONTH", 1, anchors=[FIFTEENTH], min_cycles=2, max_cycles=12)
    put_there(till, billing_policy=policy, delivery_policy=policy, revision_id=there(till)["revision_id"] + 1)
    till.mirror()
    assert ask(till, rhythm.every(till.contract(), unit, 2)).is_done
    for name in ("billing_policy", "delivery_policy"):
        assert len(there(till)[name]["anchors"]) == kept
    assert (there(till)["billing_policy"]["min_cycles"], there(till)["billing_policy"]["max_cycles"]) == (2, 12)
    back = door.undo(till.ctx, target(till), "r1")
    assert back and ask(till, back, "r2").is_done and there(till)["billing_policy"]["anchors"] == [FIFTEENTH]


def test_all_dates_move_to_a_fixed_day_and_back(till: Till) -> None:
    """What is under way keeps its date: so the sandbox, the real service says nothing of it (doubt)."""
    before = [cycle for cycle in till.cycles() if cycle.due_at]
    eighth = rhythm.on_day(till.contract(), 8)
    assert not isinstance(eighth, No) and (eighth.interval, eighth.interval_count) == ("MONTH", 1)
    assert ask(till, eighth) == Answer(True, "Frequency changed")
    zone = ZoneInfo("America/New_York")
    open_ones = [cycle for cycle in till.cycles() if cycle.due_at]
    begun, later = ([c for c in open_ones if (c.start_at <= till.now) is is_begun] for is_begun in (True, False))
    assert [c.expected_at for c in begun] == [c.expected_at for c in before if c.start_at <= till.now]
    assert len(later) >= 3 and {c.expected_at.astimezone(zone).day for c in later} == {8}
    assert [c.cycle_index for c in open_ones] == list(
        range(before[0].cycle_index, before[0].cycle_index + len(open_ones))
    )
    assert [c.expected_at for c in open_ones] == sorted({c.expected_at for c in open_ones})
    (told,) = till.facts("subscription.frequency_changed")
    assert told.after["billing"]["anchors"] == [{"type": "MONTHDAY", "day": 8, "month": None}]
    assert ask(till, eighth, "r2") == refused(No.ALREADY)
    back = door.undo(till.ctx, target(till), "r1")
    assert back and ask(till, back, "r3").is_done and there(till)["billing_policy"]["anchors"] == []
    assert till.charge() == 1


def test_a_day_that_the_rhythm_does_not_have_is_refused_before_anything_is_asked(till: Till) -> None:
    contract = till.contract()
    for unit, day, month in (("MONTH", 32, None), ("WEEK", 8, None), ("WEEK", 0, None), ("YEAR", 30, 2),
                             ("YEAR", 29, 2), ("YEAR", 5, None), ("DAY", 1, None)):  # fmt: skip
        contract.billing_policy = {"interval": unit, "intervalCount": 2}
        assert rhythm.on_day(contract, day, month) is No.NO_FIXED_DAY
    contract.billing_policy = {"interval": "YEAR", "intervalCount": 1}
    march = rhythm.on_day(contract, 5, 3)
    assert not isinstance(march, No) and march.anchors == [
        {"type": "YEARDAY", "day": 5, "month": 3, "cutoffDay": None}
    ]
    assert till.calls("DraftOpen") == 0


def test_what_is_paid_ahead_keeps_its_rhythm(till: Till) -> None:
    put_there(till, billing_policy=contracts.policy("MONTH", 3), revision_id=there(till)["revision_id"] + 1)
    till.mirror()
    assert ask(till, rhythm.every(till.contract(), "WEEK", 1)) == refused(No.PREPAID)
    assert till.calls("DraftOpen") == 0


WEEK, MONTH = ({"interval": unit, "intervalCount": 1} for unit in ("WEEK", "MONTH"))
MONDAY = {"type": "WEEKDAY", "day": 1, "month": None, "cutoffDay": None}
PLANS = [
    ("Monthly", MONTH, MONTH),
    ("Weekly", WEEK, WEEK),
    ("Mondays", WEEK | {"anchors": [MONDAY]}, WEEK | {"anchors": [MONDAY]}),
    ("3 months ahead", MONTH | {"intervalCount": 3}, MONTH),
]


def test_shoppers_choose_among_the_rhythms_of_their_plan(till: Till) -> None:
    with till.ctx.db.session() as session:
        group = SellingPlanGroup(
            shop_id=till.shop_id, shopify_gid="group", name="Save", merchant_code="save", options=[], products=[],
            shopify_created_at=till.now, read_at=till.now,
        )  # fmt: skip
        for place, (name, billing, delivery) in enumerate(PLANS):
            plan = SellingPlan(shop_id=till.shop_id, shopify_gid=f"plan-{place}", position=place, name=name)
            plan.options, plan.billing_policy, plan.delivery_policy, plan.pricing_policies = [], billing, delivery, []
            group.plans.append(plan)
        session.add(group)
        session.execute(update(ContractLine).values(selling_plan_gid="plan-0"))
    with till.ctx.db.session() as session:
        contract = till.whole_contract()
        offered = rhythm.offered(session, contract)
        assert [(each.name, each.is_now) for each in offered] == [
            ("Monthly", True),
            ("Weekly", False),
            ("Mondays", False),
        ]
        assert rhythm.on_plan(session, contract, "plan-3") == rhythm.on_plan(session, contract, "x") == No.NOT_OFFERED
        weekly, mondays = (rhythm.on_plan(session, contract, plan) for plan in ("plan-1", "plan-2"))
    assert not isinstance(weekly, No) and ask(till, weekly).is_done
    assert not isinstance(mondays, No) and ask(till, mondays, "r2").is_done
    anchors = there(till)["billing_policy"]["anchors"]
    assert [(each["type"], each["day"]) for each in anchors] == [("WEEKDAY", 1)]
    assert ask(till, mondays, "r3") == refused(No.ALREADY)

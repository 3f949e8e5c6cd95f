"""Changing how often a subscription comes, for billing and delivery alike; Shopify decides the new dates."""

from __future__ import annotations

from datetime import timedelta

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

"""A shopper moves all orders to another day by naming one date, unless the shop's plan or rules fix it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from shopify_app.edits.rules import store
from shopify_app.edits.rules.models import WHOLE_SHOP
from shopify_app.edits.rules.terms import FREE
from shopify_app.plans.models import SellingPlan
from tests.portal import stocked
from tests.portal.shopper import Shopper
from tests.support.app import Story


@pytest.fixture
def choosy(story: Story) -> Shopper:
    return stocked.moved_in(story)[0]


def _dates(shopper: Shopper) -> list[date]:
    """The dates of orders that are not under way yet."""
    zone = ZoneInfo(shopper.story.world.shops[shopper.story.shop_domain]["zone"])
    with shopper.story.ctx.db.session():
        rows = [shopper.row(cycle["index"]) for cycle in shopper.cycles()]
    return [row.expected_at.astimezone(zone).date() for row in rows if row.start_at > shopper.story.now]


def test_all_orders_come_on_the_day_of_the_date_named_and_back(choosy: Shopper) -> None:
    before = _dates(choosy)
    to = before[0] + timedelta(days=3)
    look = choosy.deed("move_all", preview=True, to=to.isoformat()).json()
    assert look["possible"] and choosy.options()["move_all"]["reason"] is None
    for wrong in ("2026-02-30", "soon", "1999-01-01"):
        refused = choosy.deed("move_all", "tap-all00000", to=wrong)
        assert (refused.status_code, refused.json()["field"]) == (422, "to")
    done, again = (choosy.deed("move_all", "tap-all00001", to=to.isoformat()) for _ in range(2))
    assert done.status_code == again.status_code == 200
    moved = _dates(choosy)
    assert {each.day for each in moved} == {to.day} and len(moved) >= 2 and moved == sorted(set(moved))
    already = choosy.deed("move_all", "tap-all00002", to=(to + timedelta(days=365)).replace(day=to.day).isoformat())
    assert (already.status_code, already.json()["code"]) == (409, "already")
    assert choosy.undo("tap-all00001").status_code == 200
    assert _dates(choosy)[0] == before[0]


def test_a_plan_or_a_rule_that_fixes_the_day_is_told_before_the_tap(choosy: Shopper) -> None:
    stocked.offer(choosy.story, 1)
    with choosy.story.ctx.db.session() as session:
        (plan,) = session.query(SellingPlan)
        plan.billing_policy = plan.billing_policy | {"anchors": [{"type": "MONTHDAY", "day": 15}]}
    assert choosy.options()["move_all"]["reason"]["code"] == "fixed_by_plan"
    refused = choosy.deed("move_all", "tap-all00003", to="2027-01-05")
    assert (refused.status_code, refused.json()["code"]) == (409, "fixed_by_plan")
    with choosy.story.ctx.db.session() as session:
        (plan,) = session.query(SellingPlan)
        plan.billing_policy = {"interval": "MONTH", "intervalCount": 1}
        rules = replace(FREE, closed=frozenset({"frequency"}))
        store.change(session, choosy.story.shop.id, WHOLE_SHOP, rules, "merchant:1", choosy.story.now)
    assert choosy.options()["move_all"]["possible"] is False
    assert choosy.deed("move_all", "tap-all00004", to="2027-01-05").status_code == 409

"""What Shopify lists as ours is mirrored, and what a plan's group offers is read from there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sandbox.shopify import selling_plans
from sandbox.shopify.registry import gid
from shopify_app.kit.clock import machine_now
from shopify_app.plans import door, mirror, queries, refresh
from tests.billing.till import Till

WEEKLY: dict[str, Any] = {"name": "Weekly", "interval": "WEEK", "interval_count": 1, "percentage": 10}
PREPAID: dict[str, Any] = {
    "name": "Three months prepaid",
    "interval": "MONTH",
    "interval_count": 3,
    "delivery_interval": "MONTH",
    "delivery_count": 1,
    "min_cycles": 2,
    "cutoff": 3,
    "anchors": [{"type": "MONTHDAY", "day": 15, "month": None, "cutoffDay": None}],
    "pricing": [
        {"type": "FIXED_AMOUNT", "value": "6.00", "after_cycle": None},
        {"type": "PRICE", "value": "30", "after_cycle": 4},
    ],
}


@pytest.fixture
def group(till: Till) -> dict[str, Any]:
    return _make(till, WEEKLY, PREPAID)


def _make(till: Till, *plans: dict[str, Any], **values: Any) -> dict[str, Any]:
    with till.sandbox.world.locked():
        products = [row["id"] for row in till.sandbox.world.of("products", till.domain)]
        world = till.sandbox.world
        return selling_plans.create(world, till.domain, "Save", products, [dict(p) for p in plans], **values)


def _offered(till: Till, plan: str | None) -> tuple[queries.Option, ...]:
    with till.ctx.db.session() as session:
        return queries.options(session, till.shop_id, plan)


def test_the_plans_of_a_group_are_offered_with_their_terms(till: Till, group: dict[str, Any]):
    _make(till, WEEKLY, owner=selling_plans.OTHER)
    refresh.refresh(till.ctx, till.shop_id)
    with till.ctx.db.session() as session:
        (found,) = queries.groups(session, till.shop_id)
        assert found.products == [{"gid": found.products[0]["gid"], "title": "House Blend", "price": "14.0"}]
    prepaid = gid("SellingPlan", group["plans"][1]["id"])
    weekly, other = _offered(till, prepaid)
    assert (weekly.name, weekly.is_current, other.plan_gid, other.is_current) == ("Weekly", False, prepaid, True)
    assert weekly.pricing_policies == ({"after": 0, "type": "PERCENTAGE", "value": "10.0"},)
    assert other.billing_policy == {
        "interval": "MONTH",
        "intervalCount": 3,
        "minCycles": 2,
        "maxCycles": None,
        "anchors": [{"type": "MONTHDAY", "day": 15, "month": None, "cutoffDay": None}],
    }
    assert (other.delivery_policy["intervalCount"], other.delivery_policy["cutoff"]) == (1, 3)
    assert [(step["after"], step["type"], step["value"]) for step in other.pricing_policies] == [
        (0, "FIXED_AMOUNT", "6.0"),
        (4, "PRICE", "30.0"),
    ]
    assert _offered(till, gid("SellingPlan", 1)) == _offered(till, None) == ()


def test_what_is_taken_off_sale_is_no_longer_offered(till: Till, group: dict[str, Any]):
    refresh.refresh(till.ctx, till.shop_id)
    weekly = gid("SellingPlan", group["plans"][0]["id"])
    groups = till.sandbox.world.of("selling_plan_groups", till.domain)
    with till.sandbox.world.locked():
        groups.put({**group, "plans": group["plans"][1:]})
    assert door.run(till.ctx) == 1
    assert [option.name for option in _offered(till, weekly)] == ["Three months prepaid"], "who is on it may leave it"
    with till.sandbox.world.locked():
        groups.delete(group["id"])
    refresh.refresh(till.ctx, till.shop_id)
    assert _offered(till, weekly) == ()


def test_a_reading_that_was_asked_for_earlier_never_overwrites_a_later_one(till: Till, group: dict[str, Any]):
    reading = refresh.read(till.ctx, till.shop_id)
    with till.ctx.db.session() as session:
        assert mirror.apply(session, till.shop_id, reading.groups, reading.asked_at, till.now)
        earlier = machine_now() - timedelta(minutes=1)
        assert not mirror.apply(session, till.shop_id, [], earlier, till.now)
        assert len(queries.groups(session, till.shop_id)) == 1


def test_products_beyond_a_page_are_read_too(till: Till, group: dict[str, Any]):
    from sandbox.shopify import products

    with till.sandbox.world.locked():
        world = till.sandbox.world
        more = [products.create(world, till.domain, f"Roast {n}")["id"] for n in range(60)]
        world.of("selling_plan_groups", till.domain).put({**group, "product_ids": group["product_ids"] + more})
    (found,) = refresh.read(till.ctx, till.shop_id).groups
    assert len(found.products) == 61

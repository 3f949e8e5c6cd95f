"""Bought at a price for the first orders: the shopper is told what follows, when, and pays just that."""

from __future__ import annotations

from datetime import timedelta

from sandbox.faces.storefront import buying
from sandbox.seeds import tiny
from sandbox.shopify import customers, selling_plans
from tests.portal.shopper import Shopper
from tests.support.app import Story

TRIAL = [
    {"type": "PRICE", "value": "10.00", "after_cycle": None},
    {"type": "PERCENTAGE", "value": "0", "after_cycle": 2},
]


def _subscribe(story: Story) -> Shopper:
    """Somebody subscribes at the checkout: two orders at $10.00, then $14.00, and each time $4.50 for shipping."""
    made = tiny.grow(story.world, contracts=0)
    plan = {"name": "Weekly", "interval": "WEEK", "interval_count": 1, "pricing": TRIAL}
    with story.world.locked():
        group = selling_plans.create(story.world, made.shop, "Save", [made.product["id"]], [plan])
        person = customers.create(story.world, made.shop, first_name="Ada", email="ada@rosebud-shopper.net")
        line = {"variant": made.variant["id"], "plan": group["plans"][0]["id"], "quantity": 1}
        (contract,) = buying.buy(story.world, made.shop, [line], person)
    story.install()
    return Shopper(story, contract["id"], person["id"], 0)


def test_a_trial_price_is_told_from_the_checkout_on_and_ends_as_it_was_told(story: Story) -> None:
    shopper = _subscribe(story)
    own = f"/contracts/{shopper.contract}"
    cycles = shopper.cycles()
    assert [each["total"]["amount"] for each in cycles[:3]] == ["14.50", "18.50", "18.50"]
    (change,) = shopper.get(own)["price_changes"]
    assert (change["title"], change["orders"], change["from"]) == ("House Blend", 2, cycles[1]["date"])
    assert (change["price"]["amount"], change["later"]["amount"]) == ("10.00", "14.00")
    story.advance(timedelta(days=8), step=timedelta(days=8))
    assert shopper.get(own)["price_changes"] == []
    assert shopper.get(own)["lines"][0]["price"]["amount"] == "14.00"
    told = [each["words"] for each in shopper.get(f"{own}/timeline")["entries"]]
    assert "The price changed as agreed with the plan: House Blend (250 g): $14.00." in told
    story.advance(timedelta(days=7), step=timedelta(days=7))
    assert [each["amount"] for each in story.world.ledger.payments()][-2:] == ["14.50", "18.50"]

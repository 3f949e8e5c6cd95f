"""A shop in which there is something to choose from: another coffee, another rhythm, a code, another card."""

from __future__ import annotations

from collections.abc import Sequence

from sandbox.seeds import tiny
from sandbox.shopify import discount_codes, payment_methods, products
from shopify_app.contracts.models import ContractLine
from shopify_app.edits.contract import goods, payment_method
from shopify_app.kit.clock import machine_now
from shopify_app.kit.gid import gid
from shopify_app.plans.models import SellingPlan, SellingPlanGroup
from tests.portal.shopper import Shopper
from tests.support.app import Story


def moved_in(
    story: Story, shoppers: int = 1, statuses: Sequence[str] = (), sizes: Sequence[int] = (500,)
) -> list[Shopper]:
    """So many shoppers with a House Blend each, in a shop that also sells a Dark Roast, in `sizes` (grams).

    Then one more for each of the `statuses`, whose subscription stands so.
    """
    made = tiny.grow(story.world, contracts=shoppers)
    dark = products.create(story.world, made.shop, "Dark Roast")
    variant, *more = (
        products.add_variant(story.world, made.shop, dark, f"{size} g", "9.00", sku=f"DR-{size}", available=10)
        for size in sizes
    )
    for code in ("SAVE10", "AGAIN5"):
        discount_codes.create(story.world, made.shop, code, percentage=10)
    for contract in made.contracts:
        payment_methods.create(story.world, made.shop, contract["customer_id"], "card", name="Card Holder")
    mine = [*made.contracts, *(tiny.add_contract(story.world, made.shop, status=each) for each in statuses)]
    other = tiny.add_contract(story.world, made.shop, variant["id"])
    story.install()
    for each in (made.variant, variant, *more):
        assert goods.learn(story.ctx, story.shop.id, gid("ProductVariant", each["id"])) is None
    return [Shopper(story, each["id"], each["customer_id"], other["id"]) for each in mine]


def knows_cards(shopper: Shopper) -> None:
    """Let the mirror know all of a shopper's payment methods."""
    payment_method.read_again(shopper.story.ctx, shopper.story.shop.id, gid("Customer", shopper.customer))


def offer(story: Story, *months: int, bought: int = 0) -> None:
    """Let the mirror have plans of every so many months, and let everybody have bought the one in that place."""
    with story.world.locked():
        contracts = story.world.of("contracts", story.shop_domain)
        for row in contracts.all():
            row["lines"][0]["selling_plan_id"] = 7 + bought
            contracts.put(row)
    with story.ctx.db.session() as session:
        values = {"options": [], "shop_id": story.shop.id, "name": "Coffee"}
        group = SellingPlanGroup(**values, shopify_gid=gid("SellingPlanGroup", 7), merchant_code="c", products=[])
        group.shopify_created_at = group.read_at = machine_now()
        group.plans = [_plan(place, count, values) for place, count in enumerate(months)]
        session.add(group)
        session.query(ContractLine).update({"selling_plan_gid": gid("SellingPlan", 7 + bought)})


def _plan(place: int, count: int, values: dict[str, object]) -> SellingPlan:
    policy = {"interval": "MONTH", "intervalCount": count}
    terms = {"billing_policy": policy, "delivery_policy": policy, "pricing_policies": []}
    return SellingPlan(**values, **terms, shopify_gid=gid("SellingPlan", 7 + place), position=place)

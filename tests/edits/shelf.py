"""A shop that sells two coffees on a plan with a tenth off, for stories about items."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import update

from sandbox.shopify import pricing, products
from sandbox.shopify.registry import gid
from shopify_app.catalog import mirror
from shopify_app.contracts.models import Contract
from shopify_app.edits.contract import goods
from shopify_app.edits.contract.answers import No
from shopify_app.edits.contract.lines import Add, Swap
from shopify_app.gateways.shopify.products import fetch_variants
from shopify_app.shops.models import Shop
from shopify_app.shops.tokens import with_client
from tests.billing.till import Till
from tests.edits.desk import put_there, there

PLAN = gid("SellingPlan", 77)


@dataclass
class Shelf:
    """The two variants by gid; a bag is $14.00 and $20.00 in the shop, a tenth less in the subscription."""

    till: Till
    house: str
    harbor: str

    @property
    def line(self) -> str:
        return self.till.whole_contract().lines[0].shopify_gid

    def swap(self, variant: str) -> Swap | No:
        with self.till.ctx.db.session() as session:
            contract = session.get_one(Contract, self.till.contract().id)
            return goods.swap(session, contract, contract.lines[0].shopify_gid, variant)

    def add(self, variant: str, quantity: int = 1) -> Add | No:
        with self.till.ctx.db.session() as session:
            return goods.add(session, session.get_one(Contract, self.till.contract().id), variant, quantity)


def stock(till: Till, *, currency: str = "USD") -> Shelf:
    """Fill the shelf at Shopify and in our mirror."""
    world, shop = till.sandbox.world, till.domain
    with world.locked():
        house = world.of("variants", shop).all()[0]
        product = products.create(world, shop, "Harbor Dark")
        harbor = products.add_variant(world, shop, product, "250 g", "20.00", sku="HD-250")
        line = there(till)["lines"][0]
        line |= {"price": "12.60", "pricing": pricing.percent_off("14.00", 10)}
        line |= {"selling_plan_id": 77, "selling_plan_name": "Monthly"}
    put_there(till, lines=[line], revision_id=there(till)["revision_id"] + 1)
    gids = [gid("ProductVariant", row["id"]) for row in (house, harbor)]
    found, _ = with_client(till.ctx, till.shop_id, lambda client: fetch_variants(client, gids))
    with till.ctx.db.session() as session:
        session.execute(update(Shop).values(currency=currency))
        for snapshot in found.values():
            mirror.apply_variant(session, till.shop_id, snapshot)
    till.mirror()
    return Shelf(till, *gids)

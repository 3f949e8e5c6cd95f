"""A shopper subscribes at checkout: the origin order is paid, the contract follows by webhook.

Checkout's own charge is no billing attempt and covers no cycle: cycle 1 is the first *recurring* charge.
"""

from __future__ import annotations

from typing import Any

from sandbox.shopify import contracts, customers, orders, payment_methods
from sandbox.shopify.times import rest_money
from sandbox.world import World
from sandbox.world.store import Row

OPTIONS = (
    "variant_id",
    "interval",
    "interval_count",
    "quantity",
    "email",
    "first_name",
    "last_name",
    "anchors",
    "currency",
    "price",
)
ADDRESS = {
    "address1": "12 Elm Street",
    "city": "Portland",
    "province": "Maine",
    "province_code": "ME",
    "country": "United States",
    "country_code": "US",
    "zip": "04101",
}


def buy(world: World, shop: str, **asked: Any) -> Row:
    """Make customer, payment method, origin order and contract. Raises KeyError for an unknown variant."""
    interval, count = asked.get("interval", "MONTH"), asked.get("interval_count", 1)
    variant = asked.get("variant_id") or world.of("variants", shop).all()[0]["id"]
    person = _customer(world, shop, asked)
    method = payment_methods.create(world, shop, person["id"], name="Card Holder")
    policy = contracts.policy(interval, count, anchors=asked.get("anchors", []))
    line = contracts.line(world, shop, variant, asked.get("quantity", 1), asked.get("price"))
    return subscribe(world, shop, person, method, policy, [line], currency=asked.get("currency"))


def subscribe(
    world: World,
    shop: str,
    person: Row,
    method: Row,
    policy: Row,
    lines: list[Row],
    *,
    currency: str | None = None,
    silent: bool = False,
    **values: Any,
) -> Row:
    """The contract and its origin order, which comes first at Shopify too."""
    delivery = {"title": "Standard", "address": person["address"]}
    wanted: Row = {
        "customer_id": person["id"],
        "payment_method_id": method["id"],
        "billing_policy": policy,
        "lines": lines,
        "currency": currency or world.shops[shop]["currency"],
        "delivery": delivery,
        "delivery_price": rest_money("4.50"),
        **values,
    }
    order = orders.place(world, shop, {"note": None, **wanted}, source="web")
    contract = contracts.create(world, shop, silent=silent, origin_order_id=order["id"], **wanted)
    order["contract_id"] = contract["id"]
    for line in order["lines"]:
        line["contract_id"] = contract["id"]
    world.of("orders", shop).put(order)
    return contract


def _customer(world: World, shop: str, asked: dict[str, Any]) -> Row:
    email = asked.get("email")
    known = next((c for c in world.of("customers", shop) if email and c["email"] == email), None)
    if known:
        return known
    number = len(world.of("customers", shop)) + 1
    first, last = asked.get("first_name", "Alex"), asked.get("last_name", f"Marsh {number}")
    return customers.create(
        world,
        shop,
        first_name=first,
        last_name=last,
        email=email or f"shopper{number}@rosebud-shopper.net",
        address={**ADDRESS, "first_name": first, "last_name": last},
    )

"""A cart becomes orders and contracts, as at Shopify's checkout.

Doubt: at Shopify a cart with several plans makes one order and several contracts; here each plan has an order of its
own, and so has what is bought once.
"""

from __future__ import annotations

from sandbox.faces.storefront import prices
from sandbox.faces.storefront.objects import find_plan
from sandbox.shopify import checkout, contracts, customers, orders, payment_methods
from sandbox.shopify.times import rest_money
from sandbox.world import World
from sandbox.world.store import Row


def buyer(world: World, shop: str, known: int | None, form: dict[str, str]) -> Row:
    """Who is signed in, else who has this mail address, else somebody new with the address of the form."""
    if known is not None:
        return world.of("customers", shop)[known]
    email = form["email"].strip().lower()
    found = next((one for one in world.of("customers", shop) if one["email"] == email), None)
    if found:
        return found
    names = {name: form.get(name, "").strip() or None for name in ("first_name", "last_name")}
    address = {**checkout.ADDRESS, **names, "address1": form["address1"], "city": form["city"], "zip": form["zip"]}
    return customers.create(world, shop, email=email, address=address, **names)


def buy(world: World, shop: str, lines: list[Row], person: Row) -> list[Row]:
    """Place the orders; return the contracts, one for each plan."""
    method = payment_methods.create(world, shop, person["id"], name="Card Holder")
    by_plan: dict[int | None, list[Row]] = {}
    for line in lines:
        by_plan.setdefault(line["plan"], []).append(line)
    made = []
    for plan_id, own in by_plan.items():
        if plan_id is None:
            _buy_once(world, shop, own, person, method)
        else:
            made.append(_subscribe(world, shop, own, plan_id, person, method))
    return made


def _subscribe(world: World, shop: str, lines: list[Row], plan_id: int, person: Row, method: Row) -> Row:
    first = world.of("variants", shop)[lines[0]["variant"]]
    plan = find_plan(world, shop, first, plan_id)
    if plan is None:
        raise KeyError(f"plan {plan_id}")
    rest = {name: plan[name] for name in ("anchors", "min_cycles", "max_cycles", "cutoff") if plan.get(name)}
    billing = contracts.policy(plan["interval"], plan["interval_count"], **rest)
    every = (plan.get("delivery_interval", plan["interval"]), plan.get("delivery_count", plan["interval_count"]))
    delivery = contracts.policy(*every, **rest)
    bought = [_line(world, shop, line, plan) for line in lines]
    return checkout.subscribe(world, shop, person, method, billing, bought, delivery_policy=delivery)


def _line(world: World, shop: str, line: Row, plan: Row) -> Row:
    base = world.of("variants", shop)[line["variant"]]["price"]
    steps = prices.steps(plan, base)
    return contracts.line(
        world,
        shop,
        line["variant"],
        line["quantity"],
        str(prices.first_price(plan, base)),
        selling_plan_id=plan["id"],
        selling_plan_name=plan["name"],
        pricing={"base": base, "steps": steps} if steps else None,
    )


def _buy_once(world: World, shop: str, lines: list[Row], person: Row, method: Row) -> None:
    wanted: Row = {
        "customer_id": person["id"],
        "payment_method_id": method["id"],
        "billing_policy": contracts.policy("MONTH", 1),
        "delivery_policy": contracts.policy("MONTH", 1),
        "lines": [contracts.line(world, shop, line["variant"], line["quantity"]) for line in lines],
        "currency": world.shops[shop]["currency"],
        "delivery": {"title": "Standard", "address": person["address"]},
        "delivery_price": rest_money("4.50"),
        "discounts": [],
        "note": None,
    }
    orders.place(world, shop, wanted, source="web")

"""Tiny worlds for tests: one shop, one product, as many contracts as asked for, at a frozen instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sandbox.shopify import (
    checkout,
    contracts,
    customers,
    fulfillment_orders,
    installs,
    payment_methods,
    products,
    shops,
)
from sandbox.world import World
from sandbox.world.store import Row

START = datetime(2026, 12, 1, 9, tzinfo=UTC)
SHOP = "rosebud-coffee.myshopify.com"


@dataclass
class Tiny:
    """What a tiny world was made of."""

    shop: str
    product: Row
    variant: Row
    contracts: list[Row]


def grow(
    world: World,
    *,
    shop: str = SHOP,
    contracts: int = 1,
    at: str | datetime = START,
    zone: str = "America/New_York",
    currency: str = "USD",
    installed: bool = True,
    **contract: Any,
) -> Tiny:
    """One shop with one product and ``contracts`` contracts alike. Further keywords go to ``add_contract``."""
    if not len(world.shops):
        world.clock.freeze(datetime.fromisoformat(at) if isinstance(at, str) else at)
    shops.create(
        world,
        shop,
        name=shop.split(".")[0].replace("-", " ").title(),
        zone=zone,
        currency=currency,
        currencies=sorted({currency, "USD", "CAD", "EUR"}),
    )
    product = products.create(world, shop, "House Blend")
    variant = products.add_variant(world, shop, product, "250 g", "14.00", sku="HB-250", available=1_000)
    made = [add_contract(world, shop, variant["id"], **contract) for _ in range(contracts)]
    if installed:  # last, so that the app hears of what happens from now on only
        installs.install(world, shop)
    return Tiny(shop, product, variant, made)


def add_contract(
    world: World,
    shop: str,
    variant_id: int | None = None,
    *,
    interval: str = "MONTH",
    interval_count: int = 1,
    created_at: str | datetime | None = None,
    currency: str | None = None,
    mail: bool = True,
    quantity: int = 1,
    silent: bool = True,
    payment: str = "card",
    policy: dict[str, Any] | None = None,
    **values: Any,
) -> Row:
    """A contract bought at checkout at ``created_at`` (now). ``mail=False``: a customer whose protected data the
    app may not see. ``policy`` adds anchors, max_cycles, cutoff; other keywords go to the contract's row."""
    variant = variant_id or world.of("variants", shop).all()[0]["id"]
    person = _person(world, shop, mail)
    method = payment_methods.create(world, shop, person["id"], payment, name="Card Holder")
    made = contracts.policy(interval, interval_count, **(policy or {}))
    row = checkout.subscribe(
        world,
        shop,
        person,
        method,
        made,
        [contracts.line(world, shop, variant, quantity)],
        currency=currency,
        silent=silent,
    )
    if created_at is not None:
        at = created_at if isinstance(created_at, str) else created_at.isoformat()
        row.update(created_at=at, updated_at=at)
        order = world.of("orders", shop)[row["origin_order_id"]]
        world.of("orders", shop).put({**order, "created_at": at, "updated_at": at})
    row.update(values)
    fulfillment_orders.schedule(world, shop, world.of("orders", shop)[row["origin_order_id"]], row)
    return world.of("contracts", shop).put(row)


def _person(world: World, shop: str, mail: bool) -> Row:
    if not mail:
        return customers.create(world, shop)
    number = len(world.of("customers", shop)) + 1
    address = {**checkout.ADDRESS, "first_name": "Alex", "last_name": f"Marsh {number}"}
    return customers.create(
        world,
        shop,
        first_name="Alex",
        last_name=f"Marsh {number}",
        email=f"shopper{number}@rosebud-shopper.net",
        address=address,
    )

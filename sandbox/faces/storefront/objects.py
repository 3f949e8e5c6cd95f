"""The Liquid objects that a theme's block reads, by Shopify's names (Shopify docs: Liquid objects)."""

from __future__ import annotations

from typing import Any

from sandbox.faces.storefront import prices
from sandbox.shopify import selling_plans, stock
from sandbox.world import World
from sandbox.world.store import Row

Liquid = dict[str, Any]


def product(world: World, shop: str, row: Row, *, variant: int | None = None, plan: int | None = None) -> Liquid:
    """The ``product`` of a product page; ``variant`` and ``plan`` are those its address names."""
    groups = _groups(world, shop, row)
    variants = [each for each in world.of("variants", shop) if each["product_id"] == row["id"]]
    views = [_variant(world, shop, each, groups, row) for each in sorted(variants, key=lambda one: one["position"])]
    named = next((one for one in views if one["id"] == variant), None)
    first = named or next((one for one in views if one["available"]), views[0])
    offered = [_group(each) for each in groups]
    plans = [one for group in offered for one in group["selling_plans"]]
    return {
        "id": row["id"],
        "title": row["title"],
        "handle": row["handle"],
        "variants": views,
        "selected_or_first_available_variant": first,
        "selling_plan_groups": offered,
        "selected_selling_plan": next((one for one in plans if one["id"] == plan), None),
        "requires_selling_plan": bool(row.get("requires_selling_plan")),
        "available": any(one["available"] for one in views),
    }


def cart(world: World, shop: str, lines: list[Row]) -> Liquid:
    """The ``cart``. Each of ``lines`` has variant, plan (or None) and quantity."""
    items = [_item(world, shop, line) for line in lines]
    return {
        "items": items,
        "item_count": sum(one["quantity"] for one in items),
        "total_price": sum(one["final_line_price"] for one in items),
    }


def find_plan(world: World, shop: str, variant: Row, plan_id: int | None) -> Row | None:
    """The plan of that number, if the variant is sold on it."""
    groups = [one for one in world.of("selling_plan_groups", shop) if selling_plans.applies_to(one, variant)]
    return next((plan for group in groups for plan in group["plans"] if plan["id"] == plan_id), None)


def is_available(world: World, shop: str, variant: Row) -> bool:
    """Whether it can be bought: in stock, or sold on without."""
    return variant["inventory_policy"] == "CONTINUE" or stock.available(world, shop, variant["inventory_item_id"]) > 0


def _item(world: World, shop: str, line: Row) -> Liquid:
    variant = world.of("variants", shop)[line["variant"]]
    own = product(world, shop, world.of("products", shop)[variant["product_id"]], variant=variant["id"])
    view = own["selected_or_first_available_variant"]
    allocation = next((a for a in view["selling_plan_allocations"] if a["selling_plan"]["id"] == line["plan"]), None)
    price = allocation["price"] if allocation else view["price"]
    return {
        "product": own,
        "variant": view,
        "quantity": line["quantity"],
        "selling_plan_allocation": allocation,
        "final_line_price": price * line["quantity"],
    }


def _groups(world: World, shop: str, row: Row) -> list[Row]:
    """The groups of a product, and those of single variants of it (doubt: whether Liquid's product has these too)."""
    own = [each for each in world.of("variants", shop) if each["product_id"] == row["id"]]
    found = [
        one
        for one in world.of("selling_plan_groups", shop)
        if row["id"] in one["product_ids"] or any(selling_plans.applies_to(one, each) for each in own)
    ]
    return sorted(found, key=lambda one: (one.get("position", 1), one["id"]))


def _plans(group: Row) -> list[Row]:
    return sorted(group["plans"], key=lambda plan: (plan["position"], plan["id"]))


def _group(group: Row) -> Liquid:
    plans = [_plan(plan, group) for plan in _plans(group)]
    return {"id": str(group["id"]), "name": group["name"], "selling_plans": plans}


def _plan(plan: Row, group: Row) -> Liquid:
    # no rhythm: Shopify's Liquid does not tell how often a plan delivers
    return {
        "id": plan["id"],
        "group_id": str(group["id"]),
        "name": plan["name"],
        "description": plan.get("description"),
        "options": [{"name": "Deliver every", "value": value} for value in selling_plans.options_of(plan)],
        "recurring_deliveries": True,
        "price_adjustments": _adjustments(plan),
    }


def _adjustments(plan: Row) -> list[Liquid]:
    """Its price steps (Shopify docs, Liquid: selling_plan_price_adjustment); the last one holds from then on."""
    found = selling_plans.pricing_of(plan)
    ends = [*(each["after_cycle"] for each in found[1:]), None][: len(found)]  # a plan at the full price has no step
    return [
        {"position": at, "order_count": end, "value": step["value"], "value_type": step["type"].lower()}
        for at, (step, end) in enumerate(zip(found, ends, strict=True), 1)
    ]


def _variant(world: World, shop: str, row: Row, groups: list[Row], product_row: Row) -> Liquid:
    return {
        "id": row["id"],
        "title": row["title"],
        "sku": row["sku"],
        "price": prices.cents(row["price"]),
        "available": is_available(world, shop, row),
        "requires_selling_plan": bool(product_row.get("requires_selling_plan")),
        "selling_plan_allocations": [
            _allocation(plan, group, row)
            for group in groups
            if selling_plans.applies_to(group, row)
            for plan in _plans(group)
        ],
    }


def _allocation(plan: Row, group: Row, variant: Row) -> Liquid:
    price = prices.cents(prices.first_price(plan, variant["price"]))
    return {
        "price": price,
        "per_delivery_price": price,
        "compare_at_price": prices.cents(variant["price"]),
        "price_adjustments": [
            {"position": at, "price": prices.cents(step["price"])}
            for at, step in enumerate(prices.steps(plan, variant["price"]), 1)
        ],
        "selling_plan": _plan(plan, group),
    }

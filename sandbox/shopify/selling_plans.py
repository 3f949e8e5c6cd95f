"""Selling plan groups, as far as a contract's lines refer to them. Contracts keep copies of the policies."""

from __future__ import annotations

from typing import Any

from sandbox.shopify.connections import connection
from sandbox.shopify.registry import Ctx, View, gid, gid_key, node, query
from sandbox.shopify.times import graphql_time
from sandbox.world import World
from sandbox.world.store import Row


def create(world: World, shop: str, name: str, product_ids: list[int], plans: list[Row]) -> Row:
    """A group. Each plan: name, interval, interval_count, delivery_interval, delivery_count, percentage, anchors."""
    at = world.now().isoformat()
    for position, plan in enumerate(plans, 1):
        plan.update(id=world.store.next_id("SellingPlan"), position=position)
    row = {
        "name": name,
        "merchant_code": name.lower().replace(" ", "-"),
        "product_ids": product_ids,
        "plans": plans,
        "created_at": at,
    }
    return world.of("selling_plan_groups", shop).add(row)


@query("sellingPlanGroup")
@node("SellingPlanGroup")
def _group(ctx: Ctx, id: str) -> View | None:
    row = ctx.of("selling_plan_groups").get(gid_key("SellingPlanGroup", id))
    return view(row) if row else None


@query("sellingPlanGroups")
def _groups(ctx: Ctx, query: str | None = None, sortKey: str = "ID", **page: Any) -> View:
    return connection(ctx.of("selling_plan_groups").all(), view, **page)


def view(row: Row) -> View:
    """The SellingPlanGroup object."""
    from sandbox.shopify import products

    return {
        "__typename": "SellingPlanGroup",
        "id": gid("SellingPlanGroup", row["id"]),
        "name": row["name"],
        "merchantCode": row["merchant_code"],
        "description": None,
        "summary": f"{len(row['plans'])} selling plans",
        "options": ["Deliver every"],
        "position": 1,
        "appId": None,
        "createdAt": graphql_time(row["created_at"]),
        "sellingPlans": lambda ctx, **page: connection(row["plans"], lambda plan: plan_view(plan, row), **page),
        "products": lambda ctx, **page: connection(
            [p for p in ctx.of("products") if p["id"] in row["product_ids"]], products.view, **page
        ),
        "productsCount": {"__typename": "Count", "count": len(row["product_ids"]), "precision": "EXACT"},
    }


def plan_view(plan: Row, group: Row) -> View:
    """The SellingPlan object."""
    at = graphql_time(group["created_at"])
    anchors = [{"__typename": "SellingPlanAnchor", **a} for a in plan.get("anchors", [])]
    return {
        "__typename": "SellingPlan",
        "id": gid("SellingPlan", plan["id"]),
        "name": plan["name"],
        "description": None,
        "options": [plan["name"]],
        "position": plan["position"],
        "category": "SUBSCRIPTION",
        "createdAt": at,
        "billingPolicy": {
            "__typename": "SellingPlanRecurringBillingPolicy",
            "interval": plan["interval"],
            "intervalCount": plan["interval_count"],
            "anchors": anchors,
            "minCycles": None,
            "maxCycles": None,
            "createdAt": at,
        },
        "deliveryPolicy": {
            "__typename": "SellingPlanRecurringDeliveryPolicy",
            "createdAt": at,
            "anchors": anchors,
            "interval": plan.get("delivery_interval", plan["interval"]),
            "intervalCount": plan.get("delivery_count", plan["interval_count"]),
            "cutoff": plan.get("cutoff"),
            "intent": "FULFILLMENT_BEGIN",
            "preAnchorBehavior": "ASAP",
        },
        "inventoryPolicy": {"__typename": "SellingPlanInventoryPolicy", "reserve": "ON_SALE"},
        "pricingPolicies": [_pricing(plan, at)] if plan.get("percentage") else [],
    }


def _pricing(plan: Row, at: str | None) -> View:
    value = {"__typename": "SellingPlanPricingPolicyPercentageValue", "percentage": float(plan["percentage"])}
    return {
        "__typename": "SellingPlanFixedPricingPolicy",
        "adjustmentType": "PERCENTAGE",
        "adjustmentValue": value,
        "createdAt": at,
    }

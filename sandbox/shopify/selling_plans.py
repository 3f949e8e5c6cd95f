"""Selling plan groups: what a shop offers, and how they are read. Contracts keep copies of the policies.

Writing them is in ``selling_plan_mutations``. A group is its app's: others neither find nor change it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sandbox.shopify import payloads
from sandbox.shopify.connections import connection
from sandbox.shopify.registry import Ctx, View, gid, gid_key, node, query
from sandbox.shopify.search import instant, matching
from sandbox.shopify.times import graphql_time, money
from sandbox.world import World
from sandbox.world.store import Row

OTHER = "other"
"""``owner`` of a group that another app made."""
FILTERS = {
    "id": lambda row: row["id"],
    "name": lambda row: row["name"],
    "created_at": instant("created_at"),
    "app_id": lambda row: ["ALL"] if is_others(row) else ["ALL", "CURRENT"],
}
SORTS = {"ID": "id", "CREATED_AT": "created_at", "NAME": "name"}


def create(
    world: World,
    shop: str,
    name: str,
    product_ids: list[int],
    plans: list[Row],
    *,
    silent: bool = True,
    **values: Any,
) -> Row:
    """A group. Each plan needs name, interval and interval_count; it may bring delivery_interval, delivery_count,
    anchors, cutoff, min_cycles, max_cycles, and percentage or pricing (see ``pricing_of``)."""
    row: Row = {
        "name": name,
        "merchant_code": name.lower().replace(" ", "-"),
        "description": None,
        "options": ["Deliver every"],
        "position": 1,
        "app_id": None,
        "owner": None,
        "product_ids": product_ids,
        "variant_ids": [],
        "plans": [],
        "created_at": world.now().isoformat(),
        **values,
    }
    row["plans"] = [numbered(world, plan, position) for position, plan in enumerate(plans, 1)]
    world.of("selling_plan_groups", shop).add(row)
    if not silent:
        tell(world, shop, "create", row)
    return row


def numbered(world: World, plan: Row, position: int) -> Row:
    """A new plan with its id; a position of its own is kept."""
    plan["id"] = world.store.next_id("SellingPlan")
    plan["position"] = plan.get("position") or position
    return plan


def tell(world: World, shop: str, verb: str, row: Row) -> None:
    """``selling_plan_groups/{create,update,delete}``."""
    world.emit(shop, f"selling_plan_groups/{verb}", payloads.selling_plan_group(row, is_others(row), verb))


def is_others(row: Row) -> bool:
    """Whether another app made the group."""
    return row.get("owner") == OTHER


def applies_to(group: Row, variant: Row) -> bool:
    """Whether a variant is sold with a group: by itself, or with its whole product."""
    return variant["product_id"] in group["product_ids"] or variant["id"] in group.get("variant_ids", [])


def options_of(plan: Row) -> list[str]:
    """What the shopper chooses for this plan; its name where nothing was said."""
    return list(plan.get("options") or [plan["name"]])


def pricing_of(plan: Row) -> list[Row]:
    """The pricing policies: type (PERCENTAGE, FIXED_AMOUNT, PRICE), value (text), after_cycle (or None)."""
    if "pricing" in plan:
        return list(plan["pricing"])
    value = plan.get("percentage")
    return [{"type": "PERCENTAGE", "value": str(value), "after_cycle": None}] if value else []


@query("sellingPlanGroup")
@node("SellingPlanGroup")
def _group(ctx: Ctx, id: str) -> View | None:
    row = ctx.of("selling_plan_groups").get(gid_key("SellingPlanGroup", id))
    return view(row) if row else None


@query("sellingPlanGroups")
def _groups(ctx: Ctx, query: str | None = None, sortKey: str = "ID", **page: Any) -> View:
    """Only this app's, unless ``app_id:ALL`` is asked for (schema: the filter's default is CURRENT)."""
    rows = ctx.of("selling_plan_groups").all()
    if "app_id:" not in (query or ""):
        rows = [row for row in rows if not is_others(row)]
    return connection(matching(rows, query, FILTERS), view, order=lambda row: row[SORTS[sortKey]], **page)


def view(row: Row) -> View:
    """The SellingPlanGroup object."""
    from sandbox.shopify import products

    return {
        "__typename": "SellingPlanGroup",
        "id": gid("SellingPlanGroup", row["id"]),
        "name": row["name"],
        "merchantCode": row["merchant_code"],
        "description": row.get("description"),
        "summary": f"{len(row['plans'])} selling plans",
        "options": row.get("options", ["Deliver every"]),
        "position": row.get("position", 1),
        "appId": row.get("app_id"),
        "createdAt": graphql_time(row["created_at"]),
        "appliesToProduct": lambda ctx, productId: gid_key("Product", productId) in row["product_ids"],
        "sellingPlans": lambda ctx, **page: connection(
            sorted(row["plans"], key=lambda plan: (plan["position"], plan["id"])),
            lambda plan: plan_view(plan, row, ctx.shop_row["currency"]),
            **page,
        ),
        "products": lambda ctx, **page: connection(
            [p for p in ctx.of("products") if p["id"] in row["product_ids"]], products.view, **page
        ),
        "appliesToProductVariant": lambda ctx, productVariantId: (
            gid_key("ProductVariant", productVariantId) in row.get("variant_ids", [])
        ),
        "productVariants": lambda ctx, productId=None, **page: connection(
            _variants(ctx, row, productId), products.variant_view, **page
        ),
        "productsCount": {"__typename": "Count", "count": len(row["product_ids"]), "precision": "EXACT"},
    }


def _variants(ctx: Ctx, row: Row, product_gid: str | None) -> list[Row]:
    """The variants that are sold with a group by themselves, of one product if it is named."""
    own = [ctx.of("variants")[key] for key in row.get("variant_ids", [])]
    return [v for v in own if product_gid is None or v["product_id"] == gid_key("Product", product_gid)]


def plan_view(plan: Row, group: Row, currency: str) -> View:
    """The SellingPlan object."""
    at = graphql_time(group["created_at"])
    anchors = [{"__typename": "SellingPlanAnchor", **a} for a in plan.get("anchors", [])]
    return {
        "__typename": "SellingPlan",
        "id": gid("SellingPlan", plan["id"]),
        "name": plan["name"],
        "description": plan.get("description"),
        "options": options_of(plan),
        "position": plan["position"],
        "category": plan.get("category", "SUBSCRIPTION"),
        "createdAt": at,
        "billingPolicy": {
            "__typename": "SellingPlanRecurringBillingPolicy",
            "interval": plan["interval"],
            "intervalCount": plan["interval_count"],
            "anchors": anchors,
            "minCycles": plan.get("min_cycles"),
            "maxCycles": plan.get("max_cycles"),
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
            "preAnchorBehavior": plan.get("pre_anchor", "ASAP"),
        },
        "inventoryPolicy": {"__typename": "SellingPlanInventoryPolicy", "reserve": plan.get("reserve", "ON_SALE")},
        "pricingPolicies": [_pricing(each, at, currency) for each in pricing_of(plan)],
    }


def _pricing(policy: Row, at: str | None, currency: str) -> View:
    found = {
        "__typename": "SellingPlanFixedPricingPolicy",
        "adjustmentType": policy["type"],
        "adjustmentValue": adjustment_value(policy, currency),
        "createdAt": at,
    }
    if policy["after_cycle"] is None:
        return found
    return found | {"__typename": "SellingPlanRecurringPricingPolicy", "afterCycle": policy["after_cycle"]}


def adjustment_value(policy: Row, currency: str) -> View:
    """The union SellingPlanPricingPolicyAdjustmentValue: a percentage, or money in the shop's currency."""
    if policy["type"] == "PERCENTAGE":
        return {
            "__typename": "SellingPlanPricingPolicyPercentageValue",
            "percentage": float(Decimal(policy["value"])),
        }
    return money(policy["value"], currency)

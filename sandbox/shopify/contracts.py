"""Subscription contracts: their rows, their views, and the one place where one changes."""

from __future__ import annotations

import uuid
from copy import deepcopy
from decimal import Decimal
from typing import Any

from sandbox.shopify import delivery_view, discounts, payloads, pricing
from sandbox.shopify.connections import connection
from sandbox.shopify.registry import Ctx, View, gid, gid_key, node, query
from sandbox.shopify.search import instant, matching
from sandbox.shopify.times import graphql_time, money
from sandbox.world import World
from sandbox.world.store import Row

TERMINATED = ("CANCELLED", "EXPIRED")
FILTERS = {
    "id": lambda row: row["id"],
    "status": lambda row: row["status"],
    "customer_id": lambda row: row["customer_id"],
    "created_at": instant("created_at"),
    "updated_at": instant("updated_at"),
    "product_id": lambda row: [line["product_id"] for line in row["lines"]],
    "product_variant_id": lambda row: [line["variant_id"] for line in row["lines"]],
    "last_billing_attempt_error_type": lambda row: row["last_error_type"],
}
SORTS = {"ID": "id", "CREATED_AT": "created_at", "UPDATED_AT": "updated_at", "STATUS": "status"}
STATUS_TOPICS = {
    "ACTIVE": "subscription_contracts/activate",
    "PAUSED": "subscription_contracts/pause",
    "CANCELLED": "subscription_contracts/cancel",
    "EXPIRED": "subscription_contracts/expire",
    "FAILED": "subscription_contracts/fail",
}


def policy(interval: str, count: int, **values: Any) -> Row:
    """A billing or delivery policy. Keywords: anchors, min_cycles, max_cycles, cutoff."""
    return {
        "interval": interval,
        "interval_count": count,
        "anchors": [],
        "min_cycles": None,
        "max_cycles": None,
        "cutoff": 0,
        **values,
    }


def line(world: World, shop: str, variant_id: int, quantity: int = 1, price: str | None = None, **values: Any) -> Row:
    """A contract line: a copy of the variant as it is now. Raises KeyError for an unknown variant."""
    variant = world.of("variants", shop)[variant_id]
    product = world.of("products", shop)[variant["product_id"]]
    return {
        "id": str(uuid.UUID(int=world.store.next_id("SubscriptionLine"), version=4)),
        "variant_id": variant_id,
        "product_id": product["id"],
        "title": product["title"],
        "variant_title": variant["title"],
        "sku": variant["sku"],
        "quantity": quantity,
        "price": price or variant["price"],
        "selling_plan_id": None,
        "selling_plan_name": None,
        "attributes": [],
        "pricing": None,
        **values,
    }


def create(world: World, shop: str, *, silent: bool = False, **values: Any) -> Row:
    """A contract begins. Needed keywords: customer_id, payment_method_id, billing_policy, lines."""
    at = world.now().isoformat()
    row: Row = {
        "status": "ACTIVE",
        "created_at": at,
        "updated_at": at,
        "next_billing_date": None,
        "first_expected_at": None,
        "currency": world.shops[shop]["currency"],
        "delivery_policy": values["billing_policy"],
        "delivery": None,
        "delivery_price": "0.00",
        "note": None,
        "attributes": [],
        "discounts": [],
        "origin_order_id": None,
        "last_payment_status": None,
        "last_error_type": None,
        "under_review": False,
        "cycles": {},
        "past": [],  # cycles fixed when the billing policy last changed: [start, end, expected]
        "stops": [],  # [from, until] of each time it was not active: for the judge, not for the API
        **deepcopy(values),  # contracts made alike share nothing
    }
    # Shopify's revisions grow with gaps over all contracts; samples show numbers as large as ids
    row["revision_id"] = world.store.next_id("Revision")
    world.of("contracts", shop).add(row)
    if not silent:
        world.emit(shop, "subscription_contracts/create", payloads.contract(row))
    return row


def change(world: World, shop: str, row: Row, *, silent: bool = False, **values: Any) -> Row:
    """Change a contract: a new revision, updatedAt, and subscription_contracts/update with the status topic."""
    before = row["status"]
    row.update(values, updated_at=world.now().isoformat())
    row["revision_id"] = world.store.next_id("Revision")
    _note_stop(row, before)
    world.of("contracts", shop).put(row)
    if silent:
        return row
    if row["status"] != before:
        world.emit(shop, STATUS_TOPICS[row["status"]], payloads.contract(row))
    world.emit(shop, "subscription_contracts/update", payloads.contract(row))
    return row


def _note_stop(row: Row, before: str) -> None:
    if before == "ACTIVE" and row["status"] != "ACTIVE":
        row["stops"].append([row["updated_at"], None])
    elif before != "ACTIVE" and row["status"] == "ACTIVE" and row["stops"]:
        row["stops"][-1][1] = row["updated_at"]


@query("subscriptionContract")
@node("SubscriptionContract")
def _contract(ctx: Ctx, id: str) -> View | None:
    row = ctx.of("contracts").get(gid_key("SubscriptionContract", id))
    return view(row) if row else None


@query("subscriptionContracts")
def _contracts(ctx: Ctx, query: str | None = None, sortKey: str = "CREATED_AT", **page: Any) -> View:
    rows = matching(ctx.of("contracts").all(), query, FILTERS)
    return connection(rows, view, order=lambda row: row[SORTS[sortKey]], **page)


def view(row: Row) -> View:
    """The SubscriptionContract object."""
    return {
        "__typename": "SubscriptionContract",
        "id": gid("SubscriptionContract", row["id"]),
        "status": row["status"],
        "revisionId": str(row["revision_id"]),
        "createdAt": graphql_time(row["created_at"]),
        "updatedAt": graphql_time(row["updated_at"]),
        "nextBillingDate": graphql_time(row["next_billing_date"]),
        "currencyCode": row["currency"],
        "note": row["note"],
        "customAttributes": [{"__typename": "Attribute", **a} for a in row["attributes"]],
        **policy_views(row),
        "deliveryPrice": money(row["delivery_price"], row["currency"]),
        "deliveryMethod": delivery_view.view(row),
        "lastPaymentStatus": row["last_payment_status"],
        "lastBillingAttemptErrorType": row["last_error_type"],
        "lineCount": len(row["lines"]),
        "linesCount": {"__typename": "Count", "count": len(row["lines"]), "precision": "EXACT"},
        "lines": lambda ctx, **page: connection(row["lines"], lambda li: line_view(li, row), **page),
        "discounts": discounts.listed(row["discounts"], row),
        "app": lambda ctx: _app(ctx),
        "appAdminUrl": lambda ctx: f"{ctx.world.config.url}/contracts/{row['id']}",
        "customer": lambda ctx: customer_view(ctx, row),
        "customerPaymentMethod": lambda ctx, showRevoked=False: payment_method_view(ctx, row, showRevoked),
        "originOrder": lambda ctx: _order(ctx, row["origin_order_id"]),
        "orders": lambda ctx, **page: _orders(ctx, row, page),
        "billingAttempts": lambda ctx, **page: _attempts(ctx, row, page),
    }


def line_view(line: Row, contract: Row) -> View:
    """The SubscriptionLine object."""
    currency, whole = contract["currency"], Decimal(line["price"]) * line["quantity"]
    return {
        "__typename": "SubscriptionLine",
        "id": gid("SubscriptionLine", line["id"]),
        "title": line["title"],
        "variantTitle": line["variant_title"],
        "sku": line["sku"],
        "productId": gid("Product", line["product_id"]),
        "variantId": gid("ProductVariant", line["variant_id"]),
        "quantity": line["quantity"],
        "currentPrice": money(line["price"], currency),
        "lineDiscountedPrice": money(discounts.totals(contract).get(line["id"], whole), currency),
        "discountAllocations": lambda ctx: discounts.allocations(line, contract),
        "pricingPolicy": pricing.view(line.get("pricing"), contract["currency"]),
        "sellingPlanId": gid("SellingPlan", line["selling_plan_id"]) if line["selling_plan_id"] else None,
        "sellingPlanName": line["selling_plan_name"],
        "requiresShipping": True,
        "taxable": True,
        "customAttributes": [{"__typename": "Attribute", **a} for a in line["attributes"]],
        "variantImage": None,
        "concatenatedOriginContract": None,
    }


def policy_views(row: Row) -> View:
    """``billingPolicy`` and ``deliveryPolicy``, as far as the row has them."""
    found: View = {}
    if "billing_policy" in row:
        found["billingPolicy"] = _billing(row["billing_policy"])
    if "delivery_policy" in row:
        found["deliveryPolicy"] = _delivery(row["delivery_policy"])
    return found


def _billing(row: Row) -> View:
    return {
        **_delivery(row),
        "__typename": "SubscriptionBillingPolicy",
        "minCycles": row["min_cycles"],
        "maxCycles": row["max_cycles"],
    }


def _delivery(row: Row) -> View:
    anchors = [
        {
            "__typename": "SellingPlanAnchor",
            "type": a["type"],
            "day": a["day"],
            "month": a.get("month"),
            "cutoffDay": a.get("cutoff_day"),
        }
        for a in row["anchors"]
    ]
    return {
        "__typename": "SubscriptionDeliveryPolicy",
        "interval": row["interval"],
        "intervalCount": row["interval_count"],
        "anchors": anchors,
    }


def _app(ctx: Ctx) -> View:
    from sandbox.shopify import shops

    return shops.app_view(ctx)


def customer_view(ctx: Ctx, row: Row) -> View | None:
    """The customer of a contract or draft; null once deleted."""
    from sandbox.shopify import customers

    found = ctx.of("customers").get(row["customer_id"])
    return customers.view(found) if found else None


def payment_method_view(ctx: Ctx, row: Row, show_revoked: bool) -> View | None:
    """The payment method of a contract or draft."""
    from sandbox.shopify import payment_methods

    found = ctx.of("payment_methods").get(row["payment_method_id"]) if row["payment_method_id"] else None
    # schema 2026-10: a revoked method is null unless showRevoked
    return payment_methods.view(found) if found and (show_revoked or not found["revoked_at"]) else None


def _order(ctx: Ctx, order_id: int | None) -> View | None:
    from sandbox.shopify import orders

    found = ctx.of("orders").get(order_id) if order_id else None
    return orders.view(found) if found else None


def _orders(ctx: Ctx, row: Row, page: dict[str, Any]) -> View:
    from sandbox.shopify import orders

    return connection([o for o in ctx.of("orders") if o["contract_id"] == row["id"]], orders.view, **page)


def _attempts(ctx: Ctx, row: Row, page: dict[str, Any]) -> View:
    from sandbox.shopify import attempts

    return connection(attempts.of_contract(ctx.world, ctx.shop, row["id"]), attempts.view, **page)

"""Orders: made by checkout and by settled billing attempts; edited, cancelled and fulfilled by the merchant."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from graphql import GraphQLError

from sandbox.shopify import discounts, fulfillment_orders, payloads, stock
from sandbox.shopify.connections import connection
from sandbox.shopify.registry import Ctx, View, gid, gid_key, node, query
from sandbox.shopify.search import instant, matching
from sandbox.shopify.times import graphql_time, money_bag, rest_money
from sandbox.world import World
from sandbox.world.store import Row

FILTERS = {
    "id": lambda row: row["id"],
    "name": lambda row: row["name"],
    "customer_id": lambda row: row["customer_id"],
    "financial_status": lambda row: row["financial_status"],
    "status": lambda row: "cancelled" if row["cancelled_at"] else "open",
    "created_at": instant("created_at"),
    "updated_at": instant("updated_at"),
    "processed_at": instant("created_at"),
}
SORTS = {"ID": "id", "CREATED_AT": "created_at", "UPDATED_AT": "updated_at", "PROCESSED_AT": "created_at"}
# Renewals came as "subscription_contract" and, since October 2025, under this name, which Shopify says is not a
# value to rely on; so nobody may recognise a renewal by it.
RENEWAL_SOURCE = "subscription_contract_checkout_one"


class OnHold(ValueError):
    """What is held cannot be shipped."""


def place(world: World, shop: str, contract: Row, *, source: str, paid: bool = True) -> Row:
    """The order of one charge of a contract: origin order (``source="web"``) or renewal."""
    at = world.now().isoformat()
    number = 1001 + len(world.of("orders", shop))
    lines = [_line(world, shop, line, contract) for line in contract["lines"]]
    row = world.of("orders", shop).add(
        {
            "name": f"#{number}",
            "number": number,
            "customer_id": contract["customer_id"],
            "contract_id": contract.get("id"),
            "currency": contract["currency"],
            "lines": lines,
            "shipping": contract["delivery_price"],
            "address": (contract["delivery"] or {}).get("address"),
            "total": total(contract),
            "financial_status": "PAID" if paid else "PENDING",
            "fulfillment_status": "UNFULFILLED",
            "source_name": source,
            "tags": [],
            "note": contract["note"],
            "test": False,
            "edited": False,
            "created_at": at,
            "updated_at": at,
            "cancelled_at": None,
        }
    )
    for line in lines:
        variant = world.of("variants", shop).get(line["variant_id"])
        if variant:
            stock.commit(world, shop, variant["inventory_item_id"], line["quantity"])
    fulfillment_orders.schedule(world, shop, row, contract)
    _tell(world, shop, row, "orders/create", "orders/paid" if paid else None)
    return row


def total(contract: Row) -> str:
    """What one charge of the contract comes to: lines after discounts, and delivery, as text."""
    lines = sum(discounts.totals(contract).values(), Decimal(0))
    return rest_money(lines + Decimal(contract["delivery_price"]))


def touch(world: World, shop: str, order_id: int, *topics: str, **values: Any) -> Row:
    """Change an order and say so: orders/updated and what else happened. Raises KeyError."""
    row = world.of("orders", shop)[order_id]
    row.update(values, updated_at=world.now().isoformat())
    world.of("orders", shop).put(row)
    _tell(world, shop, row, "orders/updated", *topics)
    return row


def refund(world: World, shop: str, order_id: int, amount: Decimal) -> Row:
    """Staff pay back part of what was received."""
    row = world.of("orders", shop).get(order_id)
    assert row is not None
    return touch(
        world, shop, order_id, "orders/updated",
        refunded=str(Decimal(str(row.get("refunded", 0))) + amount), financial_status="PARTIALLY_REFUNDED",
    )  # fmt: skip


def cancel(world: World, shop: str, order_id: int) -> Row:
    """The merchant cancels the order; the money goes back, the ledger keeps what was captured."""
    at = world.now().isoformat()
    fulfillment_orders.close(world, shop, order_id, "CANCELLED", "cancelled")
    return touch(world, shop, order_id, "orders/cancelled", cancelled_at=at, financial_status="REFUNDED")


def fulfill(world: World, shop: str, order_id: int) -> Row:
    """Everything is shipped. Raises OnHold."""
    row = world.of("orders", shop)[order_id]
    if any(each["status"] == "ON_HOLD" for each in fulfillment_orders.of_order(world, shop, order_id)):
        raise OnHold(f"order {row['name']} is on hold")
    for line in row["lines"]:
        variant = world.of("variants", shop).get(line["variant_id"])
        if variant:
            stock.ship(world, shop, variant["inventory_item_id"], current(line))
    fulfillment_orders.close(world, shop, order_id, "CLOSED")
    return touch(world, shop, order_id, "orders/fulfilled", fulfillment_status="FULFILLED")


def edit(world: World, shop: str, order_id: int, quantity: int) -> Row:
    """The merchant edits the first line's quantity (orders/edited and orders/updated)."""
    row = world.of("orders", shop)[order_id]
    row["lines"][0].update(quantity=quantity, total=None)
    touch(world, shop, order_id, edited=True)
    world.emit(shop, "orders/edited", payloads.order_edited(row, world.shops[shop]["zone"]))
    return row


def current(line: Row) -> int:
    """How many units of a line are to be shipped: an edit may have changed it."""
    return int(line.get("current", line["quantity"]))


def line_of_variant(world: World, shop: str, variant: Row, quantity: int) -> Row:
    """A line that an edit adds: at the variant's own price, of no contract and no selling plan."""
    product = world.of("products", shop)[variant["product_id"]]
    kept = {"sku": variant["sku"], "title": product["title"], "variant_title": variant["title"]}
    plan = {"selling_plan_id": None, "selling_plan_name": None, "contract_id": None, "total": None}
    named = {"variant_id": variant["id"], "product_id": product["id"], "price": variant["price"]}
    return {"id": world.store.next_id("LineItem"), **named, **kept, **plan, "quantity": quantity}


def _line(world: World, shop: str, line: Row, contract: Row) -> Row:
    copied = (
        "variant_id",
        "product_id",
        "sku",
        "title",
        "variant_title",
        "quantity",
        "price",
        "selling_plan_id",
        "selling_plan_name",
    )
    total = rest_money(discounts.totals(contract)[line["id"]])
    kept = {k: line[k] for k in copied}
    return {"id": world.store.next_id("LineItem"), **kept, "total": total, "contract_id": contract.get("id")}


def _tell(world: World, shop: str, row: Row, *topics: str | None) -> None:
    customer = world.of("customers", shop).get(row["customer_id"])
    body = payloads.order(row, customer, world.shops[shop]["zone"])
    for topic in topics:
        if topic:
            world.emit(shop, topic, body)


@query("order")
@node("Order")
def _order(ctx: Ctx, id: str) -> View | None:
    row = ctx.of("orders").get(gid_key("Order", id))
    return view(row) if row else None


@query("orders")
def _orders(
    ctx: Ctx, query: str | None = None, sortKey: str = "PROCESSED_AT", savedSearchId: str | None = None, **page: Any
) -> View:
    rows = matching(ctx.of("orders").all(), query, FILTERS)
    if sortKey not in SORTS:
        raise GraphQLError(f"sandbox does not model sortKey {sortKey} of orders")
    return connection(rows, view, order=lambda row: row[SORTS[sortKey]], **page)


@query("ordersCount")
def _orders_count(ctx: Ctx, query: str | None = None, limit: int = 10_000, savedSearchId: str | None = None) -> View:
    count = len(matching(ctx.of("orders").all(), query, FILTERS))
    return {"count": min(count, limit), "precision": "EXACT" if count <= limit else "AT_LEAST"}


@node("LineItem")
def _line_node(ctx: Ctx, value: str) -> View | None:
    key = gid_key("LineItem", value)
    return next((line_view(li, o) for o in ctx.of("orders") for li in o["lines"] if li["id"] == key), None)


def view(row: Row) -> View:
    """The Order object."""
    currency, bag = row["currency"], money_bag(row["total"], row["currency"])
    received = Decimal(0) if row["financial_status"] == "PENDING" else Decimal(str(row.get("received", row["total"])))
    refunded = received if row["financial_status"] == "REFUNDED" else Decimal(str(row.get("refunded", 0)))
    lines = sum((discounted(li) for li in row["lines"]), Decimal(0))
    off = sum((Decimal(li["price"]) * current(li) for li in row["lines"]), Decimal(0)) - lines
    return {
        "__typename": "Order",
        "id": gid("Order", row["id"]),
        "legacyResourceId": str(row["id"]),
        "name": row["name"],
        "number": row["number"],
        "email": lambda ctx: (ctx.of("customers").get(row["customer_id"]) or {}).get("email"),
        "phone": None,
        "note": row["note"],
        "tags": row["tags"],
        "test": row["test"],
        "edited": row["edited"],
        "sourceName": row["source_name"],
        "customAttributes": [],
        "currencyCode": currency,
        "presentmentCurrencyCode": currency,
        "totalPriceSet": bag,
        "currentTotalPriceSet": bag,
        "originalTotalPriceSet": bag,
        "netPaymentSet": money_bag(str(received - refunded), currency),
        "totalReceivedSet": money_bag(str(received), currency),
        "totalRefundedSet": money_bag(str(refunded), currency),
        "totalShippingPriceSet": money_bag(row["shipping"], currency),
        "totalTaxSet": money_bag("0", currency),
        "totalDiscountsSet": money_bag(off, currency),
        "subtotalPriceSet": money_bag(lines, currency),
        "displayFinancialStatus": row["financial_status"],
        "displayFulfillmentStatus": _shown(row),
        "fullyPaid": row["financial_status"] == "PAID",
        "unpaid": row["financial_status"] == "PENDING",
        "cancelReason": "OTHER" if row["cancelled_at"] else None,
        "cancelledAt": graphql_time(row["cancelled_at"]),
        "closed": False,
        "closedAt": None,
        "createdAt": graphql_time(row["created_at"]),
        "processedAt": graphql_time(row["created_at"]),
        "updatedAt": graphql_time(row["updated_at"]),
        "customer": lambda ctx: _customer(ctx, row),
        "shippingAddress": _address(row["address"], row["id"]),
        "billingAddress": _address(row["address"], row["id"]),
        "lineItems": lambda ctx, **page: connection(row["lines"], lambda li: line_view(li, row), **page),
        "fulfillmentOrders": lambda ctx, **page: fulfillment_orders.connection_of(ctx, row, **page),
    }


def line_view(line: Row, order: Row) -> View:
    """The LineItem object: here, and only here, an order tells its contract."""
    each = money_bag(line["price"], order["currency"])
    whole = money_bag(Decimal(line["price"]) * line["quantity"], order["currency"])
    after_discounts = money_bag(discounted(line), order["currency"])
    plan = {
        "__typename": "LineItemSellingPlan",
        "name": line["selling_plan_name"],
        "sellingPlanId": gid("SellingPlan", line["selling_plan_id"]),
    }
    return {
        "__typename": "LineItem",
        "id": gid("LineItem", line["id"]),
        "title": line["title"],
        "name": f"{line['title']} - {line['variant_title']}",
        "variantTitle": line["variant_title"],
        "sku": line["sku"],
        "quantity": max(line["quantity"], current(line)),
        "currentQuantity": current(line),
        "unfulfilledQuantity": 0 if _is_over(order) else current(line),
        "requiresShipping": True,
        "taxable": True,
        "customAttributes": [],
        "originalUnitPriceSet": each,
        "discountedUnitPriceSet": each,
        "originalTotalSet": whole,
        "discountedTotalSet": lambda ctx, withCodeDiscounts=False: after_discounts,
        "sellingPlan": plan if line["selling_plan_id"] else None,
        "contract": lambda ctx: _contract(ctx, line),
        "product": lambda ctx: _product(ctx, line),
        "variant": lambda ctx: _variant(ctx, line),
    }


def _shown(row: Row) -> str:
    """What is not shipped yet and held shows as ON_HOLD."""
    is_held = row.get("on_hold") and row["fulfillment_status"] == "UNFULFILLED"
    return "ON_HOLD" if is_held else str(row["fulfillment_status"])


def _is_over(order: Row) -> bool:
    return bool(order["cancelled_at"]) or order["fulfillment_status"] == "FULFILLED"


def discounted(line: Row) -> Decimal:
    """A line's total after discounts. One that the merchant edited since has its full price again."""
    whole = Decimal(line["price"]) * current(line)
    return Decimal(line["total"]) if line.get("total") else whole


def _customer(ctx: Ctx, row: Row) -> View | None:
    from sandbox.shopify import customers

    found = ctx.of("customers").get(row["customer_id"])
    return customers.view(found) if found else None


def _address(address: Row | None, key: object) -> View | None:
    from sandbox.shopify import customers

    return customers.address_view(address, key)


def _contract(ctx: Ctx, line: Row) -> View | None:
    from sandbox.shopify import contracts

    found = ctx.of("contracts").get(line["contract_id"]) if line["contract_id"] else None
    return contracts.view(found) if found else None


def _product(ctx: Ctx, line: Row) -> View | None:
    from sandbox.shopify import products

    found = ctx.of("products").get(line["product_id"])
    return products.view(found) if found else None


def _variant(ctx: Ctx, line: Row) -> View | None:
    from sandbox.shopify import products

    found = ctx.of("variants").get(line["variant_id"])
    return products.variant_view(found) if found else None

"""An order changed by an app: its address at once, what it holds through an edit that is begun, filled and committed.

Nothing of an edit is true until the commit. A commit is refused when the order was edited, cancelled or shipped since
the edit was begun (whether Shopify does so is a doubt, README). No money moves: what is to be paid or paid back shows
as the difference of total and received.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from typing import Any

from sandbox.shopify import delivery_method, orders, payloads, stock
from sandbox.shopify.connections import connection
from sandbox.shopify.input_error import InputError
from sandbox.shopify.registry import Ctx, View, gid, gid_key, mutation
from sandbox.shopify.times import money_bag, rest_money
from sandbox.world.store import Row


@mutation("orderUpdate")
def _update(ctx: Ctx, input: dict[str, Any]) -> View:
    """What is given replaces what is there: tags, note, and the whole address with fields that are left out empty."""

    def work() -> View:
        order = _order(ctx, input["id"])
        values = {name: input[name] for name in ("tags", "note") if name in input}
        if input.get("shippingAddress"):
            values["address"] = delivery_method.address(input["shippingAddress"], ["input", "shippingAddress"])
        return {"order": orders.view(orders.touch(ctx.world, ctx.shop, order["id"], **values))}

    return _payload("orderUpdate", work, "order")


@mutation("orderEditBegin")
def _begin(ctx: Ctx, id: str) -> View:
    def work() -> View:
        order = _editable(ctx, id)
        row = ctx.of("order_edits").add(
            {
                "order_id": order["id"],
                "base": order.get("edits", 0),
                "lines": deepcopy(order["lines"]),
                "added": [],
                "restock": [],
                "committed": False,
            }
        )
        return {"calculatedOrder": view(row, order), "orderEditSession": None}

    return _payload("orderEditBegin", work, "calculatedOrder", "orderEditSession")


@mutation("orderEditSetQuantity")
def _quantity(
    ctx: Ctx, id: str, lineItemId: str, quantity: int, restock: bool | None = None, locationId: str | None = None
) -> View:
    def work() -> View:
        row, order = _open(ctx, id)
        key = gid_key("CalculatedLineItem", lineItemId)
        line = next((line for line in row["lines"] + row["added"] if line["id"] == key), None)
        if line is None:
            raise InputError("", ["lineItemId"], "The line item does not exist.")
        if quantity < 0:
            raise InputError("", ["quantity"], "Quantity must be greater than or equal to 0.")
        line["current"] = quantity
        if restock:
            row["restock"].append(key)
        ctx.of("order_edits").put(row)
        return {"calculatedLineItem": _line(line, order), "calculatedOrder": view(row, order)}

    return _payload("orderEditSetQuantity", work, "calculatedLineItem", "calculatedOrder")


@mutation("orderEditAddVariant")
def _add(
    ctx: Ctx, id: str, variantId: str, quantity: int, allowDuplicates: bool | None = None,
    locationId: str | None = None,
) -> View:  # fmt: skip
    def work() -> View:
        row, order = _open(ctx, id)
        variant = ctx.of("variants").get(gid_key("ProductVariant", variantId))
        if variant is None:
            raise InputError("", ["variantId"], "The variant does not exist.")
        if quantity < 1:
            raise InputError("", ["quantity"], "Quantity must be greater than 0.")
        there = [line for line in row["lines"] + row["added"] if line["variant_id"] == variant["id"]]
        if there and not allowDuplicates:
            raise InputError("", ["variantId"], "The variant is already in the order.")
        line = orders.line_of_variant(ctx.world, ctx.shop, variant, quantity)
        row["added"].append(line)
        ctx.of("order_edits").put(row)
        return {"calculatedLineItem": _line(line, order), "calculatedOrder": view(row, order)}

    return _payload("orderEditAddVariant", work, "calculatedLineItem", "calculatedOrder")


@mutation("orderEditCommit")
def _commit(ctx: Ctx, id: str, notifyCustomer: bool | None = None, staffNote: str | None = None) -> View:
    def work() -> View:
        row, _ = _open(ctx, id)
        order = _editable(ctx, gid("Order", row["order_id"]))
        if order.get("edits", 0) != row["base"]:
            raise InputError("", ["id"], "The order was edited since this edit was begun.")
        row["committed"] = True
        ctx.of("order_edits").put(row)
        return {"order": orders.view(_make_true(ctx, order, row)), "successMessages": []}

    return _payload("orderEditCommit", work, "order", "successMessages")


def _make_true(ctx: Ctx, order: Row, row: Row) -> Row:
    before = {line["id"]: orders.current(line) for line in order["lines"]}
    lines = [_priced(line, before[line["id"]]) for line in row["lines"]] + row["added"]
    for line in lines:
        more = orders.current(line) - before.get(line["id"], 0)
        variant = ctx.of("variants").get(line["variant_id"])
        if variant and (more > 0 or line["id"] in row["restock"]):
            stock.commit(ctx.world, ctx.shop, variant["inventory_item_id"], more)
    received = order.get("received", order["total"])
    total = rest_money(sum(map(orders.discounted, lines), Decimal(0)) + Decimal(order["shipping"]))
    paid = "PARTIALLY_PAID" if Decimal(total) > Decimal(received) else "PAID"
    changed = orders.touch(
        ctx.world,
        ctx.shop,
        order["id"],
        lines=lines,
        total=total,
        received=received,
        financial_status=paid,
        edited=True,
        edits=row["base"] + 1,
    )
    ctx.world.emit(ctx.shop, "orders/edited", payloads.order_edited(changed, ctx.shop_row["zone"]))
    return changed


def _priced(line: Row, before: int) -> Row:
    """A line keeps what each of its units cost after discounts (doubt)."""
    now = orders.current(line)
    if line.get("total") and before and now != before:
        line["total"] = rest_money(Decimal(line["total"]) / before * now)
    return line


def view(row: Row, order: Row) -> View:
    """The CalculatedOrder object."""
    return {
        "__typename": "CalculatedOrder",
        "id": gid("CalculatedOrder", row["id"]),
        "lineItems": lambda ctx, query=None, **page: connection(row["lines"], lambda li: _line(li, order), **page),
        "addedLineItems": lambda ctx, **page: connection(row["added"], lambda li: _line(li, order), **page),
    }


def _line(line: Row, order: Row) -> View:
    from sandbox.shopify import products

    def variant(ctx: Ctx) -> View | None:
        found = ctx.of("variants").get(line["variant_id"])
        return products.variant_view(found) if found else None

    return {
        "__typename": "CalculatedLineItem",
        "id": gid("CalculatedLineItem", line["id"]),
        "title": line["title"],
        "variantTitle": line["variant_title"],
        "sku": line["sku"],
        "quantity": orders.current(line),
        "editableQuantity": orders.current(line),
        "originalUnitPriceSet": money_bag(line["price"], order["currency"]),
        "variant": variant,
    }


def _order(ctx: Ctx, id: str) -> Row:
    row = ctx.of("orders").get(gid_key("Order", id))
    if row is None:
        raise InputError("", ["id"], "The order does not exist.")
    return row


def _editable(ctx: Ctx, id: str) -> Row:
    row = _order(ctx, id)
    if row["cancelled_at"]:
        raise InputError("", ["id"], "The order cannot be edited: it was cancelled.")
    if row["fulfillment_status"] == "FULFILLED":
        raise InputError("", ["id"], "The order cannot be edited: it was fulfilled.")
    return row


def _open(ctx: Ctx, id: str) -> tuple[Row, Row]:
    row = ctx.of("order_edits").get(gid_key("CalculatedOrder", id))
    if row is None or row["committed"]:
        raise InputError("", ["id"], "The calculated order does not exist.")
    return row, ctx.of("orders")[row["order_id"]]


def _payload(name: str, work: Callable[[], View], *nothing: str) -> View:
    """What ``work`` returns, or its refusal: these user errors have no code (schema 2026-10)."""
    typename = name[0].upper() + name[1:] + "Payload"
    try:
        return {"__typename": typename, **work(), "userErrors": []}
    except InputError as error:
        _, field, message = error.user_error
        refusal = {"__typename": "UserError", "field": field, "message": message}
        return {"__typename": typename, **dict.fromkeys(nothing), "userErrors": [refusal]}

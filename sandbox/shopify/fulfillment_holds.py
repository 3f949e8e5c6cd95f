"""Holds on fulfillment orders, and their day: what an app may do to what is about to be shipped (schema 2026-10).

Holds of several apps may lie on one fulfillment order; it ships again when the last one is gone. Which states refuse
a hold is not said (README, "Doubts"): here all but OPEN and ON_HOLD.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sandbox.shopify import fulfillment_orders
from sandbox.shopify.registry import Ctx, View, gid, gid_key, mutation, node, user_errors
from sandbox.world import World
from sandbox.world.store import Row

OURS, OTHERS = "ours", "others"
MOST, LONGEST_HANDLE = 10, 64
UNKNOWN = "Fulfillment order does not exist."


def place(world: World, shop: str, row: Row, app: str, reason: str, notes: str | None, handle: str) -> Row:
    """Lay one more hold on a fulfillment order; the first one stops it. Returns the hold."""
    hold = {"id": world.store.next_id("FulfillmentHold"), "app": app, "reason": reason, "notes": notes}
    row.setdefault("holds", []).append({**hold, "handle": handle})
    is_first = row["status"] != "ON_HOLD"
    fulfillment_orders.change(world, shop, row["id"], "placed_on_hold" if is_first else None, status="ON_HOLD")
    _show(world, shop, row["order_id"])
    found: Row = row["holds"][-1]
    return found


def hold_by_another(world: World, shop: str, key: int, reason: str = "HIGH_RISK_OF_FRAUD") -> Row:
    """Another app, or the merchant, holds a fulfillment order. Raises KeyError."""
    return place(world, shop, world.of("fulfillment_orders", shop)[key], OTHERS, reason, None, "")


def release(world: World, shop: str, row: Row, keys: set[int]) -> None:
    """Take these holds off; with the last one it can be shipped again."""
    row["holds"] = [hold for hold in row.get("holds", []) if hold["id"] not in keys]
    ends = row["status"] == "ON_HOLD" and not row["holds"]
    status = "OPEN" if ends else row["status"]
    fulfillment_orders.change(world, shop, row["id"], "hold_released" if ends else None, status=status)
    _show(world, shop, row["order_id"])


def _show(world: World, shop: str, order_id: int) -> None:
    """What the order shows as its status follows, with no change of the order itself."""
    rows = [row["status"] for row in fulfillment_orders.of_order(world, shop, order_id)]
    order = world.of("orders", shop)[order_id]
    order["on_hold"] = "ON_HOLD" in rows and "OPEN" not in rows
    world.of("orders", shop).put(order)


def views(row: Row) -> list[View]:
    """``FulfillmentOrder.fulfillmentHolds``."""
    return [view(hold) for hold in row.get("holds", [])]


def view(hold: Row) -> View:
    """The FulfillmentHold object."""
    return {
        "__typename": "FulfillmentHold",
        "id": gid("FulfillmentHold", hold["id"]),
        "handle": hold["handle"] if hold["app"] == OURS else None,
        "heldByRequestingApp": hold["app"] == OURS,
        "reason": hold["reason"],
        "reasonNotes": hold["notes"],
        "displayReason": hold["reason"].replace("_", " ").capitalize(),
    }


@node("FulfillmentHold")
def _node(ctx: Ctx, id: str) -> View | None:
    key = gid_key("FulfillmentHold", id)
    holds = (hold for row in ctx.of("fulfillment_orders") for hold in row.get("holds", []))
    return next((view(hold) for hold in holds if hold["id"] == key), None)


@mutation("fulfillmentOrderHold")
def _hold(ctx: Ctx, id: str, fulfillmentHold: dict[str, Any]) -> View:
    row, handle = _row(ctx, id), fulfillmentHold.get("handle") or ""
    if row is None:
        return _refused("Hold", "FULFILLMENT_ORDER_NOT_FOUND", ["id"], UNKNOWN)
    mine = [hold for hold in row.get("holds", []) if hold["app"] == OURS]
    if row["status"] not in ("OPEN", "ON_HOLD"):
        return _refused("Hold", None, ["id"], "The fulfillment order is not in a state that can be held.")
    if fulfillmentHold.get("fulfillmentOrderLineItems"):
        return _refused("Hold", "FULFILLMENT_ORDER_NOT_SPLITTABLE", ["id"], "The sandbox splits none.")
    if len(handle) > LONGEST_HANDLE:
        return _refused("Hold", None, ["fulfillmentHold", "handle"], "Handle is too long (maximum is 64 characters)")
    if any(hold["handle"] == handle for hold in mine):
        message = "The handle provided for the fulfillment hold is already in use by this app."
        return _refused("Hold", "DUPLICATE_FULFILLMENT_HOLD_HANDLE", ["fulfillmentHold", "handle"], message)
    if len(mine) >= MOST:
        message = "The maximum number of fulfillment holds for this fulfillment order has been reached."
        return _refused("Hold", "FULFILLMENT_ORDER_HOLD_LIMIT_REACHED", ["id"], message)
    notes = fulfillmentHold.get("reasonNotes")
    hold = place(ctx.world, ctx.shop, row, OURS, fulfillmentHold["reason"], notes, handle)
    return _done("Hold", row, fulfillmentHold=view(hold), remainingFulfillmentOrder=None)


@mutation("fulfillmentOrderReleaseHold")
def _release(ctx: Ctx, id: str, holdIds: list[str] | None = None, externalId: str | None = None) -> View:
    """Without ``holdIds`` every hold goes, other apps' too (schema 2026-10)."""
    row = _row(ctx, id)
    if row is None:
        return _refused("ReleaseHold", "FULFILLMENT_ORDER_NOT_FOUND", ["id"], UNKNOWN)
    there = {hold["id"] for hold in row.get("holds", [])}
    keys = there if holdIds is None else {gid_key("FulfillmentHold", each) for each in holdIds}
    if not keys <= there or not there:
        return _refused("ReleaseHold", None, ["holdIds"], "The fulfillment order has no such hold.")
    release(ctx.world, ctx.shop, row, {int(key) for key in keys})
    return _done("ReleaseHold", row)


@mutation("fulfillmentOrderReschedule")
def _reschedule(ctx: Ctx, id: str, fulfillAt: str) -> View:
    """Fulfillment orders of one moment "may be merged": here they never are."""
    row = _row(ctx, id)
    if row is None:
        return _refused("Reschedule", "FULFILLMENT_ORDER_NOT_FOUND", ["id"], UNKNOWN)
    if row["status"] != "SCHEDULED":
        return _refused("Reschedule", None, ["id"], "The fulfillment order is not scheduled.")
    if datetime.fromisoformat(fulfillAt) <= ctx.world.now():
        return _refused("Reschedule", None, ["fulfillAt"], "The date must be in the future.")
    at = datetime.fromisoformat(fulfillAt)
    return _done("Reschedule", fulfillment_orders.reschedule(ctx.world, ctx.shop, row["id"], at))


@mutation("fulfillmentOrderOpen")
def _open(ctx: Ctx, id: str) -> View:
    row, payload = _row(ctx, id), "FulfillmentOrderOpenPayload"
    if row is None or row["status"] != "SCHEDULED":
        message = "The fulfillment order is not scheduled." if row else UNKNOWN
        error = {"__typename": "UserError", "field": ["id"], "message": message}
        return {"__typename": payload, "fulfillmentOrder": None, "userErrors": [error]}
    fulfillment_orders.change(ctx.world, ctx.shop, row["id"], "scheduled_fulfillment_order_ready", status="OPEN")
    return {"__typename": payload, "fulfillmentOrder": fulfillment_orders.view(row), "userErrors": []}


def _row(ctx: Ctx, id: str) -> Row | None:
    return ctx.of("fulfillment_orders").get(gid_key("FulfillmentOrder", id))


def _done(verb: str, row: Row, **values: Any) -> View:
    payload = f"FulfillmentOrder{verb}Payload"
    return {"__typename": payload, "fulfillmentOrder": fulfillment_orders.view(row), **values, "userErrors": []}


def _refused(verb: str, code: str | None, field: list[str], message: str) -> View:
    nothing = dict.fromkeys(("fulfillmentOrder", "fulfillmentHold", "remainingFulfillmentOrder"))
    errors = user_errors(f"FulfillmentOrder{verb}UserError", (code, field, message))
    return {"__typename": f"FulfillmentOrder{verb}Payload", **nothing, "userErrors": errors}

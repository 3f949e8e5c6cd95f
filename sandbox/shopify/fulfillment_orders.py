"""Fulfillment orders: what is to be shipped of an order, and when. A prepaid order has one for each delivery paid.

The first is OPEN at once; the later ones are SCHEDULED and open by themselves at ``fulfillAt``. Doubts are in the
README: whether opening touches the order, and how anchors and cutoffs shift the dates.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.shopify import payloads
from sandbox.shopify.connections import connection
from sandbox.shopify.registry import Ctx, View, gid, gid_key, node, query
from sandbox.shopify.times import graphql_time
from sandbox.world import World
from sandbox.world.store import Row

MONTHS = {"MONTH": 1, "YEAR": 12}
DAYS = {"DAY": 1, "WEEK": 7}


def schedule(world: World, shop: str, order: Row, contract: Row) -> list[Row]:
    """Make the order's fulfillment orders, in place of those it has: one per delivery within a billing interval."""
    for old in of_order(world, shop, order["id"]):
        world.of("fulfillment_orders", shop).delete(old["id"])
        world.of("scheduled_fulfillment_orders", shop).delete(old["id"])
    start = datetime.fromisoformat(order["created_at"]).astimezone(ZoneInfo(world.shops[shop]["zone"]))
    moments = _moments(start, contract.get("billing_policy"), contract.get("delivery_policy"))
    return [_add(world, shop, order, moment, is_first=not number) for number, moment in enumerate(moments)]


def of_order(world: World, shop: str, order_id: int) -> list[Row]:
    """The order's fulfillment orders, soonest first."""
    return [row for row in world.of("fulfillment_orders", shop) if row["order_id"] == order_id]


def open_ready(world: World) -> None:
    """Open what is scheduled for now or before."""
    for shop in world.store.scopes("scheduled_fulfillment_orders"):
        for waiting in list(world.of("scheduled_fulfillment_orders", shop)):
            if datetime.fromisoformat(waiting["fulfill_at"]) <= world.now():
                change(world, shop, waiting["id"], "scheduled_fulfillment_order_ready", status="OPEN")


def cancel(world: World, shop: str, key: int) -> Row:
    """The merchant cancels one delivery. Raises KeyError."""
    return change(world, shop, key, "cancelled", status="CANCELLED")


def reschedule(world: World, shop: str, key: int, fulfill_at: datetime) -> Row:
    """The merchant chooses another day for a scheduled delivery. Raises KeyError."""
    return change(world, shop, key, "rescheduled", fulfill_at=fulfill_at.isoformat())


def change(world: World, shop: str, key: int, topic: str | None, **values: Any) -> Row:
    """Change one and say so; the order itself is left untouched (README, "Doubts"). Raises KeyError."""
    row = world.of("fulfillment_orders", shop)[key]
    row.update(values, updated_at=world.now().isoformat())
    world.of("fulfillment_orders", shop).put(row)
    _note(world, shop, row)
    if topic:
        world.emit(shop, f"fulfillment_orders/{topic}", payloads.fulfillment_order(row, world.shops[shop]["zone"]))
    return row


def close(world: World, shop: str, order_id: int, status: str, topic: str | None = None) -> None:
    """End all of an order's that have not ended yet: with the order they are shipped or cancelled."""
    for row in of_order(world, shop, order_id):
        if row["status"] not in ("CLOSED", "CANCELLED"):
            change(world, shop, row["id"], topic, status=status)


def _add(world: World, shop: str, order: Row, moment: datetime, *, is_first: bool) -> Row:
    row = world.of("fulfillment_orders", shop).add(
        {
            "order_id": order["id"],
            "status": "OPEN" if is_first or moment <= world.now() else "SCHEDULED",
            "fulfill_at": moment.isoformat(),
            "created_at": order["created_at"],
            "updated_at": order["created_at"],
        }
    )
    _note(world, shop, row)
    return row


def _note(world: World, shop: str, row: Row) -> None:
    """Keep a short list of what has yet to open, because it is looked at many times a second."""
    waiting = world.of("scheduled_fulfillment_orders", shop)
    if row["status"] == "SCHEDULED":
        waiting.put({"id": row["id"], "fulfill_at": row["fulfill_at"]})
    elif row["id"] in waiting:
        waiting.delete(row["id"])


def _moments(start: datetime, billing: Row | None, delivery: Row | None) -> list[datetime]:
    if not billing or not delivery:
        return [start]
    found, end = [start], _later(start, billing, 1)
    while (following := _later(start, delivery, len(found))) < end:
        found.append(following)
    return found


def _later(start: datetime, policy: Row, times: int) -> datetime:
    """So many intervals later at the same local hour; the 31st becomes the last day of a shorter month."""
    count = policy["interval_count"] * times
    if policy["interval"] in DAYS:
        return start + timedelta(days=DAYS[policy["interval"]] * count)
    months = start.month - 1 + MONTHS[policy["interval"]] * count
    year, month = start.year + months // 12, months % 12 + 1
    return start.replace(year=year, month=month, day=min(start.day, monthrange(year, month)[1]))


@query("fulfillmentOrder")
@node("FulfillmentOrder")
def _fulfillment_order(ctx: Ctx, id: str) -> View | None:
    row = ctx.of("fulfillment_orders").get(gid_key("FulfillmentOrder", id))
    return view(row) if row else None


def connection_of(ctx: Ctx, order: Row, displayable: bool = False, query: str | None = None, **page: Any) -> View:
    """``Order.fulfillmentOrders``."""
    return connection(of_order(ctx.world, ctx.shop, order["id"]), view, **page)


def view(row: Row) -> View:
    """The FulfillmentOrder object."""
    return {
        "__typename": "FulfillmentOrder",
        "id": gid("FulfillmentOrder", row["id"]),
        "status": row["status"],
        "requestStatus": "UNSUBMITTED",
        "fulfillAt": graphql_time(row["fulfill_at"]),
        "createdAt": graphql_time(row["created_at"]),
        "updatedAt": graphql_time(row["updated_at"]),
        "assignedLocation": _location,
        "orderId": gid("Order", row["order_id"]),
        "order": lambda ctx: _order(ctx, row),
        "fulfillmentHolds": lambda ctx: _holds(row),
        "lineItems": lambda ctx, **page: connection(
            ctx.of("orders")[row["order_id"]]["lines"], lambda line: _line(ctx, row, line), **page
        ),
    }


def _location(ctx: Ctx) -> View:
    """A snapshot of the place it ships from; a shop without places has its own address."""
    place = next(iter(ctx.of("locations").all()), None)
    return {"__typename": "FulfillmentOrderAssignedLocation", "name": place["name"] if place else "Shop location"}


def _order(ctx: Ctx, row: Row) -> View:
    from sandbox.shopify import orders

    return orders.view(ctx.of("orders")[row["order_id"]])


def _holds(row: Row) -> list[View]:
    from sandbox.shopify import fulfillment_holds

    return fulfillment_holds.views(row)


def _line(ctx: Ctx, row: Row, line: Row) -> View:
    from sandbox.shopify import orders

    quantity = orders.current(line)
    return {
        "__typename": "FulfillmentOrderLineItem",
        "id": gid("FulfillmentOrderLineItem", f"{row['id']}{line['id']}"),
        "totalQuantity": quantity,
        "remainingQuantity": 0 if row["status"] in ("CLOSED", "CANCELLED") else quantity,
        "requiresShipping": True,
        "productTitle": line["title"],
        "variantTitle": line["variant_title"],
        "sku": line["sku"],
        "lineItem": orders.line_view(line, ctx.of("orders")[row["order_id"]]),
    }

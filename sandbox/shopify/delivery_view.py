"""A row's delivery in GraphQL: the SubscriptionDeliveryMethod of a contract, a draft or one cycle's contents."""

from __future__ import annotations

from sandbox.shopify.registry import Ctx, View
from sandbox.world.store import Row

PREFIX = "SubscriptionDeliveryMethod"


def view(row: Row) -> View | None:
    """The union's member for what has a ``delivery``; None when nothing is delivered. A row without `kind` is
    shipped."""
    delivery = row["delivery"]
    if not delivery:
        return None
    return _VIEWS[delivery.get("kind", "shipping")](delivery, row["id"])


def _shipping(delivery: Row, key: object) -> View:
    option = _option("Shipping", delivery) | {"code": delivery.get("code") or delivery["title"]}
    return {"__typename": f"{PREFIX}Shipping", "address": _address(delivery, key), "shippingOption": option}


def _local_delivery(delivery: Row, key: object) -> View:
    option = _option("LocalDelivery", delivery)
    option |= {"phone": delivery["phone"], "instructions": delivery["instructions"]}
    return {"__typename": f"{PREFIX}LocalDelivery", "address": _address(delivery, key), "localDeliveryOption": option}


def _pickup(delivery: Row, key: object) -> View:
    option = _option("Pickup", delivery)
    option["location"] = lambda ctx: _location(ctx, delivery["location_id"])
    return {"__typename": f"{PREFIX}Pickup", "pickupOption": option}


_VIEWS = {"shipping": _shipping, "local_delivery": _local_delivery, "pickup": _pickup}


def _option(name: str, delivery: Row) -> View:
    return {
        "__typename": f"{PREFIX}{name}Option",
        "title": delivery["title"],
        "presentmentTitle": delivery["title"],
        "code": delivery.get("code"),
        "description": delivery.get("description"),
    }


def _address(delivery: Row, key: object) -> View | None:
    """Schema 2026-10: the address is not nullable, yet its fields are; without approval they all read null."""
    from sandbox.shopify import customers

    return customers.address_view(delivery["address"] or {}, key)


def _location(ctx: Ctx, number: int) -> View:
    from sandbox.shopify import stock

    return stock.location_view(ctx.of("locations")[number])

"""The three ways in which a contract gets to its shopper, as Shopify names them and as we do (schema 2026-10)."""

from __future__ import annotations

from typing import Any

from shopify_app.gateways.shopify import addresses
from shopify_app.gateways.shopify.values import Node
from shopify_app.kit.db import Json

SHIPPING, LOCAL_DELIVERY, PICKUP = "shipping", "local_delivery", "pickup"
"""The types of a delivery method."""
TYPES = (SHIPPING, LOCAL_DELIVERY, PICKUP)
WITH_ADDRESS = (SHIPPING, LOCAL_DELIVERY)
_MEMBERS = {
    "SubscriptionDeliveryMethodShipping": (SHIPPING, "shippingOption"),
    "SubscriptionDeliveryMethodLocalDelivery": (LOCAL_DELIVERY, "localDeliveryOption"),
    "SubscriptionDeliveryMethodPickup": (PICKUP, "pickupOption"),
}
_INPUTS = {
    SHIPPING: ("shipping", "shippingOption"),
    LOCAL_DELIVERY: ("localDelivery", "localDeliveryOption"),
    PICKUP: ("pickup", "pickupOption"),
}


def parts(node: Node) -> tuple[str, Node]:
    """Return the type of a SubscriptionDeliveryMethod in our words, and the option that is chosen."""
    kind, field = _MEMBERS.get(node["__typename"], (node["__typename"], ""))
    return kind, node.get(field) or {}


def as_input(
    kind: str,
    title: str | None,
    code: str | None,
    phone: str | None = None,
    location_gid: str | None = None,
    address: Json | None = None,
) -> Json:
    """Return SubscriptionDeliveryMethodInput for an option of this type. `phone` (E.164): of local delivery.

    Without `address` the one so far stays, which there is only when the type stays the same.
    """
    method, field = _INPUTS[kind]
    option: dict[str, Any] = {"title": title, "presentmentTitle": title, "code": code}
    option |= {"phone": phone} if kind == LOCAL_DELIVERY else {}
    option |= {"locationId": location_gid} if kind == PICKUP else {}
    return {method: {field: option, **({"address": addresses.as_input(address)} if address else {})}}


def readdressed(node: Node | None, address: Json) -> Json | None:
    """Return the input that changes the address of a SubscriptionDeliveryMethod; None for one that has none."""
    kind = parts(node)[0] if node else ""
    if kind not in WITH_ADDRESS:
        return None
    return {_INPUTS[kind][0]: {"address": addresses.as_input(address)}}

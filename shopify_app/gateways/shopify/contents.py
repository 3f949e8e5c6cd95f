"""What an order of a contract is made of: lines, delivery and note, as Shopify answers them.

A contract has them, and so has a contract that was edited for one cycle (SubscriptionBillingCycleEditedContract,
schema 2026-10).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from shopify_app.gateways.shopify.values import Node, amount


@dataclass(frozen=True)
class LineSnapshot:
    """A SubscriptionLine; prices are in the contract's currency."""

    gid: str
    product_gid: str | None
    variant_gid: str | None
    title: str
    variant_title: str | None
    sku: str | None
    quantity: int
    current_price: Decimal
    discounted_price: Decimal
    selling_plan_gid: str | None
    selling_plan_name: str | None
    image_url: str | None
    requires_shipping: bool


@dataclass(frozen=True)
class Contents:
    """What one cycle's own edit makes of its order. `delivery_method` is in our words, see `read_delivery`."""

    lines: tuple[LineSnapshot, ...]
    delivery_price: Decimal
    delivery_method: dict[str, Any] | None
    note: str | None


def read_line(node: Node) -> LineSnapshot:
    """Return a snapshot of one line node (LineFields)."""
    return LineSnapshot(
        gid=node["id"],
        product_gid=node["productId"],
        variant_gid=node["variantId"],
        title=node["title"],
        variant_title=node["variantTitle"],
        sku=node["sku"],
        quantity=int(node["quantity"]),
        current_price=amount(node["currentPrice"]),
        discounted_price=amount(node["lineDiscountedPrice"]),
        selling_plan_gid=node["sellingPlanId"],
        selling_plan_name=node["sellingPlanName"],
        image_url=(node["variantImage"] or {}).get("url"),
        requires_shipping=bool(node["requiresShipping"]),
    )


def read_delivery(node: Node | None) -> dict[str, Any] | None:
    """Return a delivery method in our words: type shipping, local_delivery or pickup, title, address, location."""
    if not node:
        return None
    kind = node["__typename"].removeprefix("SubscriptionDeliveryMethod")
    option = node.get("shippingOption") or node.get("localDeliveryOption") or node.get("pickupOption") or {}
    return {
        "type": {"Shipping": "shipping", "LocalDelivery": "local_delivery", "Pickup": "pickup"}.get(kind, kind),
        "title": option.get("title"),
        "address": _address(node.get("address")),
        "location": (option.get("location") or {}).get("name"),
    }


def _address(node: Node | None) -> dict[str, Any] | None:
    if not node:
        return None
    names = {
        "first_name": "firstName",
        "last_name": "lastName",
        "company": "company",
        "address1": "address1",
        "address2": "address2",
        "city": "city",
        "province": "province",
        "province_code": "provinceCode",
        "zip": "zip",
        "country": "country",
        "country_code": "countryCodeV2",
        "phone": "phone",
    }
    return {ours: node[theirs] for ours, theirs in names.items()}

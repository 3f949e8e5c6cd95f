"""What an order of a contract is made of: lines, delivery and note, as Shopify answers them.

A contract has them, and so has a contract that was edited for one cycle (SubscriptionBillingCycleEditedContract,
schema 2026-10).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from shopify_app.gateways.shopify import delivery_methods
from shopify_app.gateways.shopify.delivery_methods import LOCAL_DELIVERY, PICKUP
from shopify_app.gateways.shopify.values import Node, amount, gid_of


@dataclass(frozen=True)
class LineSnapshot:
    """A SubscriptionLine; prices are in the contract's currency.

    `pricing` is its price policy in our words (see `read_pricing`); None when it has none, and where it was not asked
    for: on the contents of one cycle.
    """

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
    pricing: dict[str, Any] | None = None


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
        pricing=read_pricing(node.get("pricingPolicy")),
    )


def read_pricing(node: Node | None) -> dict[str, Any] | None:
    """Return a price policy in our words: `base` per unit, and `steps` by the cycle after which each applies.

    A step's `type` is PERCENTAGE, FIXED_AMOUNT or PRICE (SellingPlanPricingPolicyAdjustmentType, schema 2026-10), its
    `value` per cent, an amount off, or the price itself; `price` is what a unit comes to. Amounts are text.
    """
    if not node:
        return None
    steps = [
        {
            "after": each["afterCycle"],
            "type": each["adjustmentType"],
            "value": _value(each["adjustmentValue"]),
            "price": str(each["computedPrice"]["amount"]),
        }
        for each in node["cycleDiscounts"]
    ]
    return {
        "base": str(node["basePrice"]["amount"]),
        "steps": sorted(steps, key=lambda step: int(step["after"])),
    }


def _value(node: Node) -> str:
    return str(node["percentage"] if "percentage" in node else node["amount"])


def read_delivery(node: Node | None) -> dict[str, Any] | None:
    """Return a delivery method in our words: type shipping, local_delivery or pickup, title, address, location.

    What the shop delivers itself has a `phone` besides (E.164), what is picked up a `location_gid`.
    """
    if not node:
        return None
    kind, option = delivery_methods.parts(node)
    return {
        "type": kind,
        "title": option.get("title"),
        "address": read_address(node.get("address")),
        "location": (option.get("location") or {}).get("name"),
        **({"phone": option.get("phone")} if kind == LOCAL_DELIVERY else {}),
        **({"location_gid": gid_of(option.get("location"))} if kind == PICKUP else {}),
    }


def read_address(node: Node | None) -> dict[str, Any] | None:
    """Return an address (AddressFields) in our words, None when there is none."""
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

"""Selling plan groups: all that this app made, and the mutations that change them (schema 2026-10).

Writing needs `write_products` beside `write_own_subscription_contracts` (Shopify's table of access scopes).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.gateways.shopify.values import Node, amount, known_instant
from shopify_app.kit.db import Json

PAGE = 100
"""Products of a group per call: each asks for two points."""
FOUND = 50
"""Products a search shows at most."""
PRODUCTS = 250
"""Products per call: an input array holds at most so many (Shopify docs, API limits)."""


@dataclass(frozen=True)
class PlanSnapshot:
    """A SellingPlan. A policy that is not recurring (pre-orders) is empty."""

    gid: str
    name: str
    options: tuple[str, ...]
    position: int
    billing_policy: Json
    delivery_policy: Json
    pricing_policies: tuple[Json, ...]


@dataclass(frozen=True)
class PlanProduct:
    """A product that is sold with a group. `price` is that of its cheapest variant, in the shop's currency."""

    gid: str
    title: str
    price: Decimal


@dataclass(frozen=True)
class PlanVariant:
    """A variant that is sold with a group by itself. `price` is in the shop's currency."""

    gid: str
    product_gid: str
    product_title: str
    title: str
    price: Decimal


@dataclass(frozen=True)
class GroupSnapshot:
    """A SellingPlanGroup with its plans, the products it is attached to as a whole, and single variants."""

    gid: str
    name: str
    merchant_code: str
    options: tuple[str, ...]
    created_at: datetime
    plans: tuple[PlanSnapshot, ...]
    products: tuple[PlanProduct, ...]
    variants: tuple[PlanVariant, ...] = ()


def fetch_all(client: AdminClient, patience: float = 5.0) -> list[GroupSnapshot]:
    """Return all groups of this app, oldest first: Shopify lists no others unless asked. Raises ShopifyError.

    One group a page, because its 31 possible plans with their policies, 50 products and 50 variants make it some 440
    points.
    """
    found: list[GroupSnapshot] = []
    cursor: str | None = None
    while True:
        page = client.run("SellingPlanGroupPage", {"after": cursor}, patience).data["sellingPlanGroups"]
        found.extend(_complete(client, node, patience) for node in page["nodes"])
        if not page["pageInfo"]["hasNextPage"]:
            return found
        cursor = page["pageInfo"]["endCursor"]


def create(client: AdminClient, group: Json, products: Sequence[str] = (), variants: Sequence[str] = ()) -> str:
    """Make a group (SellingPlanGroupInput), offered on up to PRODUCTS products and variants, and return its gid.

    Raises ShopifyError; unanswered, it may exist.
    """
    resources = {"productIds": list(products[:PRODUCTS]), "productVariantIds": list(variants[:PRODUCTS])}
    variables = {"input": group, "resources": resources}
    payload = client.mutate("SellingPlanGroupCreate", variables, "sellingPlanGroupCreate")
    return str(payload["sellingPlanGroup"]["id"])


def update(client: AdminClient, gid: str, group: Json) -> None:
    """Change a group (SellingPlanGroupInput). Raises ShopifyError."""
    client.mutate("SellingPlanGroupUpdate", {"id": gid, "input": group}, "sellingPlanGroupUpdate")


def delete(client: AdminClient, gid: str) -> None:
    """Take a group off sale for good. Contracts keep their terms. Raises ShopifyError."""
    client.mutate("SellingPlanGroupDelete", {"id": gid}, "sellingPlanGroupDelete")


def add_products(client: AdminClient, gid: str, products: Sequence[str]) -> None:
    """Offer a group on up to PRODUCTS products; those it is on already stay. Raises ShopifyError."""
    variables = {"id": gid, "products": list(products[:PRODUCTS])}
    client.mutate("SellingPlanGroupAddProducts", variables, "sellingPlanGroupAddProducts")


def remove_products(client: AdminClient, gid: str, products: Sequence[str]) -> None:
    """Offer a group no longer on up to PRODUCTS products. Raises ShopifyError."""
    variables = {"id": gid, "products": list(products[:PRODUCTS])}
    client.mutate("SellingPlanGroupRemoveProducts", variables, "sellingPlanGroupRemoveProducts")


def add_variants(client: AdminClient, gid: str, variants: Sequence[str]) -> None:
    """Offer a group on up to PRODUCTS single variants; those it is on already stay. Raises ShopifyError."""
    variables = {"id": gid, "variants": list(variants[:PRODUCTS])}
    client.mutate("SellingPlanGroupAddVariants", variables, "sellingPlanGroupAddProductVariants")


def remove_variants(client: AdminClient, gid: str, variants: Sequence[str]) -> None:
    """Offer a group no longer on up to PRODUCTS single variants. Raises ShopifyError."""
    variables = {"id": gid, "variants": list(variants[:PRODUCTS])}
    client.mutate("SellingPlanGroupRemoveVariants", variables, "sellingPlanGroupRemoveProductVariants")


def find_products(client: AdminClient, words: str, patience: float = 5.0) -> tuple[list[tuple[str, str]], bool]:
    """Return active products (gid, title) by title, and whether there are more than FOUND. Raises ShopifyError.

    Each word may be the beginning of one in the title (Shopify docs, search syntax: `title:hou*`).
    """
    begins = [f"title:{word}*" for word in re.findall(r"\w+", words)[:5]]
    variables = {"first": FOUND, "query": " ".join(["status:active", *begins])}
    page = client.run("ProductTitles", variables, patience).data["products"]
    return [(node["id"], node["title"]) for node in page["nodes"]], bool(page["pageInfo"]["hasNextPage"])


def _complete(client: AdminClient, node: Node, patience: float) -> GroupSnapshot:
    products = _all(client, node, "products", "SellingPlanGroupProducts", patience)
    variants = _all(client, node, "productVariants", "SellingPlanGroupVariants", patience)
    return GroupSnapshot(
        gid=node["id"],
        name=node["name"],
        merchant_code=node["merchantCode"],
        options=tuple(node["options"]),
        created_at=known_instant(node["createdAt"]),
        plans=tuple(_plan(plan) for plan in node["sellingPlans"]["nodes"]),
        products=tuple(_product(product) for product in products),
        variants=tuple(_variant(variant) for variant in variants),
    )


def _all(client: AdminClient, node: Node, name: str, operation: str, patience: float) -> list[Node]:
    """All nodes of a group's connection, of which the first page is there."""
    found, info = list(node[name]["nodes"]), node[name]["pageInfo"]
    while info["hasNextPage"]:
        variables = {"id": node["id"], "first": PAGE, "after": info["endCursor"]}
        more = client.run(operation, variables, patience).data["sellingPlanGroup"]
        if not more:
            break
        found.extend(more[name]["nodes"])
        info = more[name]["pageInfo"]
    return found


def _plan(node: Node) -> PlanSnapshot:
    return PlanSnapshot(
        gid=node["id"],
        name=node["name"],
        options=tuple(node["options"]),
        position=node["position"] or 0,
        billing_policy=node["billingPolicy"],
        delivery_policy=node["deliveryPolicy"],
        pricing_policies=tuple(_price(policy) for policy in node["pricingPolicies"]),
    )


def _product(node: Node) -> PlanProduct:
    return PlanProduct(node["id"], node["title"], amount(node["priceRangeV2"]["minVariantPrice"]))


def _variant(node: Node) -> PlanVariant:
    product = node["product"]
    return PlanVariant(node["id"], product["id"], product["title"], node["title"], Decimal(node["price"]))


def _price(node: Node) -> Json:
    """A step as those of a contract's line (contents.read_pricing). `value` is text: the percentage, or an amount in
    the shop's currency; `after` is 0 for the policy that holds from the start."""
    value: dict[str, Any] = node["adjustmentValue"]
    number = value["percentage"] if "percentage" in value else value["amount"]
    return {"after": node.get("afterCycle") or 0, "type": node["adjustmentType"], "value": str(number)}

"""Products and variants as snapshots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from shopify_app.gateways.shopify import inventory
from shopify_app.gateways.shopify.client import AdminClient, Cost
from shopify_app.gateways.shopify.inventory import LevelSnapshot
from shopify_app.gateways.shopify.values import Node, known_instant

PAGE = 25
BATCH = 20
"""Variants per call: each asks for 21 points, most of them for its first five inventory levels."""


@dataclass(frozen=True)
class ProductSnapshot:
    """A Product as Shopify answered it. `url` is its page in the online store, None when it has none."""

    gid: str
    title: str
    handle: str | None
    status: str
    image_url: str | None
    url: str | None
    updated_at: datetime


@dataclass(frozen=True)
class VariantSnapshot:
    """A ProductVariant with its product and the stock of its inventory item, at all its locations.

    `price` is in the shop's currency.
    """

    gid: str
    title: str
    sku: str | None
    price: Decimal
    inventory_policy: str
    item_gid: str
    tracked: bool
    product: ProductSnapshot
    levels: tuple[LevelSnapshot, ...]


@dataclass(frozen=True)
class ProductPage:
    """One page of products; `cursor` is None after the last."""

    products: list[ProductSnapshot]
    cursor: str | None
    cost: Cost


def fetch(client: AdminClient, gid: str, patience: float = 5.0) -> ProductSnapshot | None:
    """Return one product, None when Shopify has none of this id (any more). Raises ShopifyError."""
    node = client.run("Product", {"id": gid}, patience).data["product"]
    return _product(node) if node else None


def fetch_page(client: AdminClient, query: str, after: str | None = None, patience: float = 5.0) -> ProductPage:
    """Return one page of products that match Shopify's search `query`, oldest change first. Raises ShopifyError."""
    answer = client.run("ProductPage", {"first": PAGE, "after": after, "query": query}, patience)
    page = answer.data["products"]
    info = page["pageInfo"]
    cursor = info["endCursor"] if info["hasNextPage"] else None
    return ProductPage([_product(node) for node in page["nodes"]], cursor, answer.cost)


def fetch_variants(
    client: AdminClient, gids: Sequence[str], patience: float = 5.0
) -> tuple[dict[str, VariantSnapshot], Cost]:
    """Return the variants that still exist among at most BATCH ids, by gid, and the cost. Raises ShopifyError.

    Items at more than five locations are asked for once more each.
    """
    answer = client.run("Variants", {"ids": list(gids[:BATCH])}, patience)
    found = {}
    for node in filter(None, answer.data["nodes"]):
        variant = _variant(node)
        if node["inventoryItem"]["inventoryLevels"]["pageInfo"]["hasNextPage"]:
            variant = replace(variant, levels=inventory.fetch_all(client, variant.item_gid, patience))
        found[variant.gid] = variant
    return found, answer.cost


def _product(node: Node) -> ProductSnapshot:
    preview = (node["featuredMedia"] or {}).get("preview") or {}
    return ProductSnapshot(
        gid=node["id"],
        title=node["title"],
        handle=node["handle"],
        status=node["status"],
        image_url=(preview.get("image") or {}).get("url"),
        url=node["onlineStoreUrl"],
        updated_at=known_instant(node["updatedAt"]),
    )


def _variant(node: Node) -> VariantSnapshot:
    item = node["inventoryItem"]
    return VariantSnapshot(
        gid=node["id"],
        title=node["title"],
        sku=node["sku"],
        price=Decimal(str(node["price"])),
        inventory_policy=node["inventoryPolicy"],
        item_gid=item["id"],
        tracked=bool(item["tracked"]),
        product=_product(node["product"]),
        levels=tuple(inventory.read(item["id"], level) for level in item["inventoryLevels"]["nodes"]),
    )

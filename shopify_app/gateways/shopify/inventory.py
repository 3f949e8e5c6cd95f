"""Inventory levels as snapshots: units of one item at one location, absolute."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.gateways.shopify.values import Node, instant, known_instant


@dataclass(frozen=True)
class LevelSnapshot:
    """An InventoryLevel's `available` quantity; `updated_at` decides which of two readings is newer.

    `location_name` is asked for with it, so that a page can say where something is (needs `read_locations`).
    """

    item_gid: str
    location_gid: str
    available: int
    updated_at: datetime
    location_name: str | None = None


def fetch(client: AdminClient, gid: str, patience: float = 5.0) -> LevelSnapshot | None:
    """Return one level by its gid (…/InventoryLevel/<n>?inventory_item_id=<id>), None when it is gone."""
    node = client.run("InventoryLevel", {"id": gid}, patience).data["inventoryLevel"]
    return read(node["item"]["id"], node) if node else None


def fetch_all(client: AdminClient, item_gid: str, patience: float = 5.0) -> tuple[LevelSnapshot, ...]:
    """Return all levels of an item, however many locations keep it; none when it is gone. Raises ShopifyError."""
    found: list[LevelSnapshot] = []
    after: str | None = None
    while True:
        item = client.run("InventoryLevels", {"id": item_gid, "after": after}, patience).data["inventoryItem"]
        if item is None:
            return ()
        page = item["inventoryLevels"]
        found += [read(item_gid, node) for node in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            return tuple(found)
        after = page["pageInfo"]["endCursor"]


def read(item_gid: str, node: Node) -> LevelSnapshot:
    """Return a snapshot of a level of this item. A level without an `available` quantity counts as zero."""
    quantity = next((part for part in node["quantities"] if part["name"] == "available"), None)
    changed = instant(quantity["updatedAt"]) if quantity else None
    return LevelSnapshot(
        item_gid=item_gid,
        location_gid=node["location"]["id"],
        available=int(quantity["quantity"]) if quantity else 0,
        updated_at=changed or known_instant(node["updatedAt"]),
        location_name=node["location"].get("name"),
    )

"""Locations, inventory items and levels. A level's ``available`` is what can still be sold."""

from __future__ import annotations

from typing import Any

from sandbox.shopify import payloads
from sandbox.shopify.connections import connection
from sandbox.shopify.registry import Ctx, View, gid, gid_key, node, query
from sandbox.shopify.times import graphql_time
from sandbox.world import World
from sandbox.world.store import Row


def create_location(world: World, shop: str, name: str) -> Row:
    """A place that keeps stock."""
    at = world.now().isoformat()
    return world.of("locations", shop).add({"name": name, "created_at": at, "updated_at": at, "active": True})


def create_item(world: World, shop: str, sku: str, *, tracked: bool = True) -> Row:
    """What is counted: the inventory item of a variant."""
    at = world.now().isoformat()
    row = {"sku": sku, "tracked": tracked, "requires_shipping": True, "created_at": at, "updated_at": at}
    return world.of("inventory_items", shop).add(row)


def stock(world: World, shop: str, item: int, location: int, available: int) -> Row:
    """Begin to keep an item at a location."""
    return world.of("inventory_levels", shop).add(
        {
            "inventory_item_id": item,
            "location_id": location,
            "available": available,
            "committed": 0,
            "updated_at": world.now().isoformat(),
        }
    )


def set_available(world: World, shop: str, item: int, available: int, location: int | None = None) -> Row:
    """Count the shelf. Raises KeyError when the item is not kept there."""
    rows = [r for r in levels(world, shop, item) if location in (None, r["location_id"])]
    if not rows:
        raise KeyError(f"inventory item {item} has no level")
    return _change(world, shop, rows[0], available - rows[0]["available"], 0)


def disconnect(world: World, shop: str, item: int, location: int) -> Row:
    """A location keeps an item no longer. Raises KeyError when it does not keep it."""
    row = next((r for r in levels(world, shop, item) if r["location_id"] == location), None)
    if row is None:
        raise KeyError(f"inventory item {item} is not kept at {location}")
    world.of("inventory_levels", shop).delete(row["id"])
    world.emit(shop, "inventory_levels/disconnect", payloads.disconnected(row))
    return row


def available(world: World, shop: str, item: int) -> int:
    """Sellable units over all locations."""
    return sum(int(row["available"]) for row in levels(world, shop, item))


def commit(world: World, shop: str, item: int, quantity: int) -> None:
    """An order takes units: from available to committed, at the location that has most."""
    rows = levels(world, shop, item)
    if rows:
        _change(world, shop, max(rows, key=lambda r: int(r["available"])), -quantity, quantity)


def ship(world: World, shop: str, item: int, quantity: int) -> None:
    """Fulfilled units leave the building."""
    for row in levels(world, shop, item)[:1]:
        _change(world, shop, row, 0, -quantity)


def levels(world: World, shop: str, item: int) -> list[Row]:
    """The item's levels."""
    return [r for r in world.of("inventory_levels", shop) if r["inventory_item_id"] == item]


def _change(world: World, shop: str, row: Row, available: int, committed: int) -> Row:
    row["available"] += available
    row["committed"] = max(0, row["committed"] + committed)
    row["updated_at"] = world.now().isoformat()
    world.of("inventory_levels", shop).put(row)
    if available:
        zone = world.shops[shop]["zone"]
        world.emit(shop, "inventory_levels/update", payloads.inventory_level(row, zone))
    return row


@query("location")
@node("Location")
def _location(ctx: Ctx, id: str) -> View | None:
    row = ctx.of("locations").get(gid_key("Location", id))
    return location_view(row) if row else None


@query("locations")
def _locations(ctx: Ctx, **page: Any) -> View:
    return connection(ctx.of("locations").all(), location_view, **_paging(page))


@query("inventoryItem")
@node("InventoryItem")
def _item(ctx: Ctx, id: str) -> View | None:
    row = ctx.of("inventory_items").get(gid_key("InventoryItem", id))
    return item_view(row) if row else None


@query("inventoryItems")
def _items(ctx: Ctx, **page: Any) -> View:
    return connection(ctx.of("inventory_items").all(), item_view, **_paging(page))


@query("inventoryLevel")
@node("InventoryLevel")
def _level(ctx: Ctx, id: str) -> View | None:
    row = ctx.of("inventory_levels").get(gid_key("InventoryLevel", id))
    return level_view(row) if row else None


def location_view(row: Row) -> View:
    """The Location object."""
    return {
        "__typename": "Location",
        "id": gid("Location", row["id"]),
        "legacyResourceId": str(row["id"]),
        "name": row["name"],
        "isActive": row["active"],
        "shipsInventory": True,
        "fulfillsOnlineOrders": True,
        "createdAt": graphql_time(row["created_at"]),
        "updatedAt": graphql_time(row["updated_at"]),
    }


def item_view(row: Row) -> View:
    """The InventoryItem object."""
    from sandbox.shopify import products

    return {
        "__typename": "InventoryItem",
        "id": gid("InventoryItem", row["id"]),
        "legacyResourceId": str(row["id"]),
        "sku": row["sku"],
        "tracked": row["tracked"],
        "requiresShipping": row["requires_shipping"],
        "createdAt": graphql_time(row["created_at"]),
        "updatedAt": graphql_time(row["updated_at"]),
        "inventoryLevels": lambda ctx, includeInactive=False, query=None, **page: connection(
            levels(ctx.world, ctx.shop, row["id"]), level_view, **page
        ),
        "inventoryLevel": lambda ctx, locationId, includeInactive=False: next(
            (
                level_view(r)
                for r in levels(ctx.world, ctx.shop, row["id"])
                if r["location_id"] == gid_key("Location", locationId)
            ),
            None,
        ),
        "variants": lambda ctx, **page: connection(
            [v for v in ctx.of("variants") if v["inventory_item_id"] == row["id"]], products.variant_view, **page
        ),
    }


def level_view(row: Row) -> View:
    """The InventoryLevel object. ``on_hand`` is what is available plus what is committed."""
    amounts = {
        "available": row["available"],
        "committed": row["committed"],
        "on_hand": row["available"] + row["committed"],
        "incoming": 0,
        "reserved": 0,
    }
    return {
        "__typename": "InventoryLevel",
        "id": f"{gid('InventoryLevel', row['id'])}?inventory_item_id={row['inventory_item_id']}",
        "isActive": True,
        "updatedAt": graphql_time(row["updated_at"]),
        "createdAt": graphql_time(row["updated_at"]),
        "item": lambda ctx: item_view(ctx.of("inventory_items")[row["inventory_item_id"]]),
        "location": lambda ctx: location_view(ctx.of("locations")[row["location_id"]]),
        "quantities": lambda ctx, names: [
            {
                "__typename": "InventoryQuantity",
                "id": gid("InventoryQuantity", f"{row['id']}-{name}"),
                "name": name,
                "quantity": amounts[name],
                "updatedAt": graphql_time(row["updated_at"]),
            }
            for name in names
            if name in amounts
        ],
    }


def _paging(arguments: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in arguments.items() if k in ("first", "last", "after", "before", "reverse")}

"""Products and variants. Contract prices are frozen copies: a change here never reaches a contract by itself."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sandbox.shopify import payloads, stock
from sandbox.shopify.connections import connection
from sandbox.shopify.registry import Ctx, View, gid, gid_key, node, query
from sandbox.shopify.search import ORDERS, instant, matching
from sandbox.shopify.times import graphql_time, money, rest_money
from sandbox.world import World
from sandbox.world.store import Row

FILTERS = {
    "id": lambda row: row["id"],
    "title": lambda row: row["title"],
    "status": lambda row: row["status"],
    "created_at": instant("created_at"),
    "updated_at": instant("updated_at"),
}
VARIANT_FILTERS = {
    "id": lambda row: row["id"],
    "product_id": lambda row: row["product_id"],
    "sku": lambda row: row["sku"],
    "updated_at": instant("updated_at"),
}


def create(world: World, shop: str, title: str, **values: Any) -> Row:
    """A product without variants yet."""
    at = world.now().isoformat()
    row: Row = {
        "title": title,
        "handle": title.lower().replace(" ", "-").replace("’", ""),
        "status": "ACTIVE",
        "vendor": world.shops[shop]["name"],
        "type": "Coffee",
        "created_at": at,
        "updated_at": at,
        **values,
    }
    return world.of("products", shop).add(row)


def add_variant(
    world: World,
    shop: str,
    product: Row,
    title: str,
    price: str,
    *,
    sku: str,
    available: int = 100,
    continue_selling: bool = False,
) -> Row:
    """A variant with its inventory item, stocked at the shop's first location."""
    item = stock.create_item(world, shop, sku)
    location = next(iter(world.of("locations", shop)), None) or stock.create_location(world, shop, "Roastery")
    stock.stock(world, shop, item["id"], location["id"], available)
    at = world.now().isoformat()
    siblings = [v for v in world.of("variants", shop) if v["product_id"] == product["id"]]
    return world.of("variants", shop).add(
        {
            "product_id": product["id"],
            "title": title,
            "sku": sku,
            "price": price,
            "position": len(siblings) + 1,
            "inventory_item_id": item["id"],
            "inventory_policy": "CONTINUE" if continue_selling else "DENY",
            "created_at": at,
            "updated_at": at,
        }
    )


def change_price(world: World, shop: str, variant_id: int, price: str) -> None:
    """The merchant changes the catalogue price."""
    variant = world.of("variants", shop)[variant_id]
    variant.update(price=price, updated_at=world.now().isoformat())
    world.of("variants", shop).put(variant)
    touch(world, shop, variant["product_id"])


def touch(world: World, shop: str, product_id: int, **values: Any) -> Row:
    """Change a product and say so."""
    row = world.of("products", shop)[product_id]
    row.update(values, updated_at=world.now().isoformat())
    world.of("products", shop).put(row)
    body = payloads.product(row, variants_of(world, shop, product_id), world.shops[shop]["zone"])
    world.emit(shop, "products/update", body)
    return row


def delete(world: World, shop: str, product_id: int) -> None:
    """The merchant deletes a product. Contracts keep their lines, with ids that lead nowhere."""
    for variant in variants_of(world, shop, product_id):
        world.of("variants", shop).delete(variant["id"])
    world.of("products", shop).delete(product_id)
    world.emit(shop, "products/delete", {"id": product_id})


def variants_of(world: World, shop: str, product_id: int) -> list[Row]:
    """The product's variants, in order."""
    return [v for v in world.of("variants", shop) if v["product_id"] == product_id]


@query("product")
@node("Product")
def _product(ctx: Ctx, id: str) -> View | None:
    row = ctx.of("products").get(gid_key("Product", id))
    return view(row) if row else None


@query("products")
def _products(
    ctx: Ctx, query: str | None = None, sortKey: str = "ID", savedSearchId: str | None = None, **page: Any
) -> View:
    return connection(matching(ctx.of("products").all(), query, FILTERS), view, order=ORDERS[sortKey], **page)


@query("productVariant")
@node("ProductVariant")
def _variant(ctx: Ctx, id: str) -> View | None:
    row = ctx.of("variants").get(gid_key("ProductVariant", id))
    return variant_view(row) if row else None


@query("productVariants")
def _variants(
    ctx: Ctx, query: str | None = None, sortKey: str = "ID", savedSearchId: str | None = None, **page: Any
) -> View:
    return connection(
        matching(ctx.of("variants").all(), query, VARIANT_FILTERS), variant_view, order=ORDERS[sortKey], **page
    )


def view(row: Row) -> View:
    """The Product object."""
    return {
        "__typename": "Product",
        "id": gid("Product", row["id"]),
        "legacyResourceId": str(row["id"]),
        "title": row["title"],
        "handle": row["handle"],
        "onlineStoreUrl": lambda ctx: f"https://{ctx.shop}/products/{row['handle']}",
        "status": row["status"],
        "vendor": row["vendor"],
        "productType": row["type"],
        "tags": [],
        "description": lambda ctx, truncateAt=None: f"{row['title']} by {row['vendor']}",
        "featuredImage": None,
        "featuredMedia": None,
        "requiresSellingPlan": False,
        "isGiftCard": False,
        "tracksInventory": True,
        "totalInventory": lambda ctx: sum(
            stock.available(ctx.world, ctx.shop, v["inventory_item_id"])
            for v in variants_of(ctx.world, ctx.shop, row["id"])
        ),
        "hasOnlyDefaultVariant": lambda ctx: len(variants_of(ctx.world, ctx.shop, row["id"])) == 1,
        "priceRangeV2": lambda ctx: _price_range(ctx, row),
        "createdAt": graphql_time(row["created_at"]),
        "updatedAt": graphql_time(row["updated_at"]),
        "publishedAt": graphql_time(row["created_at"]),
        "variants": lambda ctx, sortKey="POSITION", **page: connection(
            variants_of(ctx.world, ctx.shop, row["id"]), variant_view, **page
        ),
        "variantsCount": lambda ctx: {
            "__typename": "Count",
            "count": len(variants_of(ctx.world, ctx.shop, row["id"])),
            "precision": "EXACT",
        },
        "sellingPlanGroups": lambda ctx, **page: connection(groups_of(ctx, row["id"]), _group_view, **page),
    }


def variant_view(row: Row) -> View:
    """The ProductVariant object."""
    return {
        "__typename": "ProductVariant",
        "id": gid("ProductVariant", row["id"]),
        "legacyResourceId": str(row["id"]),
        "title": row["title"],
        "displayName": lambda ctx: f"{ctx.of('products')[row['product_id']]['title']} - {row['title']}",
        "sku": row["sku"],
        "barcode": None,
        "position": row["position"],
        "price": rest_money(row["price"]),
        "compareAtPrice": None,
        "image": None,
        "taxable": True,
        "inventoryPolicy": row["inventory_policy"],
        "inventoryQuantity": lambda ctx: stock.available(ctx.world, ctx.shop, row["inventory_item_id"]),
        "sellableOnlineQuantity": lambda ctx: stock.available(ctx.world, ctx.shop, row["inventory_item_id"]),
        "availableForSale": lambda ctx: (
            row["inventory_policy"] == "CONTINUE"
            or stock.available(ctx.world, ctx.shop, row["inventory_item_id"]) > 0
        ),
        "inventoryItem": lambda ctx: stock.item_view(ctx.of("inventory_items")[row["inventory_item_id"]]),
        "product": lambda ctx: view(ctx.of("products")[row["product_id"]]),
        "selectedOptions": [{"__typename": "SelectedOption", "name": "Size", "value": row["title"]}],
        "createdAt": graphql_time(row["created_at"]),
        "updatedAt": graphql_time(row["updated_at"]),
    }


def groups_of(ctx: Ctx, product_id: int) -> list[Row]:
    """The selling plan groups that offer this product."""
    return [g for g in ctx.of("selling_plan_groups") if product_id in g["product_ids"]]


def _group_view(row: Row) -> View:
    from sandbox.shopify import selling_plans

    return selling_plans.view(row)


def _price_range(ctx: Ctx, row: Row) -> View:
    currency = ctx.shop_row["currency"]
    prices = [Decimal(v["price"]) for v in variants_of(ctx.world, ctx.shop, row["id"])] or [Decimal(0)]
    return {
        "__typename": "ProductPriceRangeV2",
        "minVariantPrice": money(min(prices), currency),
        "maxVariantPrice": money(max(prices), currency),
    }

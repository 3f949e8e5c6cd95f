"""World → plain values for the admin's lists and the resource picker. Reads only; the caller holds the lock."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from sandbox.world import World
from sandbox.world.store import Row

Table = dict[str, Any]  # {"heads": [...], "rows": [[...]], "total": int}
KINDS = {"orders": "orders", "products": "products", "customers": "customers", "subscriptions": "contracts"}
SHOWN = 250
LINK = Path(__file__).resolve().parents[2] / "extensions/contract-link/shopify.extension.toml"


def listing(world: World, shop: Row, noun: str, only: str | None = None) -> Table:
    """The newest rows of one noun, or the one whose number is ``only``."""
    rows = world.of(KINDS[noun], shop["id"]).all()
    if only is not None:
        rows = [row for row in rows if str(row["id"]) == only]
    heads, line = _LINES[noun]
    newest = list(reversed(rows[-SHOWN:]))
    shown = [line(world, shop["id"], row) for row in newest]
    handle = shop["id"].removesuffix(".myshopify.com")
    links = [_link(world, handle, noun, row["id"]) for row in newest]
    return {"heads": heads, "rows": shown, "total": len(rows), "links": links if any(links) else []}


def _link(world: World, handle: str, noun: str, number: int) -> str | None:
    """Where a row leads: a product to its page; a subscription into the app, as its subscription link says."""
    if noun == "products":
        return f"/store/{handle}/products/{number}"
    if noun != "subscriptions":
        return None
    return f"/store/{handle}/apps/{world.config.handle}{_pattern().replace('{contract_id}', str(number))}"


@cache
def _pattern() -> str:
    found = tomllib.loads(LINK.read_text())["extensions"]
    return str(next(each["pattern"] for each in found if each["type"] == "subscription_link_extension"))


def customer_name(world: World, shop: str, customer_id: Any) -> str:
    """How the admin calls a customer; protected data may be missing."""
    row = world.of("customers", shop).get(customer_id)
    if not row:
        return "No customer"
    name = " ".join(part for part in (row.get("first_name"), row.get("last_name")) if part)
    return name or row.get("email") or f"Customer {row['id']}"


def _order(world: World, shop: str, row: Row) -> list[str]:
    lines = ", ".join(f"{line['quantity']} × {line['title']}" for line in row["lines"])
    state = "Cancelled" if row["cancelled_at"] else words(row["financial_status"])
    customer = customer_name(world, shop, row["customer_id"])
    return [row["name"], day(row["created_at"]), customer, lines, state, f"{row['total']} {row['currency']}"]


def _product(world: World, shop: str, row: Row) -> list[str]:
    variants = [v for v in world.of("variants", shop) if v["product_id"] == row["id"]]
    prices = ", ".join(f"{v['title']} {v['price']}" for v in variants)
    return [row["title"], words(row["status"]), str(len(variants)), prices]


def _customer(world: World, shop: str, row: Row) -> list[str]:
    held = sum(1 for c in world.of("contracts", shop) if c["customer_id"] == row["id"])
    return [str(row["id"]), customer_name(world, shop, row["id"]), row.get("email") or "—", str(held)]


def _contract(world: World, shop: str, row: Row) -> list[str]:
    lines = ", ".join(f"{line['quantity']} × {line['title']}" for line in row["lines"])
    customer = customer_name(world, shop, row["customer_id"])
    due = day(row["next_billing_date"] or "") or "—"
    every = rhythm(row["billing_policy"])
    return [str(row["id"]), customer, words(row["status"]), every, due, lines]


_LINES: dict[str, tuple[list[str], Callable[[World, str, Row], list[str]]]] = {
    "orders": (["Order", "Date", "Customer", "Items", "Payment", "Total"], _order),
    "products": (["Product", "Status", "Variants", "Prices"], _product),
    "customers": (["Number", "Name", "E-mail", "Subscriptions"], _customer),
    "subscriptions": (["Contract", "Customer", "Status", "Billed", "Next billing date, UTC", "Items"], _contract),
}


def rhythm(policy: Row) -> str:
    """``every month``, ``every 2 weeks``."""
    count, interval = policy["interval_count"], policy["interval"].lower()
    return f"every {interval}" if count == 1 else f"every {count} {interval}s"


def words(status: str) -> str:
    """``PARTIALLY_PAID`` → ``Partially paid``."""
    return status.replace("_", " ").capitalize()


def day(instant: str) -> str:
    """The day and minute of an ISO instant, UTC, as one reads it."""
    return instant[:16].replace("T", " ")


def pick_products(world: World, shop: str, wanted: str) -> list[dict[str, Any]]:
    """Products as the resource picker returns them (Shopify docs: App Bridge resource picker), the part we know."""
    return [
        _picked_product(world, shop, row)
        for row in world.of("products", shop)
        if wanted.lower() in row["title"].lower()
    ]


def pick_variants(world: World, shop: str, wanted: str) -> list[dict[str, Any]]:
    """Variants as the resource picker returns them."""
    products = pick_products(world, shop, wanted)
    return [
        {**variant, "product": {"id": product["id"], "title": product["title"]}}
        for product in products
        for variant in product["variants"]
    ]


def _picked_product(world: World, shop: str, row: Row) -> dict[str, Any]:
    variants = [v for v in world.of("variants", shop) if v["product_id"] == row["id"]]
    return {
        "id": f"gid://shopify/Product/{row['id']}",
        "title": row["title"],
        "handle": row["handle"],
        "status": row["status"],
        "vendor": row["vendor"],
        "productType": row["type"],
        "images": [],
        "tags": [],
        "totalVariants": len(variants),
        "hasOnlyDefaultVariant": len(variants) == 1,
        "variants": [_picked_variant(row, v) for v in variants],
    }


def _picked_variant(product: Row, row: Row) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/ProductVariant/{row['id']}",
        "title": row["title"],
        "displayName": f"{product['title']} - {row['title']}",
        "price": row["price"],
        "sku": row["sku"],
        "position": row["position"],
    }


PICKABLE: dict[str, Callable[[World, str, str], list[dict[str, Any]]]] = {
    "product": pick_products,
    "variant": pick_variants,
}

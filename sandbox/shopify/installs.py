"""The app in a shop: installed, uninstalled, installed again, and what Shopify does 48 hours after."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sandbox.shopify import payloads
from sandbox.world import World

GRACE = timedelta(hours=48)  # Shopify docs: shop/redact 48 h after the uninstall; plans and contracts go too


def install(world: World, shop: str) -> None:
    """Grant the app's scopes to the shop. Installing what is installed grants newly asked scopes."""
    row = world.shops[shop]
    before = row["install"].get("scopes", [])
    scopes = list(world.config.scopes)
    already = world.is_installed(shop)
    row["install"] = {"installed_at": world.now().isoformat(), "uninstalled_at": None, "scopes": scopes}
    world.shops.put(row)
    if already and set(before) != set(scopes):
        at = world.now().isoformat()
        world.emit(
            shop,
            "app/scopes_update",
            {"id": 1, "shop_id": row["number"], "previous": before, "current": scopes, "updated_at": at},
        )


def uninstall(world: World, shop: str) -> None:
    """Take the app away: every token dies at once, and app/uninstalled is the last webhook."""
    row = world.shops[shop]
    if not world.is_installed(shop):
        return
    row["install"]["uninstalled_at"] = world.now().isoformat()
    world.shops.put(row)
    for token in world.of("tokens", shop):
        world.of("tokens", shop).put({**token, "revoked": True})
    world.webhooks.drop(shop)
    world.emit(shop, "app/uninstalled", payloads.shop(row))


def redact_overdue(world: World) -> None:
    """48 hours after an uninstall: contracts are cancelled, selling plans deleted, shop/redact is sent."""
    for row in world.shops:
        gone = row["install"].get("uninstalled_at")
        done = row["install"].get("redacted_at")
        if gone and not done and world.now() >= datetime.fromisoformat(gone) + GRACE:
            _redact(world, row)


def _redact(world: World, shop: dict[str, Any]) -> None:
    domain = shop["id"]
    for contract in world.of("contracts", domain):
        if contract["status"] not in ("CANCELLED", "EXPIRED"):
            world.of("contracts", domain).put({**contract, "status": "CANCELLED"})
    for group in world.of("selling_plan_groups", domain):
        world.of("selling_plan_groups", domain).delete(group["id"])
    shop["install"]["redacted_at"] = world.now().isoformat()
    world.shops.put(shop)
    world.emit(domain, "shop/redact", {"shop_id": shop["number"], "shop_domain": domain})

"""The shop, and the app as the shop has installed it."""

from __future__ import annotations

from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.shopify import payloads
from sandbox.shopify.connections import connection
from sandbox.shopify.registry import Ctx, View, gid, node, query
from sandbox.shopify.times import graphql_time
from sandbox.world import World
from sandbox.world.store import Row


def create(world: World, domain: str, **values: Any) -> Row:
    """Open a shop. Keywords replace the defaults below."""
    at = world.now().isoformat()
    row: Row = {
        "id": domain,
        "number": world.store.next_id("Shop"),
        "name": "Rosebud Coffee",
        "email": "hello@rosebud-coffee.net",
        "owner": "Robin Fields",
        "zone": "America/New_York",
        "currency": "USD",
        "currencies": ["USD"],
        "country": "US",
        "locale": "en",
        "plan": "Basic",
        "local_delivery": None,  # {"city", "price"}: the shop brings it itself
        "pickup": None,  # {"price"}: it may be picked up at the shop's locations
        "created_at": at,
        "updated_at": at,
        "install": {},
    }
    return world.shops.put({**row, **values})


def update(world: World, domain: str, **values: Any) -> Row:
    """The merchant changes a setting of the shop; the app hears of it by shop/update."""
    row = world.shops[domain]
    row.update(values, updated_at=world.now().isoformat())
    world.shops.put(row)
    world.emit(domain, "shop/update", payloads.shop(row))
    return row


@query("shop")
def _shop(ctx: Ctx) -> View:
    return view(ctx.shop_row, ctx)


@node("Shop")
def _shop_node(ctx: Ctx, value: str) -> View | None:
    return view(ctx.shop_row, ctx) if value == gid("Shop", ctx.shop_row["number"]) else None


def view(row: Row, ctx: Ctx) -> View:
    """The Shop object."""
    offset = ctx.world.now().astimezone(ZoneInfo(row["zone"]))
    minutes = int((offset.utcoffset() or offset.astimezone(UTC).utcoffset()).total_seconds() // 60)  # type: ignore[union-attr]
    return {
        "__typename": "Shop",
        "id": gid("Shop", row["number"]),
        "name": row["name"],
        "email": row["email"],
        "contactEmail": row["email"],
        "shopOwnerName": row["owner"],
        "myshopifyDomain": row["id"],
        "primaryDomain": {
            "__typename": "Domain",
            "id": gid("Domain", row["number"]),
            "host": row["id"],
            "url": f"https://{row['id']}",
            "sslEnabled": True,
        },
        "url": f"https://{row['id']}",
        "ianaTimezone": row["zone"],
        "timezoneAbbreviation": offset.strftime("%Z"),
        "timezoneOffset": offset.strftime("%z"),
        "timezoneOffsetMinutes": minutes,
        "currencyCode": row["currency"],
        "shopAddress": {
            "__typename": "ShopAddress",
            "id": gid("ShopAddress", row["number"]),
            "countryCodeV2": row["country"],
        },
        "enabledPresentmentCurrencies": row["currencies"],
        "plan": {
            "__typename": "ShopPlan",
            "displayName": row["plan"],
            "publicDisplayName": row["plan"],
            "partnerDevelopment": False,
            "shopifyPlus": row["plan"] == "Plus",
        },
        "features": {
            "__typename": "ShopFeatures",
            "eligibleForSubscriptions": True,
            "sellsSubscriptions": True,
            "legacySubscriptionGatewayEnabled": False,
            "eligibleForSubscriptionMigration": True,
            "paypalExpressSubscriptionGatewayStatus": "ENABLED",
            "storefront": True,
        },
        "taxesIncluded": False,
        "createdAt": graphql_time(row["created_at"]),
        "updatedAt": graphql_time(row["updated_at"]),
    }


@query("currentAppInstallation")
def _installation(ctx: Ctx) -> View:
    config = ctx.world.config
    return {
        "__typename": "AppInstallation",
        "id": gid("AppInstallation", ctx.shop_row["number"]),
        "accessScopes": [{"__typename": "AccessScope", "handle": s, "description": s} for s in sorted(ctx.scopes)],
        "app": app_view(ctx),
        "launchUrl": config.url,
        "uninstallUrl": f"{ctx.world.origin}/store/{ctx.shop.removesuffix('.myshopify.com')}",
    }


@query("webhookSubscriptions")
def _webhook_subscriptions(ctx: Ctx, **arguments: Any) -> View:
    """Always empty: what shopify.app.toml subscribes is not returned (Shopify docs); others are not modelled."""
    page = {k: v for k, v in arguments.items() if k in ("first", "last", "after", "before", "reverse")}
    return connection([], dict, **page)


def app_view(ctx: Ctx) -> View:
    """This app: the only one whose contracts it can see."""
    config = ctx.world.config
    return {
        "__typename": "App",
        "id": gid("App", 1),
        "apiKey": config.api_key,
        "handle": config.handle,
        "title": config.name,
        "embedded": True,
    }

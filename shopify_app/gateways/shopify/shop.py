"""What Shopify says of the shop itself."""

from __future__ import annotations

from dataclasses import dataclass

from shopify_app.gateways.shopify.client import AdminClient


@dataclass(frozen=True)
class ShopInfo:
    """A shop as last read. `iana_timezone` decides on which local day a charge falls; `country` is an ISO code."""

    shopify_gid: str
    domain: str
    name: str
    iana_timezone: str
    currency: str
    plan_name: str
    country: str | None = None


def read(client: AdminClient, patience: float = 1.0) -> ShopInfo:
    """Return the shop of the client's token; raises as AdminClient.run. `patience`: seconds for a throttled shop."""
    shop = client.run("ShopInfo", patience=patience).data["shop"]
    return ShopInfo(
        shopify_gid=shop["id"],
        domain=shop["myshopifyDomain"],
        name=shop["name"],
        iana_timezone=shop["ianaTimezone"],
        currency=shop["currencyCode"],
        plan_name=(shop.get("plan") or {}).get("publicDisplayName") or "",
        country=(shop.get("shopAddress") or {}).get("countryCodeV2"),
    )

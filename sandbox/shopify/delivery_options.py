"""What shipping a draft could take to an address, and its price (SubscriptionDraft.deliveryOptions, schema 2026-10).

The answer is null while Shopify works it out: ask again. Shopify's reference app asks up to twenty times, a second
apart. Only shipping is modelled: no local delivery and no pickup.
"""

from __future__ import annotations

from typing import Any

from sandbox.shopify.registry import Ctx, View
from sandbox.shopify.times import money
from sandbox.world.store import Row

AT_HOME = (
    ("Standard", "standard", "3 to 5 business days", "4.50"),
    ("Express", "express", "1 to 2 business days", "12.00"),
)
ABROAD = (("International", "international", "7 to 14 business days", "19.00"),)
NOWHERE = ("KP",)
"""Countries the shop does not ship to."""


def resolve(ctx: Ctx, draft: Row, given: dict[str, Any] | None) -> View | None:
    """The options for an address, else for the draft's own; null the first time a draft is asked."""
    draft["options_asked"] = draft.get("options_asked", 0) + 1
    ctx.of("drafts").put(draft)
    if draft["options_asked"] == 1 and ctx.world.faults.harder("delivery_options_are_pending"):
        return None
    country = (given or {}).get("countryCode") or _country(draft)
    if country is None or country in NOWHERE:
        text = "No delivery options are available for this address."
        return {"__typename": "SubscriptionDeliveryOptionResultFailure", "message": text}
    rates = AT_HOME if country == ctx.shop_row["country"] else ABROAD
    options = [_option(rate, draft["currency"]) for rate in rates]
    return {"__typename": "SubscriptionDeliveryOptionResultSuccess", "deliveryOptions": options}


def _country(draft: Row) -> str | None:
    address = (draft["values"]["delivery"] or {}).get("address") or {}
    return address.get("country_code")


def _option(rate: tuple[str, str, str, str], currency: str) -> View:
    title, code, description, price = rate
    return {
        "__typename": "SubscriptionShippingOption",
        "title": title,
        "presentmentTitle": title,
        "code": code,
        "description": description,
        "phoneRequired": False,
        "price": money(price, currency),
    }

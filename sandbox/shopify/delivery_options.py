"""By what a draft could get to an address, and its price (SubscriptionDraft.deliveryOptions, schema 2026-10).

The answer is null while Shopify works it out: ask again. Shopify's reference app asks up to twenty times, a second
apart. A shop ships; it delivers by itself, or lets people pick up, when its settings say so:

- ``local_delivery`` {"city", "price"}: to addresses in that city,
- ``pickup`` {"price"}: at each of its locations that are active, all under one title and one code (doubt).

A price may be None, for the schema lets it: nobody says when Shopify has none.
"""

from __future__ import annotations

from typing import Any

from sandbox.shopify import stock
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
READY = "Usually ready in 24 hours"


def resolve(ctx: Ctx, draft: Row, given: dict[str, Any] | None) -> View | None:
    """The options for an address, else for the draft's own; null the first time a draft is asked."""
    draft["options_asked"] = draft.get("options_asked", 0) + 1
    ctx.of("drafts").put(draft)
    if draft["options_asked"] == 1 and ctx.world.faults.harder("delivery_options_are_pending"):
        return None
    country, city = _place(draft, given)
    ways = (*_shipping(ctx, country), *_local_delivery(ctx, city), *_pickup(ctx))
    if not ways:
        text = "No delivery options are available for this address."
        return {"__typename": "SubscriptionDeliveryOptionResultFailure", "message": text}
    options = [way | {"price": _price(way["price"], draft["currency"])} for way in ways]
    return {"__typename": "SubscriptionDeliveryOptionResultSuccess", "deliveryOptions": options}


def _place(draft: Row, given: dict[str, Any] | None) -> tuple[str | None, str | None]:
    """Country code and city of where to. What is picked up goes nowhere, unless the question names an address."""
    if given:
        return given.get("countryCode"), given.get("city")
    address = (draft["values"]["delivery"] or {}).get("address") or {}
    return address.get("country_code"), address.get("city")


def _shipping(ctx: Ctx, country: str | None) -> list[View]:
    if country is None or country in NOWHERE:
        return []
    rates = AT_HOME if country == ctx.shop_row["country"] else ABROAD
    return [
        _option("SubscriptionShippingOption", title, code, price, description=description, phoneRequired=False)
        for title, code, description, price in rates
    ]


def _local_delivery(ctx: Ctx, city: str | None) -> list[View]:
    offer = ctx.shop_row.get("local_delivery")
    if not offer or city != offer["city"]:
        return []
    typename, words = "SubscriptionLocalDeliveryOption", "By our own van, on weekdays"
    return [_option(typename, "Rosebud van", "van", offer["price"], description=words, phoneRequired=True)]


def _pickup(ctx: Ctx) -> list[View]:
    offer = ctx.shop_row.get("pickup")
    return [
        _option(
            "SubscriptionPickupOption",
            "Pickup",
            "pickup",
            offer["price"],
            description=None,
            phoneRequired=False,
            pickupTime=READY,
            location=stock.location_view(location),
        )
        for location in (ctx.of("locations").all() if offer else ())
        if location["active"]
    ]


def _option(typename: str, title: str, code: str, price: str | None, **more: Any) -> View:
    return {"__typename": typename, "title": title, "presentmentTitle": title, "code": code, "price": price, **more}


def _price(price: str | None, currency: str) -> View | None:
    return None if price is None else money(price, currency)

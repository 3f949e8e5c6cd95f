"""Triggers about what is short, and what was done about it."""

from __future__ import annotations

from shopify_app.channels.flow.fields import NUMBER, PRODUCT, Field, data, day, items, number_at, of, text
from shopify_app.channels.flow.trigger import ORDER, Trigger

_ITEM = (
    Field("", PRODUCT, "The product that is concerned", number_at("item", "product_gid")),
    data("Item", "Its title", "item", "title"),
    data("Item variant", "Its variant", "item", "variant_title"),
    data("SKU", "Its SKU", "item", "sku"),
    text("Variant ID", "Shopify's number of the variant", number_at("item", "variant_gid")),
    *ORDER,
)
_SHORT = (
    *_ITEM,
    data("Available", "Units there are", "available", type=NUMBER),
    day("Charge date", "When the order is to be charged", of("data", "charge_at")),
    data("If nothing is chosen", "What happens to the order: skip, delay, swap …", "default"),
    day("Choose until", "From when on that happens", of("data", "default_at")),
    day("Expected back on", "Empty when nobody has said", of("data", "expected_back_on")),
)

STOCK = (
    Trigger("stock-low", "Subscription item low", "An item will not last for this order.", ("stock.low",), _SHORT),
    Trigger(
        "stock-out",
        "Subscription item out of stock",
        "An item of this order is out of stock.",
        ("stock.out",),
        _SHORT,
    ),
    Trigger(
        "stock-discontinued",
        "Subscription item discontinued",
        "An item of this order is no longer sold.",
        ("stock.discontinued",),
        _SHORT,
    ),
    Trigger(
        "stock-substituted",
        "Subscription item substituted",
        "Another item is sent instead.",
        ("stock.substituted",),
        (
            *_ITEM,
            text("Items before", "What the order held", lambda story: items(story, "before")),
            text("Items after", "What it holds now", lambda story: items(story, "after")),
        ),
    ),
    Trigger(
        "stock-delayed",
        "Subscription order delayed",
        "The order waits until an item is back.",
        ("stock.delayed",),
        (
            *_ITEM,
            day("Charge date before", "When it was to be charged", of("before", "expected_at")),
            day("Charge date", "When it is to be charged now", of("after", "expected_at")),
        ),
    ),
    Trigger(
        "stock-partially-filled",
        "Subscription order partly sent",
        "The order is sent without an item.",
        ("stock.partially_filled",),
        (
            *_ITEM,
            text("Items before", "What the order held", lambda story: items(story, "before")),
            text("Items after", "What it holds now", lambda story: items(story, "after")),
        ),
    ),
    Trigger(
        "stock-back",
        "Subscription item back",
        "An order that waited goes on.",
        ("stock.back",),
        (*_ITEM, day("Charge date", "When it is charged now", of("data", "resume_at"))),
    ),
)

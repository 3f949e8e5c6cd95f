"""Events about stock: an item that will not be there for an order, what was done about it, and that it is back."""

from __future__ import annotations

from shopify_app.channels.klaviyo.events.common import (
    CHANGED_BY,
    CHARGE,
    CYCLE,
    DELAYS,
    HOST,
    PICTURE,
    SKIP,
    THING,
    TOTAL,
    UNTIL,
    day,
)
from shopify_app.channels.klaviyo.events.event import Event
from shopify_app.channels.klaviyo.events.property import Property, choice, rows, text, texts, url, whole

ACTIONS = ("tell", "swap", "delay", "skip", "ship_rest", "sell")
"""What can be done with an order whose item is not there: wait for the shop, send a substitute, wait until it is
back, skip, send the rest, send it as planned."""

_WAS_ISO = "2026-11-28T14:00:00+00:00"
_MOMENT, _ISO = "December 3, 2026, 9:00 AM EST", "2026-12-03T14:00:00+00:00"

_ITEM = (
    text("ItemText", "The item in words", "2 × House Blend (250 g)"),
    text("ItemName", "The item's product", "House Blend"),
    text("ItemVariantTitle", "The item's variant, if the product has several", "250 g", always=False),
    whole("ItemQuantity", "How many of it the order holds", 2),
    url("ItemImageURL", "A picture of it; a plain one when Shopify has none", f"{HOST}{PICTURE}", always=True),
    text("ItemSKU", "Its SKU", "HB-250", always=False),
    text("ItemProductID", "Shopify's number of its product", "8012345678901", always=False),
    text("ItemVariantID", "Shopify's number of its variant", "44012345678901", always=False),
)
_ALTERNATIVE = (
    text("ProductName", "The product's name", "Dark Roast"),
    text("VariantTitle", "The variant, if the product has several", "250 g", always=False),
    whole("Quantity", "How many would come", 2),
    text("Price", "What one costs in the shop, as text", "$14.00", always=False),
    url("ImageURL", "A picture; a plain one when Shopify has none", f"{HOST}{PICTURE}", always=True),
    url("ProductURL", "The product's page in the online shop", "https://example-shop.com/products/dark-roast"),
    text("ProductID", "Shopify's number of the product", "8012345678902", always=False),
    text("VariantID", "Shopify's number of the variant", "44012345678902", always=False),
)
_LINKS = (
    url("ChooseSubstituteUrl", "Choose a substitute for it", f"{HOST}/links/example-choose-swap"),
    url("ChooseWaitUrl", "Choose to wait until it is back", f"{HOST}/links/example-choose-delay"),
    url("ChooseSkipUrl", "Choose to skip this order", f"{HOST}/links/example-choose-skip"),
    url("ChooseRestUrl", "Choose to get the rest of the order without it", f"{HOST}/links/example-choose-rest"),
)
_BACK_ON = day(
    "ExpectedBackDate", "The day it is expected back, if known", "December 18, 2026", "2026-12-18T12:00:00+00:00",
    always=False,
)  # fmt: skip
_ANNOUNCED = (
    *_ITEM,
    *CHARGE,
    text("Available", "How many are left, as text because it may be “0”", "1", always=False),
    choice("DefaultAction", "What is done with this order if the shopper chooses nothing", "swap", ACTIONS),
    text(
        "DefaultText",
        "The same in a sentence",
        "If you do nothing, we send 2 × Dark Roast (250 g) instead.",
    ),
    *day("DefaultAt", "When that is decided", _MOMENT, _ISO, always=False),
    texts("Choices", f"What the shopper may choose, each one of: {', '.join(ACTIONS[1:5])}", ["swap"], always=False),
    rows("Alternatives", "What could come instead", _ALTERNATIVE, always=False),
    text("AlternativesText", "The same in words", "2 × Dark Roast (250 g)", always=False),
    *_BACK_ON,
    *_LINKS,
    CYCLE,
)
_CHANGED = (*_ITEM, *CHARGE, *TOTAL, *CHANGED_BY, *UNTIL, CYCLE, SKIP, *DELAYS)


def _side(name: str, says: str, example: str) -> tuple[Property, Property]:
    return (
        rows(f"{name}Items", f"What the order {says} holds", THING),
        text(f"{name}ItemsText", f"What the order {says} holds, in words", example),
    )


_BEFORE = _side("Before", "as it was", "2 × House Blend (250 g), 1 × Mug")

STOCK = (
    Event(
        "stock.low",
        "Subscription Item Low Stock",
        "An item will not last until this shopper's order: the soonest charge first, once per shortage.",
        "stock.low:<contract>:<cycle>:<decision>",
        (
            *_ANNOUNCED,
            *day(
                "RunsOutDate",
                "The day from which it no longer covers the subscriptions, if foreseen",
                "December 4, 2026",
                "2026-12-04T12:00:00+00:00",
                always=False,
            ),
        ),
        needed_by_shopper=True,
    ),
    Event(
        "stock.out",
        "Subscription Item Out Of Stock",
        "An item of a coming order is out of stock: before the charge, the soonest charge first, once per shortage.",
        "stock.out:<contract>:<cycle>:<decision>",
        _ANNOUNCED,
        needed_by_shopper=True,
    ),
    Event(
        "stock.substituted",
        "Substituted Subscription Item",
        "Something else was put into one order for an item that is not there.",
        "stock.substituted:<contract>:<cycle>:<decision>",
        (
            *_CHANGED,
            *_BEFORE,
            *_side("After", "as it is now", "2 × Dark Roast (250 g), 1 × Mug"),
        ),
        needed_by_shopper=True,
    ),
    Event(
        "stock.delayed",
        "Delayed Subscription Order",
        "An order waits until an item of it is back.",
        "stock.delayed:<contract>:<cycle>:<decision>",
        (
            *day("BeforeChargeDate", "The day of the charge before", "November 28, 2026", _WAS_ISO),
            *_CHANGED,
            *_BACK_ON,
        ),
        needed_by_shopper=True,
    ),
    Event(
        "stock.partially_filled",
        "Partially Filled Subscription Order",
        "The rest of an order is sent without an item that is not there.",
        "stock.partially_filled:<contract>:<cycle>:<decision>",
        (
            *_CHANGED,
            *_BEFORE,
            *_side("After", "as it is now", "1 × Mug"),
        ),
        needed_by_shopper=True,
    ),
    Event(
        "stock.back",
        "Subscription Item Back In Stock",
        "An item is back for an order that waited for it, or that its shopper had been told about.",
        "stock.back:<contract>:<cycle>:<decision>",
        (
            *_ITEM,
            *day("ResumeDate", "The day of the charge now", "December 19, 2026", "2026-12-19T14:00:00+00:00"),
            *TOTAL,
            *UNTIL,
            CYCLE,
            SKIP,
            *DELAYS,
        ),
    ),
    Event(
        "stock.discontinued",
        "Subscription Item Discontinued",
        "An item of a coming order will never be back: before its charge, once for each order concerned.",
        "stock.discontinued:<contract>:<cycle>:<decision>",
        (
            *_ANNOUNCED,
            text("ReplacementText", "What comes instead if nothing is chosen, if anything does",
                 "2 × Dark Roast (250 g)", always=False),
        ),
        needed_by_shopper=True,
    ),
)  # fmt: skip

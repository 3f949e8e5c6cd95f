"""Properties that several events share."""

from __future__ import annotations

from shopify_app.channels.klaviyo.events.property import (
    Property,
    choice,
    flag,
    instant,
    number,
    rows,
    text,
    texts,
    url,
    whole,
)

HOST = "https://perennial.example-shop.com"
"""Stands for the address of an installation in examples; a test event has the real one instead."""
PICTURE = "/static/no-picture.png"
"""Where our placeholder lies below HOST; a PNG, because mail programs show no SVG."""

STATUSES = ("Active", "Paused", "Cancelled", "Expired", "Failed")

ITEM = (
    text("ProductName", "The product's name", "House Blend"),
    text("VariantTitle", "The variant, if the product has several", "250 g", always=False),
    whole("Quantity", "How many", 2),
    text("Price", "The price of one, as text", "$14.00"),
    text("LinePrice", "The price of all of them after discounts, as text", "$25.20"),
    url(
        "ImageURL",
        "A picture of about 600 pixels; a plain one when Shopify has none",
        f"{HOST}{PICTURE}",
        always=True,
    ),
    url("ProductURL", "The product's page in the online shop", "https://example-shop.com/products/house-blend"),
    text("SKU", "The SKU", "HB-250", always=False),
    text("ProductID", "Shopify's number of the product", "8012345678901", always=False),
    text("VariantID", "Shopify's number of the variant", "44012345678901", always=False),
)

THING = tuple(one for one in ITEM if one.name in ("ProductName", "VariantTitle", "Quantity", "ImageURL"))
"""An item as it was or will be, where nothing is known of prices."""
CHANGERS = ("shopper", "staff", "system")

BASE = (
    text("SubscriptionId", "Shopify's number of the subscription", "25700001"),
    choice("Status", "The subscription's status, the same word in every language", "Active", STATUSES),
    text("StatusText", "The status in the shopper's language", "Active"),
    text("FrequencyText", "How often the shopper pays", "Every month"),
    choice("FrequencyUnit", "The unit of the rhythm of payment", "month", ("day", "week", "month", "year")),
    whole("FrequencyCount", "How many of these units lie between two payments", 1),
    flag("IsPrepaid", "Whether one payment covers several deliveries", False),
    text(
        "DeliveryFrequencyText", "How often it is delivered, for a prepaid subscription", "Every month", always=False
    ),
    text("Currency", "The currency, as ISO 4217 code", "USD"),
    rows(
        "Items",
        "What the order holds, else the subscription; for a loop or a table block",
        ITEM,
    ),
    whole("ItemCount", "How many pieces in all", 2),
    texts("ProductNames", "The names of the products", ["House Blend"]),
    texts("SKUs", "The SKUs", ["HB-250"], always=False),
    text("PaymentMethod", "The payment method in words", "Visa ending in 4242", always=False),
    text("CardBrand", "The brand of the card", "Visa", always=False),
    text("CardLast4", "The last four digits of the card", "4242", always=False),
    whole("OrdersCompleted", "How many orders were paid, the first included, if all are known", 3, always=False),
    url("ManageUrl", "Where the shopper manages subscriptions", "https://example-shop.com/account"),
    text("Locale", "The shopper's language tag; texts, dates and money follow it", "en"),
    text("ShopName", "The shop's name", "Rosebud Coffee"),
    text("ShopDomain", "The shop's domain at Shopify", "rosebud-coffee.myshopify.com"),
    text("SchemaVersion", "The version of this description", "1"),
    flag("Test", "Present and true on a test event only", True, always=False),
)

FALLBACK = (
    flag(
        "FallbackSent",
        "Present and true when the shopper was told by mail because Klaviyo could not be; it starts no flow",
        True,
        always=False,
    ),
)
RARE = ("Test", "FallbackSent")
"""What no example shows."""


def day(name: str, says: str, example: str, iso: str, *, always: bool = True) -> tuple[Property, Property]:
    """A date in words, in the shop's time zone, and its moment for filters."""
    return (
        text(name, says, example, always=always),
        instant(f"{name}ISO", f"{says}, as a moment", iso, always=always),
    )


def money(name: str, says: str, example: str, amount: float, *, always: bool = True) -> tuple[Property, Property]:
    """An amount in words, and as a number. Klaviyo ignores a number that is zero; the words stay."""
    return (
        text(name, says, example, always=always),
        number(f"{name}Amount", f"{says}, as a number", amount, always=always),
    )


CYCLE = whole("CycleIndex", "Shopify's index of the billing cycle", 4)
CHARGE = day("ChargeDate", "The day of the charge", "December 5, 2026", "2026-12-05T14:00:00+00:00")
TOTAL = money("OrderTotal", "What the order costs before taxes", "$30.20", 30.2)
NEXT = (
    *day(
        "NextChargeDate",
        "The day of the next charge, if one is planned",
        "January 5, 2027",
        "2027-01-05T15:00:00+00:00",
        always=False,
    ),
    *money("NextChargeTotal", "What the next charge comes to before taxes", "$30.20", 30.2, always=False),
)
CHANGED_BY = (
    choice("ChangedBy", "Who changed it", "shopper", CHANGERS),
    text("ChangedByText", "Who changed it, in a sentence, if known", "You changed this order.", always=False),
)
LATE = text("LateNotice", "The text “true” when it is told later than planned", "true", always=False)
LEAD = whole("LeadDays", "The lead this notice was planned for, in days", 3)
UNTIL = day(
    "EditableUntil",
    "Until when the shop's rules let the order be changed, if they still do",
    "December 5, 2026, 9:00 AM EST",
    "2026-12-05T14:00:00+00:00",
    always=False,
)
SKIP = url("SkipUrl", "Skip this order", f"{HOST}/links/example-skip")
UNSKIP = url("UnskipUrl", "Bring a skipped order back", f"{HOST}/links/example-unskip")
DELAYS = (
    url("DelayOneWeekUrl", "Move this order one week later", f"{HOST}/links/example-delay-1"),
    url("DelayTwoWeeksUrl", "Move this order two weeks later", f"{HOST}/links/example-delay-2"),
)

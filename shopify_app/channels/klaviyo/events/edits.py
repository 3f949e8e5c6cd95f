"""Events about edits: of one date, and of a whole subscription, by whomever and wherever they were made."""

from __future__ import annotations

from shopify_app.channels.klaviyo.events.common import (
    CHANGED_BY,
    CHARGE,
    CYCLE,
    DELAYS,
    NEXT,
    SKIP,
    THING,
    TOTAL,
    UNSKIP,
    UNTIL,
    day,
)
from shopify_app.channels.klaviyo.events.event import Event
from shopify_app.channels.klaviyo.events.property import Property, rows, text, whole

_BY = {"ChangedByText": "You changed this subscription."}
_WHOLE = (*CHANGED_BY, *NEXT)
_CHANGED = (*THING, whole("BeforeQuantity", "How many it was", 1))


def _things(name: str, says: str) -> tuple[Property, Property]:
    return (
        rows(f"{name}Items", says, THING),
        text(f"{name}ItemsText", f"{says}, in words", "2 × House Blend (250 g)"),
    )


_ADDED = _things("Added", "What comes from now on")
_REMOVED = _things("Removed", "What no longer comes")
_FREQUENCY = (
    text("BeforeFrequencyText", "How often the shopper paid", "Every month"),
    text("AfterFrequencyText", "How often the shopper pays from now on", "Every 2 months"),
    text(
        "BeforeDeliveryFrequencyText",
        "How often it was delivered, if prepaid before or now",
        "Every month",
        always=False,
    ),
    text(
        "AfterDeliveryFrequencyText",
        "How often it is delivered, if prepaid before or now",
        "Every month",
        always=False,
    ),
)
_PLACE = (
    text("ShippingCity", "The city it goes to now, if known", "Boston", always=False),
    text("ShippingCountry", "The country it goes to now, if known", "United States", always=False),
)

EDITS = (
    Event(
        "subscription.reactivated",
        "Reactivated Subscription",
        "A subscription that Shopify had marked as failed goes on.",
        "reactivated:<contract>:<revision>",
        (
            *day("ReactivatedDate", "The day it was reactivated", "December 1, 2026", "2026-12-01T14:00:00+00:00"),
            *NEXT,
        ),
    ),
    Event(
        "order.skipped",
        "Skipped Subscription Order",
        "An order was skipped, by whomever and wherever.",
        "order.skipped:<contract>:<cycle>:<moment>",
        (*CHARGE, *CHANGED_BY, *NEXT, CYCLE, UNSKIP),
    ),
    Event(
        "order.unskipped",
        "Unskipped Subscription Order",
        "A skipped order was brought back, by whomever and wherever.",
        "order.unskipped:<contract>:<cycle>:<moment>",
        (*CHARGE, *TOTAL, *CHANGED_BY, *UNTIL, CYCLE, SKIP, *DELAYS),
    ),
    Event(
        "order.moved",
        "Rescheduled Subscription Order",
        "One order was moved to another day, by whomever and wherever.",
        "order.moved:<contract>:<cycle>:<moment>",
        (
            *day(
                "BeforeChargeDate", "The day of the charge before", "November 28, 2026", "2026-11-28T14:00:00+00:00"
            ),
            *CHARGE,
            *TOTAL,
            *CHANGED_BY,
            *UNTIL,
            CYCLE,
            SKIP,
            *DELAYS,
        ),
    ),
    Event(
        "subscription.item_swapped",
        "Swapped Subscription Item",
        "Something in a subscription was swapped for something else, for all orders to come.",
        "item_swapped:<contract>:<revision>",
        (*_REMOVED, *_ADDED, *_WHOLE),
        _BY,
    ),
    Event(
        "subscription.item_added",
        "Added Subscription Item",
        "Something was added to a subscription, for all orders to come.",
        "item_added:<contract>:<revision>",
        (*_ADDED, *_WHOLE),
        _BY,
    ),
    Event(
        "subscription.item_removed",
        "Removed Subscription Item",
        "Something was removed from a subscription, for all orders to come.",
        "item_removed:<contract>:<revision>",
        (*_REMOVED, *_WHOLE),
        _BY,
    ),
    Event(
        "subscription.quantity_changed",
        "Changed Subscription Quantity",
        "More or less of something comes from now on.",
        "quantity_changed:<contract>:<revision>",
        (
            rows("ChangedItems", "What comes in another quantity", _CHANGED),
            text("ChangedItemsText", "The same in words", "House Blend (250 g): 2 instead of 1"),
            *_WHOLE,
        ),
        _BY,
    ),
    Event(
        "subscription.frequency_changed",
        "Changed Subscription Frequency",
        "The rhythm of payment or delivery changed.",
        "frequency_changed:<contract>:<revision>",
        (*_FREQUENCY, *_WHOLE),
        _BY | {"FrequencyText": "Every 2 months", "FrequencyCount": 2},
    ),
    Event(
        "subscription.address_changed",
        "Changed Subscription Address",
        "A subscription goes to another address from now on.",
        "address_changed:<contract>:<revision>",
        (*_PLACE, *_WHOLE),
        _BY,
    ),
)

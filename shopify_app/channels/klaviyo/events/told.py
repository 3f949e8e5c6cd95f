"""The events, on one page: which fact becomes which metric, when it fires and what it says beyond the base."""

from __future__ import annotations

from shopify_app.channels.klaviyo.events.common import (
    CHANGERS,
    CHARGE,
    CYCLE,
    DELAYS,
    LATE,
    LEAD,
    NEXT,
    SKIP,
    THING,
    TOTAL,
    UNSKIP,
    UNTIL,
    day,
    money,
)
from shopify_app.channels.klaviyo.events.edits import EDITS
from shopify_app.channels.klaviyo.events.event import Event as Event
from shopify_app.channels.klaviyo.events.methods import METHODS
from shopify_app.channels.klaviyo.events.payments import PAYMENTS
from shopify_app.channels.klaviyo.events.property import Property, choice, flag, rows, text, texts, whole
from shopify_app.channels.klaviyo.events.stock import STOCK

CHANGES = ("date", "skipped", "items", "amount")
DELIVERY_CHANGES = ("date", "cancelled")

_DAYS = text("DaysUntilCharge", "Days until the charge, as text because it may be “0”", "3", always=False)


def _side(name: str, words: str, date: str, iso: str, total: tuple[str, float]) -> tuple[Property, ...]:
    """What was told before, or is true now, of an upcoming order."""
    return (
        *day(f"{name}ChargeDate", f"The day of the charge {words}", date, iso, always=False),
        *money(f"{name}OrderTotal", f"What the order {words} costs before taxes", *total),
        rows(f"{name}Items", f"What the order {words} holds", THING, always=False),
        text(f"{name}ItemsText", f"What the order {words} holds, in words", "2 × House Blend (250 g)", always=False),
        flag(f"{name}Skipped", f"Whether the order {words} is skipped", False),
    )


EVENTS = (
    Event(
        "subscription.started",
        "Started Subscription",
        "A shopper started a subscription after Perennial was installed.",
        "started:<contract>",
        (
            *day("StartDate", "The day it started", "November 5, 2026", "2026-11-05T15:00:00+00:00"),
            *NEXT,
            text("OriginOrderId", "Shopify's number of the first order", "5500001", always=False),
        ),
        {"OrdersCompleted": 1},
    ),
    Event(
        "subscription.paused",
        "Paused Subscription",
        "A subscription was paused, by whomever.",
        "paused:<contract>:<revision>",
        day("PausedDate", "The day it was paused", "December 1, 2026", "2026-12-01T14:00:00+00:00"),
        {"Status": "Paused", "StatusText": "Paused"},
    ),
    Event(
        "subscription.resumed",
        "Resumed Subscription",
        "A subscription became active again.",
        "resumed:<contract>:<revision>",
        (*day("ResumedDate", "The day it was resumed", "December 1, 2026", "2026-12-01T14:00:00+00:00"), *NEXT),
    ),
    Event(
        "subscription.cancelled",
        "Cancelled Subscription",
        "A subscription was cancelled, by whomever.",
        "cancelled:<contract>:<revision>",
        day("CancelledDate", "The day it was cancelled", "December 1, 2026", "2026-12-01T14:00:00+00:00"),
        {"Status": "Cancelled", "StatusText": "Cancelled"},
    ),
    Event(
        "subscription.withdrawn",
        "Withdrawn Subscription",
        "A shopper withdrew from the contract, as their region's law lets them: the acknowledgement, with its time.",
        "subscription.withdrawn:<contract>:<request>:<moment>",
        (
            *day(
                "WithdrawnAt",
                "The moment at which it was declared",
                "December 1, 2026, 9:00 AM EST",
                "2026-12-01T14:00:00+00:00",
            ),
            text("ContractMadeDate", "The day the contract was made", "November 25, 2026"),
        ),
        {"Status": "Cancelled", "StatusText": "Cancelled"},
        needed_by_shopper=True,
    ),
    Event(
        "subscription.expired",
        "Expired Subscription",
        "A subscription ended because its last planned order was reached.",
        "expired:<contract>:<revision>",
        day("ExpiredDate", "The day it ended", "December 1, 2026", "2026-12-01T14:00:00+00:00"),
        {"Status": "Expired", "StatusText": "Ended"},
    ),
    Event(
        "order.upcoming",
        "Upcoming Subscription Order",
        "So many days before a charge, once for each lead of the shop; at once for a subscription younger than that.",
        "upcoming:<contract>:<cycle>:<lead days>",
        (*CHARGE, *TOTAL, *UNTIL, _DAYS, LEAD, LATE, CYCLE, SKIP, *DELAYS),
        needed_by_shopper=True,
    ),
    Event(
        "order.changed",
        "Changed Upcoming Order",
        "An order that had been announced changed: its date, its contents, its price, or whether it is skipped.",
        "changed:<contract>:<cycle>:<number>:<hash of what it is now>",
        (
            text(
                "ChangesText",
                "What changed, in sentences",
                "The date moved from December 5, 2026 to December 12, 2026.",
            ),
            texts("Changes", f"What changed, each one of: {', '.join(CHANGES)}", ["date"]),
            choice("ChangedBy", "Who changed it", "shopper", CHANGERS),
            text("ChangedByText", "Who changed it, in a sentence, if known", "You changed this order.", always=False),
            *_side("Before", "as it was told", "December 5, 2026", "2026-12-05T14:00:00+00:00", ("$30.20", 30.2)),
            *_side("After", "as it is now", "December 12, 2026", "2026-12-12T14:00:00+00:00", ("$30.20", 30.2)),
            *day(
                "ChargeDate",
                "The day of the charge as it is now",
                "December 12, 2026",
                "2026-12-12T14:00:00+00:00",
                always=False,
            ),
            *money("OrderTotal", "What the order costs now, before taxes", "$30.20", 30.2),
            *UNTIL,
            _DAYS,
            Property(LEAD.name, "The lead at which it was last told, in days", 3, LEAD.schema, False),
            LATE,
            CYCLE,
            SKIP,
            UNSKIP,
            *DELAYS,
        ),
        {"DaysUntilCharge": "10"},
        needed_by_shopper=True,
    ),
    Event(
        "delivery.upcoming",
        "Upcoming Subscription Delivery",
        "So many days before each delivery of a prepaid subscription.",
        "delivery:<contract>:<cycle>:<delivery>:<lead days>",
        (
            *day("DeliveryDate", "The day it is to be shipped", "December 5, 2026", "2026-12-05T05:00:00+00:00"),
            text("DeliveryText", "Which delivery it is, in words", "Delivery 2 of 6"),
            whole("DeliveryNumber", "Which delivery of those paid for it is", 2),
            whole("DeliveryCount", "How many deliveries were paid for together", 6),
            text("DaysUntilDelivery", "Days until it is shipped, as text because it may be “0”", "3", always=False),
            LEAD,
            LATE,
            Property(CYCLE.name, f"{CYCLE.says}; not if checkout paid", CYCLE.example, CYCLE.schema, False),
            text("FulfillmentOrderId", "Shopify's number of the fulfillment order", "6600001", always=False),
        ),
        {"IsPrepaid": True, "FrequencyText": "Every 6 months", "FrequencyCount": 6},
        needed_by_shopper=True,
    ),
    Event(
        "delivery.changed",
        "Changed Upcoming Delivery",
        "A delivery of a prepaid subscription that had been announced moved to another day, or was cancelled.",
        "delivery-changed:<contract>:<cycle>:<delivery>:<time of the change>",
        (
            text(
                "ChangesText",
                "What changed, in a sentence",
                "This delivery moved from December 5, 2026 to December 8, 2026.",
            ),
            texts("Changes", f"What changed, each one of: {', '.join(DELIVERY_CHANGES)}", ["date"]),
            *day(
                "BeforeDeliveryDate", "The day it was announced for", "December 5, 2026", "2026-12-05T05:00:00+00:00"
            ),
            *day(
                "DeliveryDate",
                "The day it is to be shipped now; not if it was cancelled",
                "December 8, 2026",
                "2026-12-08T05:00:00+00:00",
                always=False,
            ),
            text("DeliveryText", "Which delivery it is, in words", "Delivery 2 of 6"),
            whole("DeliveryNumber", "Which delivery of those paid for it is", 2),
            whole("DeliveryCount", "How many deliveries were paid for together", 6),
            text("DaysUntilDelivery", "Days until it is shipped, as text because it may be “0”", "6", always=False),
            Property(CYCLE.name, f"{CYCLE.says}; not if checkout paid", CYCLE.example, CYCLE.schema, False),
            text("FulfillmentOrderId", "Shopify's number of the fulfillment order", "6600001", always=False),
        ),
        {"IsPrepaid": True, "FrequencyText": "Every 6 months", "FrequencyCount": 6},
    ),
    Event(
        "order.processed",
        "Processed Subscription Order",
        "A charge was paid and its order exists, whoever asked for the charge.",
        "processed:<contract>:<cycle>",
        (
            *day("ChargeDate", "The day it was paid", "December 5, 2026", "2026-12-05T14:01:00+00:00"),
            *money("OrderTotal", "What was paid", "$32.70", 32.7, always=False),
            text("OrderName", "The order's name in Shopify", "#1042", always=False),
            text("OrderId", "Shopify's number of the order", "5500042", always=False),
            *NEXT,
            CYCLE,
        ),
        {"OrdersCompleted": 4},
    ),
    *EDITS,
    *METHODS,
    *PAYMENTS,
    *STOCK,
)

NEEDED = tuple(event.kind for event in EVENTS if event.needed_by_shopper)
"""Kinds that are told by mail while Klaviyo cannot be."""
BY_KIND = {event.kind: event for event in EVENTS}
BY_SLUG = {event.slug: event for event in EVENTS}

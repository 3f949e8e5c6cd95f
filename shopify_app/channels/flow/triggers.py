"""The triggers, on one page with what they import. Handles and field names are an API: workflows hang on them.

`extensions/flow-<handle>` are written from here (`perennial extensions`). Names say what happened, in sentence case
(Shopify docs, Flow actions, "naming"); handles and names have at most 30 characters (docs, Flow trigger reference).
"""

from __future__ import annotations

from shopify_app.channels.flow.fields import YES_NO, Field, day, items, number_at, of, text
from shopify_app.channels.flow.trigger import CHARGED, ORDER, Trigger
from shopify_app.channels.flow.triggers_of_payment import PAYMENT
from shopify_app.channels.flow.triggers_of_stock import STOCK
from shopify_app.channels.klaviyo.story import Story
from shopify_app.edits.contract.statuses import REASONS

CHANNEL = "flow"


def _reason(story: Story) -> str:
    reason = str(story.fact.data.get("reason") or "")
    return REASONS.get(reason, reason)


LIFECYCLE = (
    Trigger(
        "subscription-started",
        "Subscription started",
        "A shopper subscribed.",
        ("subscription.started",),
        (text("First order ID", "Shopify's number of the order it began with", number_at("origin_order_gid")),),
    ),
    Trigger(
        "subscription-paused",
        "Subscription paused",
        "Nothing is charged until it is resumed.",
        ("subscription.paused",),
        (day("Resumes on", "Empty when nobody has said", of("data", "resumes_at")),),
    ),
    Trigger(
        "subscription-resumed",
        "Subscription resumed",
        "A paused or failed subscription goes on.",
        ("subscription.resumed", "subscription.reactivated"),
    ),
    Trigger(
        "subscription-cancelled",
        "Subscription cancelled",
        "A subscription has ended for good.",
        ("subscription.cancelled",),
        (text("Reason", "Why, if somebody said", _reason),),
    ),
    Trigger(
        "subscription-expired",
        "Subscription expired",
        "A subscription reached its last order.",
        ("subscription.expired",),
    ),
)
CHANGES = (
    Trigger("order-skipped", "Subscription order skipped", "One order is left out.", ("order.skipped",), CHARGED),
    Trigger(
        "order-moved",
        "Subscription order moved",
        "One order is charged on another day.",
        ("order.moved",),
        (
            *ORDER,
            day("Charge date before", "When it was to be charged", of("before", "expected_at")),
            day("Charge date", "When it is to be charged now", of("after", "expected_at")),
        ),
    ),
    Trigger(
        "address-changed",
        "Subscription address changed",
        "Orders go to another address from now on.",
        ("subscription.address_changed",),
    ),
    Trigger(
        "items-changed",
        "Subscription items changed",
        "Items or quantities changed, in one order or for good.",
        (
            "order.contents_changed",
            "subscription.item_added",
            "subscription.item_removed",
            "subscription.item_swapped",
            "subscription.quantity_changed",
        ),
        (
            *ORDER,
            Field("For one order", YES_NO, "Or else for good", lambda story: story.fact.cycle_index is not None),
            text("Items before", "What changed, as it was", lambda story: items(story, "before")),
            text("Items after", "What changed, as it is now", lambda story: items(story, "after")),
        ),
    ),
)
GROUPS = {"Subscriptions": LIFECYCLE, "Orders and items": CHANGES, "Stock": STOCK, "Payment": PAYMENT}
"""As the settings show them."""
TRIGGERS = tuple(trigger for group in GROUPS.values() for trigger in group)
BY_HANDLE = {trigger.handle: trigger for trigger in TRIGGERS}
BY_KIND = {kind: trigger for trigger in TRIGGERS for kind in trigger.kinds}

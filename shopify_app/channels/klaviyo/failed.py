"""What *Subscription Charge Failed* says: whose trouble it is, and in which words the shopper hears of it."""

from __future__ import annotations

from shopify_app.channels.klaviyo import words
from shopify_app.channels.klaviyo.parts import amount, when
from shopify_app.channels.klaviyo.story import Story
from shopify_app.gateways.shopify.decline_codes import Decline
from shopify_app.kit.db import Json

KINDS = {
    Decline.TRANSIENT: "transient",
    Decline.SOFT: "shopper_can_fix",
    Decline.SHOPPER_ACTION: "shopper_can_fix",
    Decline.PAYMENT_METHOD: "shopper_can_fix",
    Decline.ADDRESS: "shopper_can_fix",
    Decline.MERCHANT: "merchant_must_fix",
    Decline.INVENTORY: "stock",
    Decline.ALREADY_PAID: "merchant_must_fix",
    Decline.CUSTOMER_GONE: "merchant_must_fix",
}
"""Class of a decline → FailureKind."""


def failed(story: Story) -> Json:
    """Return the properties of a `charge.failed` fact."""
    data, decline = story.fact.data, Decline(story.fact.data["class"])
    at = (story.cycle.due_at or story.cycle.expected_at) if story.cycle else story.fact.occurred_at
    kind = KINDS[decline]
    phrase = "merchant" if kind == "merchant_must_fix" else decline.value
    return {
        **when(story, "ChargeDate", at),
        **amount(story, "OrderTotal", story.order.total, story.contract.currency),
        "FailureKind": kind,
        "FailureText": words.say(story.locale, f"failed_{phrase}"),
        "ErrorCode": data.get("code"),
        "AttemptNumber": data["attempt_number"],
        "CycleIndex": story.fact.cycle_index,
    }

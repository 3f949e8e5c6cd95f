"""Triggers about payment: charges that fail and come good, and cards."""

from __future__ import annotations

from shopify_app.channels.flow.fields import NUMBER, data, day, of
from shopify_app.channels.flow.trigger import CHARGED, ORDER, Trigger

_CASE = (data("Attempts", "How often it was tried", "attempts", type=NUMBER), data("Code", "Shopify's code", "code"))

PAYMENT = (
    Trigger(
        "payment-failed",
        "Subscription payment failed",
        "A charge failed.",
        ("payment.failed",),
        (
            *CHARGED,
            data("Failure", "What kind of failure it is", "class"),
            data("Code", "Shopify's code", "code"),
            data("Attempts left", "How often it is tried again", "attempts_left", type=NUMBER),
            day("Tried again on", "Empty when it is not", of("data", "next_step_at")),
        ),
    ),
    Trigger(
        "payment-recovered",
        "Subscription payment recovered",
        "A charge that had failed was paid.",
        ("payment.recovered",),
        (*ORDER, *_CASE),
    ),
    Trigger(
        "payment-exhausted",
        "Subscription payment given up",
        "A failed charge is not tried any more.",
        ("payment.exhausted",),
        (*ORDER, *_CASE, data("Ended with", "What was done with the order or subscription", "final_action")),
    ),
    Trigger(
        "card-expiring",
        "Subscription card expiring",
        "A card ends before the next charge.",
        ("payment_method.expiring",),
        (
            day("Last day", "The last day of the card", of("data", "expires_on")),
            data("Days left", "Days until then", "days_until_expiry", type=NUMBER),
        ),
    ),
    Trigger(
        "card-removed",
        "Subscription card removed",
        "A payment method is gone.",
        ("payment_method.removed",),
        (data("Reason", "Shopify's reason", "reason"),),
    ),
)

"""What is told of failed charges: that one failed, that the bank asks for more, and how it ended."""

from __future__ import annotations

from shopify_app.channels.klaviyo.events.common import CHARGE, CYCLE, HOST, NEXT, TOTAL, day
from shopify_app.channels.klaviyo.events.event import Event
from shopify_app.channels.klaviyo.events.property import choice, text, url, whole

FAILURES = ("shopper_can_fix", "merchant_must_fix", "transient", "stock")
FINALS = ("skip", "pause", "cancel")

_KIND = choice("FailureKind", "What kind of trouble it is", "shopper_can_fix", FAILURES)
_CODE = text("ErrorCode", "Shopify's code of the error", "CARD_DECLINED", always=False)
_UPDATE = url("UpdatePaymentUrl", "Where the shopper changes how to pay", "https://example-shop.com/account")
_ATTEMPTS = whole("Attempts", "How many attempts at this charge failed", 2)
_FINAL = choice("FinalAction", "What is done in the end if nothing helps; not if a person decides", "pause", FINALS)

PAYMENTS = (
    Event(
        "payment.failed",
        "Subscription Charge Failed",
        "Each time a charge fails. What is not the shopper's to mend is sent as history, which starts no flow; so is "
        "the last failure where the end, which is told, comes at once.",
        "payment.failed:<contract>:<cycle>:<attempt>",
        (
            *CHARGE,
            *TOTAL,
            _KIND,
            text("FailureText", "What happened, in a sentence for the shopper", "Your bank declined the payment."),
            text(
                "WhatNextText",
                "What happens next, in sentences; not if a person decides",
                "We try again on December 6, 2026. If no payment succeeds, your subscription is paused on "
                "December 12, 2026.",
                always=False,
            ),
            _CODE,
            whole("AttemptNumber", "Which attempt at this charge failed", 1),
            text("AttemptsLeft", "How many more are planned, as text because it may be “0”", "3", always=False),
            *day(
                "NextRetryDate",
                "The day of the next attempt, if one is planned",
                "December 6, 2026",
                "2026-12-06T14:00:00+00:00",
                always=False,
            ),
            *day(
                "FinalDate",
                "The day of the final action if nothing helps",
                "December 12, 2026",
                "2026-12-12T14:00:00+00:00",
                always=False,
            ),
            choice(_FINAL.name, _FINAL.says, "pause", FINALS, always=False),
            _UPDATE,
            CYCLE,
        ),
        needed_by_shopper=True,
    ),
    Event(
        "payment.action_required",
        "Subscription Payment Action Required",
        "The shopper's bank asks them to confirm a charge (3-D Secure).",
        "payment.action_required:<contract>:<cycle>:<attempt>",
        (
            *CHARGE,
            *TOTAL,
            url("ConfirmUrl", "Where the shopper confirms the payment", f"{HOST}/example-confirm", always=True),
            *day(
                "ExpiresDate",
                "The day until which we wait for it",
                "December 12, 2026",
                "2026-12-12T14:00:00+00:00",
                always=False,
            ),
            whole("AttemptNumber", "Which attempt at this charge it is", 1),
            CYCLE,
        ),
        needed_by_shopper=True,
    ),
    Event(
        "payment.recovered",
        "Subscription Charge Recovered",
        "A charge that had failed, and that the shopper had heard of, is paid after all.",
        "payment.recovered:<contract>:<cycle>:<start of the trouble>",
        (
            *day("PaidDate", "The day it was paid", "December 6, 2026", "2026-12-06T14:01:00+00:00"),
            *TOTAL,
            _ATTEMPTS,
            *NEXT,
            CYCLE,
        ),
    ),
    Event(
        "payment.exhausted",
        "Subscription Payment Exhausted",
        "Nothing helped, and what the shop does in the end was done.",
        "payment.exhausted:<contract>:<cycle>:<start of the trouble>",
        (
            *TOTAL,
            _ATTEMPTS,
            choice("FinalAction", "What was done in the end", "pause", FINALS),
            text("FinalText", "What was done, in a sentence for the shopper", "Your subscription is paused."),
            text("FailureText", "Why the last attempt failed", "Your bank declined the payment."),
            _CODE,
            _UPDATE,
            CYCLE,
        ),
        {"Status": "Paused", "StatusText": "Paused"},
        needed_by_shopper=True,
    ),
)

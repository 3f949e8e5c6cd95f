"""What the events about failed charges say: whose trouble it is, what comes next, and how it ended."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from shopify_app.channels.klaviyo import words
from shopify_app.channels.klaviyo.events.payments import FINALS
from shopify_app.channels.klaviyo.parts import amount, following, when
from shopify_app.channels.klaviyo.story import CannotRender, Story
from shopify_app.gateways.shopify.decline_codes import Decline
from shopify_app.kit.db import Json
from shopify_app.kit.speech import N_
from shopify_app.links.urls import account_url

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
TRYING = ("retry", "card")
"""Steps that charge once more."""


def failed(story: Story) -> Json:
    """Return the properties of a `payment.failed` fact."""
    data = story.fact.data
    next_at, final_at = _instant(data.get("next_step_at")), _instant(data.get("final_at"))
    retry_at = next_at if data.get("next_step") in TRYING else None
    final = data["final"] if data.get("final") in FINALS and final_at else None
    left = data.get("attempts_left")
    return {
        **_charge(story),
        "FailureKind": KINDS[Decline(data["class"])],
        "FailureText": _why(story),
        "WhatNextText": _what_next(story, retry_at, final_at if final else None, final),
        "ErrorCode": data.get("code"),
        "AttemptNumber": data["attempt_number"],
        # text, because Klaviyo ignores a property that is 0
        "AttemptsLeft": None if left is None else str(left),
        **(when(story, "NextRetryDate", retry_at) if retry_at else {}),
        **(when(story, "FinalDate", final_at) if final and final_at else {}),
        "FinalAction": final,
        "UpdatePaymentUrl": account_url(story.shop),
        "CycleIndex": story.fact.cycle_index,
    }


def action_required(story: Story) -> Json:
    """Return the properties of a `payment.action_required` fact. Raises CannotRender when the bank's page is gone."""
    data = story.fact.data
    page = story.challenges.get(data["attempt_id"])
    if page is None:
        raise CannotRender(N_("the bank's page for confirming the payment is no longer known"))
    expires = _instant(data.get("next_step_at"))
    return {
        **_charge(story),
        "ConfirmUrl": page,
        **(when(story, "ExpiresDate", expires) if expires else {}),
        "AttemptNumber": data["attempt_number"],
        "CycleIndex": story.fact.cycle_index,
    }


def recovered(story: Story) -> Json:
    """Return the properties of a `payment.recovered` fact."""
    return {
        **when(story, "PaidDate", story.fact.occurred_at),
        **_total(story),
        "Attempts": story.fact.data["attempts"],
        **following(story),
        "CycleIndex": story.fact.cycle_index,
    }


def exhausted(story: Story) -> Json:
    """Return the properties of a `payment.exhausted` fact."""
    data = story.fact.data
    return {
        **_total(story),
        "Attempts": data["attempts"],
        "FinalAction": data["final_action"],
        "FinalText": words.say(story.locale, f"ended_{data['final_action']}"),
        "FailureText": _why(story),
        "ErrorCode": data.get("code"),
        "UpdatePaymentUrl": account_url(story.shop),
        "CycleIndex": story.fact.cycle_index,
    }


def _charge(story: Story) -> Json:
    at = (story.cycle.due_at or story.cycle.expected_at) if story.cycle else story.fact.occurred_at
    return {
        **when(story, "ChargeDate", at),
        **amount(story, "OrderTotal", story.order.total, story.contract.currency),
    }


def _total(story: Story) -> Json:
    data = story.fact.data
    return amount(story, "OrderTotal", Decimal(data["amount"]), data["currency"])


def _why(story: Story) -> str:
    decline = Decline(story.fact.data["class"])
    phrase = "merchant" if KINDS[decline] == "merchant_must_fix" else decline.value
    return words.say(story.locale, f"failed_{phrase}")


def _what_next(story: Story, retry_at: datetime | None, final_at: datetime | None, final: str | None) -> str:
    said = []
    if retry_at:
        said.append(words.say(story.locale, "next_retry", day=_day(story, retry_at)))
    if final and final_at:
        said.append(words.say(story.locale, f"next_{final}", day=_day(story, final_at)))
    return " ".join(said)


def _day(story: Story, at: datetime) -> str:
    return words.day(at, story.shop.zone, story.locale)


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None

"""How states read to a merchant: status badges, payment warnings, outcomes of charges, reasons for waiting."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from shopify_app.billing.models import (
    CHALLENGED,
    DUPLICATE,
    FAILED,
    REFUSED,
    REQUESTED,
    SETTLED,
    UNKNOWN,
    WRITTEN,
    BillingAttempt,
)
from shopify_app.kit.speech import N_, _, known
from shopify_app.shoppers.models import PaymentMethod
from shopify_app.web.format import day


class Badge(NamedTuple):
    """A word and the colour it stands on (Polaris tones)."""

    words: str
    tone: str


STATUS = {
    "ACTIVE": Badge(N_("Active"), "success"),
    "PAUSED": Badge(N_("Paused"), "caution"),
    "CANCELLED": Badge(N_("Cancelled"), "neutral"),
    "EXPIRED": Badge(N_("Ended"), "neutral"),
    "FAILED": Badge(N_("Failed"), "critical"),
}

ATTEMPT = {
    WRITTEN: Badge(N_("About to be sent"), "info"),
    REQUESTED: Badge(N_("With the bank"), "info"),
    SETTLED: Badge(N_("Charged"), "success"),
    FAILED: Badge(N_("Failed"), "critical"),
    CHALLENGED: Badge(N_("Shopper must confirm"), "warning"),
    UNKNOWN: Badge(N_("Checking with Shopify"), "info"),
    DUPLICATE: Badge(N_("Paid twice"), "critical"),
    REFUSED: Badge(N_("Not sent"), "neutral"),
}

ATTEMPT_MEANING = {
    WRITTEN: N_("The charge is written down and goes to Shopify next."),
    REQUESTED: N_("Shopify has the charge; its answer takes up to a few minutes."),
    CHALLENGED: N_("The bank asks the shopper to confirm this payment."),
    UNKNOWN: N_(
        "Shopify's answer was lost on the way. We ask before doing anything else, so nobody is charged twice."
    ),
    DUPLICATE: N_("This billing date was paid a second time. Refund one of the two orders in Shopify."),
    REFUSED: N_("No charge was made."),
}

# Shopify's codes (SubscriptionBillingAttemptErrorCode, schema 2026-10) in a merchant's words.
DECLINE = {
    "INSUFFICIENT_FUNDS": N_("There was not enough money on the card."),
    "EXPIRED_CARD": N_("The card has expired."),
    "EXPIRED_PAYMENT_METHOD": N_("The payment method has expired."),
    "CARD_DECLINED": N_("The bank declined the card."),
    "PAYMENT_METHOD_DECLINED": N_("The bank declined the payment method."),
    "DO_NOT_HONOR": N_("The bank declined without saying why."),
    "CALL_ISSUER": N_("The bank wants the shopper to call."),
    "FRAUD_SUSPECTED": N_("The payment was stopped on suspicion of fraud."),
    "AUTHENTICATION_REQUIRED": N_("The bank asks the shopper to confirm this payment."),
    "BUYER_CANCELED_PAYMENT_METHOD": N_("The shopper withdrew the payment method."),
    "PAYMENT_METHOD_NOT_FOUND": N_("The payment method no longer exists."),
    "PAYMENT_METHOD_NOT_SPECIFIED": N_("The subscription has no payment method."),
    "INVALID_PAYMENT_METHOD": N_("The payment method is not valid any more."),
    "TRANSACTION_LIMIT_EXCEEDED": N_("The amount is above the card's limit."),
    "INSUFFICIENT_INVENTORY": N_("There was not enough stock."),
    "INVENTORY_ALLOCATIONS_NOT_FOUND": N_("No location has this item in stock."),
    "INVALID_SHIPPING_ADDRESS": N_("The shipping address is missing or not valid."),
    "PAYMENT_PROVIDER_IS_NOT_ENABLED": N_("The payment provider is switched off in Shopify."),
    "MERCHANT_ACCOUNT_ERROR": N_("Your account at the payment provider has a problem."),
    "TEST_MODE": N_("The payment provider is in test mode."),
    "NON_TEST_ORDER_LIMIT_REACHED": N_("This shop may only place test orders."),
    "TRANSIENT_ERROR": N_("The payment failed for a moment's fault."),
    "PROCESSING_ERROR": N_("The bank or the payment provider could not process the payment."),
    "PAYMENT_PROVIDER_ERROR": N_("The payment provider had a fault."),
    "GENERIC_ERROR": N_("The payment failed for a reason that was not told."),
    "UNEXPECTED_ERROR": N_("Shopify had a fault."),
    "AUTHENTICATION_ERROR": N_("The payment provider and Shopify did not understand each other."),
    "PAYPAL_ERROR_GENERAL": N_("PayPal had a fault."),
    "AMOUNT_TOO_LARGE": N_("The amount is above what the payment provider takes."),
    "AMOUNT_TOO_SMALL": N_("The amount is below what the payment provider takes."),
    "AUTHENTICATION_FAILED": N_("The shopper did not pass the bank's check."),
    "OFF_SESSION_REJECTED": N_("The bank takes this payment only while the shopper is there."),
    "CONFIRMATION_REJECTED": N_("The shopper did not confirm the payment."),
    "EXPIRED_BUYER_ACTION": N_("The time to confirm the payment has run out."),
    "CANCELLED_PAYMENT": N_("The payment was called off."),
    "INVALID_BILLING_ADDRESS": N_("The billing address is missing or not valid."),
    "INVOICE_ALREADY_PAID": N_("Shopify says that this order is paid already."),
    "CUSTOMER_NOT_FOUND": N_("The customer no longer exists."),
    "CUSTOMER_INVALID": N_("Shopify cannot charge this customer."),
    "RETRY_DECLINED": N_("The bank wants no further try with this card."),
}

LONGEST = 300
SPELLED = {
    "AUTHORIZED": N_("Authorized"),
    "EXPIRED": N_("Expired"),
    "PAID": N_("Paid"),
    "PARTIALLY_PAID": N_("Partially paid"),
    "PARTIALLY_REFUNDED": N_("Partially refunded"),
    "PENDING": N_("Pending"),
    "REFUNDED": N_("Refunded"),
    "VOIDED": N_("Voided"),
    "FULFILLED": N_("Fulfilled"),
    "IN_PROGRESS": N_("In progress"),
    "ON_HOLD": N_("On hold"),
    "OPEN": N_("Open"),
    "PARTIALLY_FULFILLED": N_("Partially fulfilled"),
    "PENDING_FULFILLMENT": N_("Pending fulfillment"),
    "REQUEST_DECLINED": N_("Request declined"),
    "RESTOCKED": N_("Restocked"),
    "SCHEDULED": N_("Scheduled"),
    "UNFULFILLED": N_("Unfulfilled"),
}
"""OrderDisplayFinancialStatus and OrderDisplayFulfillmentStatus (schema 2026-10)."""


def status(value: str) -> Badge:
    """Return how a contract's status reads; an unknown one is shown as Shopify spells it."""
    return STATUS.get(value, Badge(value.capitalize(), "neutral"))


def attempt_badge(attempt: BillingAttempt) -> Badge:
    """Return how the state of a charge reads."""
    return ATTEMPT[attempt.state]


def attempt_words(attempt: BillingAttempt) -> str:
    """Return what became of a charge, in one sentence, and for a failure why."""
    if attempt.state == FAILED:
        return decline(attempt.error_code, attempt.error_message)
    meaning = ATTEMPT_MEANING.get(attempt.state, "")
    # the reasons of other states speak to operators
    why = reason(attempt.reason) if attempt.state in (REFUSED, SETTLED) else ""
    return f"{meaning} {why}".strip()


def decline(code: str | None, message: str | None = None) -> str:
    """Return why a charge failed: our words for Shopify's code, else Shopify's own message."""
    if code in DECLINE:
        return DECLINE[code]
    if message:
        return message[:LONGEST]
    return _("Shopify says %(code)s.", code=code.replace("_", " ").lower()) if code else _("Shopify gave no reason.")


_ISO_DAY = re.compile(r"\b20\d\d-\d\d-\d\d\b")
"""A day as stored sentences have it."""


def _said(found: re.Match[str]) -> str:
    try:
        return day(date.fromisoformat(found.group()))
    except ValueError:
        return found.group()  # a number that only looks like a day


def reason(value: str | None) -> str:
    """Return a stored reason as a sentence: codes lose their underscores, sentences stay, days read as elsewhere."""
    if not value:
        return ""
    words = known(value) if " " in value else value.replace("_", " ").replace(".", ": ")
    words = _ISO_DAY.sub(_said, words)
    words = words[:1].upper() + words[1:LONGEST]
    return words if words.endswith((".", "!", "?")) else words + "."


def payment_warning(method: PaymentMethod | None, today: date, next_charge: date | None) -> str:
    """Return what stands in the way of the next charge; empty when nothing does."""
    if method is None:
        return _("No payment method")
    if method.revoked_at is not None:
        return _("Payment method removed")
    if method.expires_on is None:
        return ""
    if method.expires_on < today:
        return _("Card expired")
    if next_charge is not None and method.expires_on < next_charge:
        return _("Card expires before the next charge")
    return ""


def spelled(value: str | None) -> str:
    """Return one of Shopify's constants in words, e.g. PARTIALLY_REFUNDED → "Partially refunded"."""
    if not value:
        return "–"
    return SPELLED.get(value) or value.replace("_", " ").capitalize()

"""Why a charge failed: Shopify's 59 codes in the few classes that decide what happens next.

Names: schema 2026-10, SubscriptionBillingAttemptErrorCode. The grouping is our judgement. New codes appear with
every API version, so an unknown one is a soft decline and an alert, never an exception.
"""

from __future__ import annotations

import logging
from enum import Enum

log = logging.getLogger(__name__)


class Decline(Enum):
    """The class of a failed charge; values are stored and are part of the merchant API."""

    TRANSIENT = "transient"  # try again in hours, the shopper need not know
    SOFT = "soft"  # try again in days, and tell the shopper
    SHOPPER_ACTION = "shopper_action"  # the shopper must confirm
    PAYMENT_METHOD = "payment_method"  # only another card, or its new data, can help
    ADDRESS = "address"  # an address must be corrected
    MERCHANT = "merchant"  # the merchant's settings or account
    INVENTORY = "inventory"  # never counts as a payment failure
    ALREADY_PAID = "already_paid"  # reconcile, never try again
    CUSTOMER_GONE = "customer_gone"  # stop


_BY_CLASS = {
    Decline.TRANSIENT: """TRANSIENT_ERROR PROCESSING_ERROR PAYMENT_PROVIDER_ERROR GENERIC_ERROR PAYPAL_ERROR_GENERAL
        AUTHENTICATION_ERROR UNEXPECTED_ERROR""",
    Decline.SOFT: """INSUFFICIENT_FUNDS CARD_DECLINED DO_NOT_HONOR CALL_ISSUER PAYMENT_METHOD_DECLINED
        TRANSACTION_LIMIT_EXCEEDED AMOUNT_TOO_LARGE""",
    Decline.SHOPPER_ACTION: """AUTHENTICATION_REQUIRED AUTHENTICATION_FAILED OFF_SESSION_REJECTED
        CONFIRMATION_REJECTED
        EXPIRED_BUYER_ACTION CANCELLED_PAYMENT""",
    Decline.PAYMENT_METHOD: """EXPIRED_CARD EXPIRED_PAYMENT_METHOD INVALID_PAYMENT_METHOD INVALID_EXPIRY_DATE
        INVALID_NUMBER INVALID_CVC INCORRECT_NUMBER INCORRECT_CVC INCORRECT_PIN INCORRECT_ZIP INCORRECT_ADDRESS
        CARD_NUMBER_INCORRECT INVALID_CUSTOMER_BILLING_AGREEMENT BUYER_CANCELED_PAYMENT_METHOD
        PAYMENT_METHOD_UNSUPPORTED FRAUD_SUSPECTED RETRY_DECLINED PAYMENT_METHOD_NOT_FOUND
        PAYMENT_METHOD_NOT_SPECIFIED""",
    Decline.ADDRESS: "INVALID_SHIPPING_ADDRESS INVALID_BILLING_ADDRESS",
    Decline.MERCHANT: """MERCHANT_RULE TEST_MODE INVALID_CURRENCY INVALID_AMOUNT AMOUNT_TOO_SMALL INVALID_REQUEST
        INVALID_PURCHASE_TYPE PURCHASE_TYPE_NOT_SUPPORTED MERCHANT_ACCOUNT_ERROR PAYMENT_PROVIDER_IS_NOT_ENABLED
        PAYMENT_METHOD_INCOMPATIBLE_WITH_GATEWAY_CONFIG NON_TEST_ORDER_LIMIT_REACHED FREE_GIFT_CARD_NOT_ALLOWED""",
    Decline.INVENTORY: "INSUFFICIENT_INVENTORY INVENTORY_ALLOCATIONS_NOT_FOUND",
    Decline.ALREADY_PAID: "INVOICE_ALREADY_PAID",
    Decline.CUSTOMER_GONE: "CUSTOMER_INVALID CUSTOMER_NOT_FOUND",
}

CODES = {code: decline for decline, codes in _BY_CLASS.items() for code in codes.split()}
"""Shopify's code → our class."""


def decline_of(code: str | None) -> Decline:
    """Return the class of a code, in upper or lower case as webhooks send it; unknown codes are soft declines."""
    found = CODES.get((code or "").upper())
    if found is None:
        log.error("unknown decline code, treated as a soft decline", extra={"decline_code": code})
        return Decline.SOFT
    return found

"""The error codes of billing attempts, by the type that carries them (schema 2026-10)."""

from __future__ import annotations

PAYMENT = frozenset(
    [
        "AMOUNT_TOO_LARGE",
        "AMOUNT_TOO_SMALL",
        "AUTHENTICATION_ERROR",
        "AUTHENTICATION_FAILED",
        "AUTHENTICATION_REQUIRED",
        "BUYER_CANCELED_PAYMENT_METHOD",
        "CALL_ISSUER",
        "CANCELLED_PAYMENT",
        "CARD_DECLINED",
        "CARD_NUMBER_INCORRECT",
        "CONFIRMATION_REJECTED",
        "DO_NOT_HONOR",
        "EXPIRED_BUYER_ACTION",
        "EXPIRED_CARD",
        "EXPIRED_PAYMENT_METHOD",
        "FRAUD_SUSPECTED",
        "GENERIC_ERROR",
        "INCORRECT_ADDRESS",
        "INCORRECT_CVC",
        "INCORRECT_NUMBER",
        "INCORRECT_PIN",
        "INCORRECT_ZIP",
        "INSUFFICIENT_FUNDS",
        "INVALID_AMOUNT",
        "INVALID_CURRENCY",
        "INVALID_CUSTOMER_BILLING_AGREEMENT",
        "INVALID_CVC",
        "INVALID_EXPIRY_DATE",
        "INVALID_NUMBER",
        "INVALID_PAYMENT_METHOD",
        "INVALID_PURCHASE_TYPE",
        "INVALID_REQUEST",
        "INVALID_SHIPPING_ADDRESS",
        "INVOICE_ALREADY_PAID",
        "MERCHANT_RULE",
        "OFF_SESSION_REJECTED",
        "PAYMENT_METHOD_DECLINED",
        "PAYMENT_METHOD_UNSUPPORTED",
        "PAYMENT_PROVIDER_ERROR",
        "PAYPAL_ERROR_GENERAL",
        "PROCESSING_ERROR",
        "PURCHASE_TYPE_NOT_SUPPORTED",
        "RETRY_DECLINED",
        "TEST_MODE",
        "TRANSACTION_LIMIT_EXCEEDED",
        "TRANSIENT_ERROR",
    ]
)
GENERAL = frozenset(
    [
        "CUSTOMER_INVALID",
        "CUSTOMER_NOT_FOUND",
        "FREE_GIFT_CARD_NOT_ALLOWED",
        "INVALID_BILLING_ADDRESS",
        "MERCHANT_ACCOUNT_ERROR",
        "NON_TEST_ORDER_LIMIT_REACHED",
        "PAYMENT_METHOD_INCOMPATIBLE_WITH_GATEWAY_CONFIG",
        "PAYMENT_METHOD_NOT_FOUND",
        "PAYMENT_METHOD_NOT_SPECIFIED",
        "PAYMENT_PROVIDER_IS_NOT_ENABLED",
    ]
)
INVENTORY = frozenset(["INSUFFICIENT_INVENTORY", "INVENTORY_ALLOCATIONS_NOT_FOUND"])
UNEXPECTED = "UNEXPECTED_ERROR"
ALL = PAYMENT | GENERAL | INVENTORY | {UNEXPECTED}


def error_type(code: str) -> str:
    """The contract's lastBillingAttemptErrorType for a code. Shopify names the four values, not the table behind
    them (doubt)."""
    if code in INVENTORY:
        return "INVENTORY_ERROR"
    if code.startswith("CUSTOMER_"):
        return "CUSTOMER_ERROR"
    return "PAYMENT_ERROR" if code in PAYMENT or code.startswith("PAYMENT_") else "OTHER"

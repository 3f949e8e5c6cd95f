"""Payment methods as snapshots: what kind, the last digits, until when. Nothing else leaves Shopify."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime

from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.gateways.shopify.values import Node, gid_of, instant

_KINDS = {
    "CustomerCreditCard": "card",
    "CustomerShopPayAgreement": "Shop Pay",
    "CustomerPaypalBillingAgreement": "PayPal",
    "BankAccount": "bank account",
}
"""Shopify's instrument types (schema 2026-10, CustomerPaymentInstrument) → the words we keep and show."""


@dataclass(frozen=True)
class PaymentMethodSnapshot:
    """A CustomerPaymentMethod as Shopify answered it; `expires_on` is the last day it may be charged."""

    gid: str
    customer_gid: str | None
    kind: str
    brand: str | None
    last_digits: str | None
    expires_on: date | None
    revoked_at: datetime | None
    revoked_reason: str | None


def fetch(client: AdminClient, gid: str, patience: float = 5.0) -> PaymentMethodSnapshot | None:
    """Return the payment method, revoked or not; None when Shopify has none of this id. Raises ShopifyError."""
    return read(client.run("PaymentMethod", {"id": gid}, patience).data["customerPaymentMethod"])


def of_customer(client: AdminClient, customer_gid: str, patience: float = 1.0) -> list[PaymentMethodSnapshot]:
    """Return the payment methods of a customer that are not revoked, at most 20. Raises ShopifyError."""
    customer = client.run("CustomerPaymentMethods", {"id": customer_gid}, patience).data["customer"]
    nodes = customer["paymentMethods"]["nodes"] if customer else []
    return [snapshot for node in nodes if (snapshot := read(node))]


def read(node: Node | None) -> PaymentMethodSnapshot | None:
    """Return a snapshot of a `PaymentMethodFields` node, None for null. The instrument may be null."""
    if not node:
        return None
    instrument = node["instrument"] or {}
    return PaymentMethodSnapshot(
        gid=node["id"],
        customer_gid=gid_of(node["customer"]),
        kind=_KINDS.get(instrument.get("__typename", ""), "payment method"),
        brand=_brand(instrument),
        last_digits=instrument.get("lastDigits"),
        expires_on=_last_day(instrument.get("expiryYear"), instrument.get("expiryMonth")),
        revoked_at=instant(node["revokedAt"]),
        revoked_reason=node["revokedReason"],
    )


def _brand(instrument: Node) -> str | None:
    name = instrument.get("brand") or instrument.get("bankName")
    return str(name).replace("_", " ").title() if name else None


def _last_day(year: int | None, month: int | None) -> date | None:
    if not year or not month or not 1 <= month <= 12 or not 1 <= year <= 9999:
        return None
    return date(year, month, calendar.monthrange(year, month)[1])

"""Mailing addresses in our words → Shopify's MailingAddressInput (schema 2026-10)."""

from __future__ import annotations

from shopify_app.kit.db import Json

NAMES = {
    "first_name": "firstName",
    "last_name": "lastName",
    "company": "company",
    "address1": "address1",
    "address2": "address2",
    "city": "city",
    "province_code": "provinceCode",
    "zip": "zip",
    "country_code": "countryCode",
    "phone": "phone",
}


def as_input(address: Json) -> Json:
    """Return the whole address for Shopify, empty text for what it does not have.

    A field that is left out may keep its old value ("accepts partial input": schema 2026-10,
    SubscriptionDeliveryMethodShippingInput; whether a null clears one is not said).
    """
    return {theirs: address.get(ours) or "" for ours, theirs in NAMES.items()}

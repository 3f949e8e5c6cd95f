"""SubscriptionDeliveryMethodInput turned into a row: which shipping, and where to.

Schema 2026-10: the shipping input "accepts partial input. When a field is not provided, its prior value is left
unchanged." Whether that is true of the single fields of an address, and of a null, is not said (doubt). The harder
reading for an app is yes: one that leaves a line out, or sends null, does not get rid of the old one.
"""

from __future__ import annotations

from typing import Any

from sandbox.shopify.input_error import InputError
from sandbox.world.store import Row

NAMES = {
    "firstName": "first_name",
    "lastName": "last_name",
    "address1": "address1",
    "address2": "address2",
    "city": "city",
    "province": "province",
    "provinceCode": "province_code",
    "country": "country",
    "countryCode": "country_code",
    "zip": "zip",
    "phone": "phone",
    "company": "company",
}
NEEDED = ("lastName", "address1", "city", "countryCode")
WITH_PROVINCE = ("US", "CA", "AU")
"""Countries of which Shopify asks for a province and a postal code; it has more."""
COUNTRIES = {"US": "United States", "CA": "Canada", "DE": "Germany", "GB": "United Kingdom", "AU": "Australia"}
PLACE = ["input", "deliveryMethod", "shipping", "address"]


def values(given: dict[str, Any], before: Row | None) -> Row:
    """A contract's delivery. ``before``: as it is so far. Raises InputError."""
    shipping, known = given.get("shipping"), before or {}
    if not shipping:
        raise InputError("DELIVERY_METHOD_REQUIRED", ["input", "deliveryMethod"], "sandbox models shipping only.")
    option = shipping.get("shippingOption") or {}
    title = option.get("title") or known.get("title") or "Standard"
    code = option.get("code") or known.get("code") or known.get("title") or title
    address = _address(shipping["address"], known.get("address") or {}) if shipping.get("address") else None
    return {"title": title, "code": code, "address": address or known.get("address") or dict.fromkeys(NAMES.values())}


def _address(given: dict[str, Any], before: Row) -> Row:
    said = {row: given[name] for name, row in NAMES.items() if given.get(name) is not None}
    address = {**dict.fromkeys(NAMES.values()), **before, **{row: value or None for row, value in said.items()}}
    if given.get("countryCode") and not given.get("country"):
        address["country"] = COUNTRIES.get(given["countryCode"], given["countryCode"])
    if given.get("provinceCode") and given["provinceCode"] != before.get("province_code"):
        address["province"] = given.get("province") or given["provinceCode"]  # names of provinces are not modelled
    _check(address)
    return address


def _check(address: Row) -> None:
    for name in NEEDED:
        if not address[NAMES[name]]:
            raise InputError("BLANK", [*PLACE, name], f"{name} can't be blank.")
    if address["country_code"] in WITH_PROVINCE:
        for name in ("provinceCode", "zip"):
            if not address[NAMES[name]]:
                raise InputError("BLANK", [*PLACE, name], f"{name} can't be blank.")

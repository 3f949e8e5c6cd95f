"""SubscriptionDeliveryMethodInput turned into a row: shipped, brought by the shop itself or picked up; where.

Schema 2026-10: it is an input union, and each of its three inputs "accepts partial input. When a field is not
provided, its prior value is left unchanged." Whether that is true of the single fields of an address, and of a null,
is not said (doubt). The harder reading for an app is yes: one that leaves a line out, or sends null, does not get rid
of the old one. Of another kind nothing is prior (doubt): an address that was shipped to is not one to deliver to.
"""

from __future__ import annotations

import re
from typing import Any

from sandbox.shopify.input_error import InputError
from sandbox.shopify.registry import Ctx, gid_key
from sandbox.world.store import Row

SHIPPING, LOCAL_DELIVERY, PICKUP = "shipping", "local_delivery", "pickup"
KINDS = {"shipping": SHIPPING, "localDelivery": LOCAL_DELIVERY, "pickup": PICKUP}
"""The fields of the input → the `kind` of a contract's row; a row without one is shipped."""
TEXTS = ("title", "code", "description")
E_164 = re.compile(r"\+[1-9][0-9]{6,14}")

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
METHOD = ["input", "deliveryMethod"]


def values(ctx: Ctx, given: dict[str, Any], before: Row | None) -> Row:
    """A contract's delivery. ``before``: as it is so far. Raises InputError."""
    named = [name for name in KINDS if given.get(name) is not None]
    if len(named) != 1:
        raise InputError("INVALID", METHOD, "Exactly one delivery method must be given.")
    (name,) = named
    known = before if before and kind(before) == KINDS[name] else {}
    return _MAKERS[KINDS[name]](ctx, given[name], known, [*METHOD, name])


def kind(row: Row) -> str:
    """How a contract's delivery gets there: SHIPPING, LOCAL_DELIVERY or PICKUP."""
    return str(row.get("kind", SHIPPING))


def _shipping(ctx: Ctx, given: dict[str, Any], known: Row, field: list[str]) -> Row:
    option = given.get("shippingOption") or {}
    title = option.get("title") or known.get("title") or "Standard"
    code = option.get("code") or known.get("code") or known.get("title") or title
    return {"title": title, "code": code, "address": _address_of(given, known, field)}


def _local_delivery(ctx: Ctx, given: dict[str, Any], known: Row, field: list[str]) -> Row:
    option = given.get("localDeliveryOption") or {}
    if not option and not known:
        code, words = "MISSING_LOCAL_DELIVERY_OPTIONS", "The local delivery options must be set for local delivery."
        raise InputError(code, [*field, "localDeliveryOption"], words)
    phone = option["phone"] if option else known["phone"]
    if not E_164.fullmatch(phone):
        code = "INVALID" if phone else "BLANK"
        raise InputError(code, [*field, "localDeliveryOption", "phone"], "Phone is invalid.")
    said = {name: _said(option, known, name) for name in (*TEXTS, "instructions")}
    return {"kind": LOCAL_DELIVERY, **said, "phone": phone, "address": _address_of(given, known, field)}


def _pickup(ctx: Ctx, given: dict[str, Any], known: Row, field: list[str]) -> Row:
    option = given.get("pickupOption") or {}
    if not option and not known:
        raise InputError("BLANK", [*field, "pickupOption"], "pickupOption can't be blank.")
    location = ctx.of("locations").get(gid_key("Location", option["locationId"])) if option else None
    if option and (location is None or not location["active"]):
        raise InputError("INVALID", [*field, "pickupOption", "locationId"], "Location does not exist.")
    place = location["id"] if location else known["location_id"]
    said = {name: _said(option, known, name) for name in TEXTS}
    return {"kind": PICKUP, **said, "location_id": place, "address": None}


_MAKERS = {SHIPPING: _shipping, LOCAL_DELIVERY: _local_delivery, PICKUP: _pickup}


def _said(option: dict[str, Any], known: Row, name: str) -> str | None:
    return option[name] if option.get(name) is not None else known.get(name)


def _address_of(given: dict[str, Any], known: Row, field: list[str]) -> Row:
    """The address as given, over the one so far: nothing is known of the first one, nor after another kind."""
    if given.get("address"):
        return _address(given["address"], known.get("address") or {}, [*field, "address"])
    if not known:
        raise InputError("BLANK", [*field, "address"], "address can't be blank.")
    return known.get("address") or dict.fromkeys(NAMES.values())


def _address(given: dict[str, Any], before: Row, field: list[str]) -> Row:
    said = {row: given[name] for name, row in NAMES.items() if given.get(name) is not None}
    address = {**dict.fromkeys(NAMES.values()), **before, **{row: value or None for row, value in said.items()}}
    if given.get("countryCode") and not given.get("country"):
        address["country"] = COUNTRIES.get(given["countryCode"], given["countryCode"])
    if given.get("provinceCode") and given["provinceCode"] != before.get("province_code"):
        address["province"] = given.get("province") or given["provinceCode"]  # names of provinces are not modelled
    _check(address, field)
    return address


def address(given: dict[str, Any], field: list[str]) -> Row:
    """An order's address as given, which replaces the one it has. Raises InputError."""
    return _address(given, {}, field)


def _check(address: Row, field: list[str]) -> None:
    for name in NEEDED:
        if not address[NAMES[name]]:
            raise InputError("BLANK", [*field, name], f"{name} can't be blank.")
    if address["country_code"] in WITH_PROVINCE:
        for name in ("provinceCode", "zip"):
            if not address[NAMES[name]]:
                raise InputError("BLANK", [*field, name], f"{name} can't be blank.")

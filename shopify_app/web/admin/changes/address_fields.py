"""The fields of an address in a merchant's forms: their words, and what is wrong with what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shopify_app.edits.contract import address
from shopify_app.edits.contract.answers import WORDS
from shopify_app.kit.db import Json
from shopify_app.kit.speech import N_
from shopify_app.web.forms import Form

_LABELS = {
    "first_name": N_("First name"),
    "last_name": N_("Last name"),
    "company": N_("Company"),
    "address1": N_("Address"),
    "address2": N_("Apartment, suite, floor"),
    "zip": N_("Postal code"),
    "city": N_("City"),
    "province_code": N_("State or province, as a code"),
    "country_code": N_("Country, as a code"),
    "phone": N_("Phone"),
}
_WRONG = {
    address.MISSING: N_("Shopify needs this."),
    address.TOO_LONG: N_("Use at most 255 characters."),
    address.NO_COUNTRY: N_("Enter the two letters of a country, for example US."),
    address.NOT_PLAIN: N_("Use letters, digits and punctuation only, on one line."),
}


def read_address(form: Form) -> Json | None:
    """Return the address that was typed; what is wrong with it stands at its fields."""
    wished = address.normal(form.typed)
    form.errors.update({name: _WRONG[what] for name, what in address.wrong(wished).items()})
    return wished if form.is_valid else None


def address_choices(form: Form, method: Json | None) -> Mapping[str, Any]:
    """Return what the fields of an address start from: what was typed, else where a delivery method goes."""
    known = (method or {}).get("address") or {}
    values = {name: form.typed.get(name, known.get(name) or "") for name in _LABELS}
    hidden = address.why_hidden_in(method)
    return {"labels": _LABELS, "values": values, "hidden": WORDS[hidden] if hidden else ""}


def is_typed(form: Form) -> bool:
    """Answer whether anything stands in the fields of an address."""
    return any(form.typed.get(name, "").strip() for name in address.FIELDS)

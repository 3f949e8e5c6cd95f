"""Forms for where a subscription goes, by what, with which note, and for what is out of stock."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import g

from shopify_app.edits.contract import address, delivery, out_of_stock
from shopify_app.edits.contract.action import Action
from shopify_app.edits.contract.address import Address
from shopify_app.edits.contract.answers import WORDS, No, by_shopify
from shopify_app.edits.contract.delivery import Delivery
from shopify_app.edits.contract.note import LONGEST, Note
from shopify_app.gateways.shopify.delivery_options import Offered
from shopify_app.gateways.shopify.errors import ShopifyError, UserErrors
from shopify_app.kit.db import Json
from shopify_app.web import ctx
from shopify_app.web.admin.changes.face import Face
from shopify_app.web.admin.detail import Detail
from shopify_app.web.forms import Form

_LABELS = {
    "first_name": "First name",
    "last_name": "Last name",
    "company": "Company",
    "address1": "Address",
    "address2": "Apartment, suite, floor",
    "zip": "Postal code",
    "city": "City",
    "province_code": "State or province, as a code",
    "country_code": "Country, as a code",
    "phone": "Phone",
}
_WRONG = {
    address.MISSING: "Shopify needs this.",
    address.TOO_LONG: f"Use at most {address.LONGEST} characters.",
    address.NO_COUNTRY: "Enter the two letters of a country, for example US.",
    address.NOT_PLAIN: "Use letters, digits and punctuation only, on one line.",
}
_WORKING = "Shopify is still working out the ways to ship. Open this page again in a minute."
PRICE = re.compile(r"[0-9]{1,7}(\.[0-9]{1,2})?")


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


def _address(form: Form, found: Detail) -> Action | None:
    wished = read_address(form)
    return Address(wished) if wished else None


def _address_choices(found: Detail, form: Form) -> Mapping[str, Any]:
    return address_choices(form, found.contract.delivery_method)


def _note(form: Form, found: Detail) -> Action | None:
    text = form.text("note", "a note", longest=LONGEST, required=False)
    return Note(text) if text is not None else None


def _note_choices(found: Detail, form: Form) -> Mapping[str, Any]:
    return {"note": form.typed.get("note", found.contract.note or ""), "longest": LONGEST}


def _out_of_stock(form: Form, found: Detail) -> Action | None:
    chosen = form.choice("preference", list(out_of_stock.CHOICES))
    return out_of_stock.choose(chosen) if chosen is not None else None


def _out_of_stock_choices(found: Detail, form: Form) -> Mapping[str, Any]:
    now = out_of_stock.word(found.contract.out_of_stock)
    return {
        "preferences": out_of_stock.CHOICES,
        "preference": form.typed.get("preference", now),
        "said": out_of_stock.said,
    }


def _delivery(form: Form, found: Detail) -> Action | None:
    code, price = form.typed.get("option", ""), form.typed.get("price", "").strip()
    if price and not PRICE.fullmatch(price):
        form.errors["price"] = "Enter an amount, for example 4.50."
    elif form.typed.get("title"):  # as the preview showed it: staff may set any price, so it is not asked for again
        return _as_shown(form, code, price)
    elif not code and not price:
        form.errors["price"] = "Choose a way to ship, or enter a price."
    elif not code:
        return Delivery(price)
    if form.errors:
        return None
    offered, problem = _offered(found)
    chosen = delivery.choose(offered, code) if offered else No.NOT_OFFERED
    if isinstance(chosen, No):
        form.errors["option"] = problem or WORDS[chosen]
        return None
    return replace(chosen, price=price) if price else chosen


def _as_shown(form: Form, code: str, price: str) -> Delivery | None:
    title, old_title, old_code = (form.typed.get(name, "") for name in ("title", "old_title", "old_code"))
    if not price or any(not text.isprintable() or len(text) > LONGEST for text in (title, code, old_title, old_code)):
        form.errors["option"] = WORDS[No.NOT_OFFERED]
        return None
    return Delivery(price, title, code, {"title": old_title, "code": old_code} if old_title else None)


def _shown(action: Action) -> Mapping[str, str]:
    if not isinstance(action, Delivery):
        return {}
    old = {f"old_{name}": value for name, value in (action.old or {}).items()}
    return {"price": action.price, **({"title": action.title} if action.title else {}), **old}


def _delivery_choices(found: Detail, form: Form) -> Mapping[str, Any]:
    if form.typed.get("title"):
        return {"options": (), "problem": ""}
    offered, problem = _offered(found)
    return {"options": offered.options if offered else (), "problem": problem}


def _offered(found: Detail) -> tuple[Offered | None, str]:
    """What Shopify offers, asked once while a page is made, and a sentence when that is nothing."""
    if "offered" not in g:
        try:
            asked = delivery.offered(ctx(), g.shop.id, found.contract.shopify_gid)
            g.offered = asked, (asked.problem or "") if asked else _WORKING
        except UserErrors as error:
            g.offered = None, by_shopify(error).words
        except ShopifyError:
            g.offered = None, WORDS[No.NO_ANSWER]
    known: tuple[Offered | None, str] = g.offered
    return known


FACES = (
    Face(
        "address",
        "Change the shipping address",
        "Change address",
        _address,
        fields="address.html",
        names=address.FIELDS,
        choices=_address_choices,
        warning="It is used for all orders that are made from now on.",
    ),
    Face(
        "delivery",
        "Change how it is shipped",
        "Change shipping",
        _delivery,
        fields="shipping.html",
        names=("option",),
        choices=_delivery_choices,
        shown=_shown,
    ),
    Face("note", "Change the note", "Change note", _note, fields="note.html", names=("note",), choices=_note_choices),
    Face(
        "out_of_stock",
        "What happens when something is out of stock",
        "Change out-of-stock preference",
        _out_of_stock,
        fields="out_of_stock.html",
        names=("preference",),
        choices=_out_of_stock_choices,
    ),
)

"""The form for how a subscription is delivered: shipped, brought by the shop itself, or picked up."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import g

from shopify_app.edits.contract import address as addresses
from shopify_app.edits.contract import delivery
from shopify_app.edits.contract.action import Action
from shopify_app.edits.contract.answers import WORDS, No, by_shopify
from shopify_app.edits.contract.delivery import Delivery
from shopify_app.gateways.shopify.delivery_methods import LOCAL_DELIVERY, PICKUP, TYPES, WITH_ADDRESS
from shopify_app.gateways.shopify.delivery_options import Offered
from shopify_app.gateways.shopify.errors import ShopifyError, UserErrors
from shopify_app.kit.speech import N_, _
from shopify_app.web import ctx
from shopify_app.web.admin import delivery_words
from shopify_app.web.admin.changes.address_fields import address_choices, is_typed, read_address
from shopify_app.web.admin.changes.face import Face
from shopify_app.web.admin.detail import Detail
from shopify_app.web.forms import Form

LONGEST = 500
_WORKING = N_("Shopify is still working out the ways to deliver. Open this page again in a minute.")
PRICE = re.compile(r"[0-9]{1,7}(\.[0-9]{1,2})?")
_HIDDEN = ("title", "code", "kind", "location_gid", "location", "phone")


def _read(form: Form, found: Detail) -> Action | None:
    if _goes_elsewhere(form, found) and not form.typed.get("kind"):
        if read_address(form) is None:
            return None
        if not form.typed.get("option"):  # first the address, then what goes there
            problem = _offered(found, form)[1]
            form.errors.update({"option": problem} if problem else {})
            return None
    key, price = form.typed.get("option", ""), form.typed.get("price", "").strip()
    if price and not PRICE.fullmatch(price):
        form.errors["price"] = _("Enter an amount, for example 4.50.")
    elif form.typed.get("kind"):  # as the preview showed it: staff may set any price, so it is not asked for again
        return _as_shown(form, found, price)
    elif not key and not price:
        form.errors["price"] = _("Choose a way to deliver, or enter a price.")
    elif not key:
        return Delivery(price)
    if form.errors:
        return None
    offered, problem = _offered(found, form)
    chosen = delivery.choose(offered, key) if offered else No.NOT_OFFERED
    if isinstance(chosen, No):
        form.errors["option"] = problem or WORDS[chosen]
        return None
    if chosen.kind == LOCAL_DELIVERY:
        chosen = replace(chosen, phone=delivery.read_phone(form.typed.get("phone")))
        if chosen.phone is None:
            form.errors["phone"] = WORDS[No.NEEDS_PHONE]
            return None
    return replace(chosen, price=price) if price else chosen


def _as_shown(form: Form, found: Detail, price: str) -> Delivery | None:
    said = {name: form.typed.get(name, "") for name in (*_HIDDEN, "old_title", "old_code")}
    if not price or said["kind"] not in TYPES or any(not t.isprintable() or len(t) > LONGEST for t in said.values()):
        form.errors["option"] = WORDS[No.NOT_OFFERED]
        return None
    old = {name: said[f"old_{name}"] or None for name in ("title", "code")} if "old_title" in form.typed else None
    title, code, place_gid, place, phone = (said[name] or None for name in _HIDDEN if name != "kind")
    chosen = Delivery(price, title, code, old, said["kind"], place_gid, place, phone)
    if _goes_elsewhere(form, found) and said["kind"] in WITH_ADDRESS:
        phone_of = {"phone": form.typed.get("address_phone", "")}
        return replace(chosen, address=addresses.normal({**form.typed, **phone_of}), is_elsewhere=True)
    return replace(chosen, address=delivery.address_along(found.contract.delivery_method, said["kind"]))


def _goes_elsewhere(form: Form, found: Detail) -> bool:
    """Whether an address was given to what is picked up now."""
    return delivery.is_picked_up(found.contract.delivery_method) and is_typed(form)


def _shown(action: Action) -> Mapping[str, str]:
    if not isinstance(action, Delivery):
        return {}
    if action.is_price_only:
        return {"price": action.price}
    known = {name: getattr(action, name) for name in _HIDDEN}
    old = {f"old_{name}": value or "" for name, value in (action.old or {}).items()}
    if action.is_elsewhere and action.address:  # two phones: the way's own goes by the name of the form's
        known = {**action.address, **known, "address_phone": action.address.get("phone")}
    return {"price": action.price, **{name: value for name, value in known.items() if value is not None}, **old}


def _choices(found: Detail, form: Form) -> Mapping[str, Any]:
    method = found.contract.delivery_method or {}
    known: dict[str, Any] = {"phone": form.typed.get("phone", delivery.known_phone(method) or "")}
    is_picked_up = delivery.is_picked_up(method)
    is_asked_for = _goes_elsewhere(form, found) and form.is_valid
    known |= {**address_choices(form, None), "hidden": ""}
    known |= {"is_picked_up": is_picked_up, "is_asked_for": is_asked_for}
    if form.typed.get("kind"):
        return known | {"options": (), "problem": "", "needs_phone": False}
    offered, problem = _offered(found, form)
    options = offered.options if offered else ()
    if options and not problem and is_picked_up and all(one.kind == PICKUP for one in options):
        problem = WORDS[No.PICKED_UP]
    named = [(one.key or "", delivery_words.option(one, found.contract.currency)) for one in options]
    return known | {
        "options": named,
        "problem": problem,
        "needs_phone": not is_picked_up and any(one.kind == LOCAL_DELIVERY for one in options),
    }


def _offered(found: Detail, form: Form) -> tuple[Offered | None, str]:
    """What Shopify offers, asked once while a page is made, and a sentence when that is nothing."""
    if "offered" not in g:
        wished = addresses.normal(form.typed) if _goes_elsewhere(form, found) else None
        where = (wished,) if wished and not addresses.wrong(wished) else ()
        try:
            asked = delivery.offered(ctx(), g.shop.id, found.contract.shopify_gid, *where)
            g.offered = asked, (asked.problem or "") if asked else _WORKING
        except UserErrors as error:
            g.offered = None, by_shopify(error).words
        except ShopifyError:
            g.offered = None, WORDS[No.NO_ANSWER]
    known: tuple[Offered | None, str] = g.offered
    return known


FACE = Face(
    "delivery",
    N_("Change how it is delivered"),
    N_("Change delivery"),
    _read,
    fields="ways.html",
    names=("option",),
    choices=_choices,
    shown=_shown,
)

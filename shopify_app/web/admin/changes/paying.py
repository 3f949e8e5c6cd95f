"""Forms for what a subscription is paid with, and for its discounts."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask import g, request

from shopify_app.edits.contract import backup_method, payment_method
from shopify_app.edits.contract.action import Action
from shopify_app.edits.contract.answers import WORDS, No
from shopify_app.edits.contract.discounts import LONGEST, Discount, ManualDiscount, RemoveDiscount
from shopify_app.gateways.shopify.errors import ShopifyError
from shopify_app.kit.speech import N_, _
from shopify_app.web import ctx
from shopify_app.web.admin.changes.delivery import PRICE
from shopify_app.web.admin.changes.face import Face
from shopify_app.web.admin.detail import Detail
from shopify_app.web.forms import Form

KINDS = {"percentage": N_("Per cent"), "amount": N_("An amount")}
MOST_ORDERS = 999


def _method(form: Form, found: Detail) -> Action | None:
    with ctx().db.session() as session:
        chosen = payment_method.choose(session, found.contract, form.typed.get("method", ""))
    if isinstance(chosen, No):
        form.errors["method"] = WORDS[chosen] if form.typed.get("method") else _("Choose a payment method.")
        return None
    return chosen


def _methods(found: Detail, form: Form) -> Mapping[str, Any]:
    contract, problem = found.contract, ""
    if request.method == "GET" and contract.customer_gid:
        try:
            payment_method.read_again(ctx(), g.shop.id, contract.customer_gid)
        except ShopifyError:
            problem = _("Shopify does not answer right now: one that is new may be missing here.")
    with ctx().db.session() as session:
        known = payment_method.known(session, contract) if contract.customer_gid else []
    methods = {one.shopify_gid: one.label for one in known}
    return {"methods": methods, "method": form.typed.get("method", contract.payment_method_gid), "problem": problem}


def _backup(form: Form, found: Detail) -> Action | None:
    with ctx().db.session() as session:
        chosen = backup_method.choose(session, found.contract, form.typed.get("backup", ""))
    if isinstance(chosen, No):
        form.errors["backup"] = WORDS[chosen] if form.typed.get("backup") else _("Choose a payment method, or none.")
        return None
    return chosen


def _backups(found: Detail, form: Form) -> Mapping[str, Any]:
    known = _methods(found, form)
    others = {gid: label for gid, label in known["methods"].items() if gid != found.contract.payment_method_gid}
    now = form.typed.get("backup", found.contract.backup_method_gid or backup_method.NONE)
    return {**known, "backups": {backup_method.NONE: _("None"), **others}, "backup": now}


def _code(form: Form, found: Detail) -> Action | None:
    code = form.text("code", _("a discount code"), longest=LONGEST)
    return Discount(code) if code is not None else None


def _manual(form: Form, found: Detail) -> Action | None:
    title = form.text("title", _("a name"), longest=LONGEST)
    kind = form.choice("kind", list(KINDS))
    limit = form.whole_number("orders", 1, MOST_ORDERS) if form.typed.get("orders", "").strip() else None
    worth = form.typed.get("worth", "").strip()
    if kind == "percentage":
        form.whole_number("worth", 1, 100)
    elif not PRICE.fullmatch(worth) or not Decimal(worth):
        form.errors["worth"] = _("Enter an amount, for example 4.50.")
    if form.errors or title is None:
        return None
    if kind == "percentage":
        return ManualDiscount(title, percentage=int(worth), limit=limit)
    return ManualDiscount(title, amount=f"{Decimal(worth):.2f}", limit=limit)


def _remove(form: Form, found: Detail) -> Action | None:
    gid = form.choice("discount", [one["id"] for one in found.contract.discounts])
    return RemoveDiscount(gid) if gid is not None else None


def _discounts(found: Detail, form: Form) -> Mapping[str, Any]:
    return {"discounts": {one["id"]: one.get("title") or _("Discount") for one in found.contract.discounts}}


FACES = (
    Face(
        "payment_method",
        N_("Change the payment method"),
        N_("Change payment method"),
        _method,
        fields="payment_method.html",
        names=("method",),
        choices=_methods,
    ),
    Face(
        "backup_method",
        N_("Choose a backup payment method"),
        N_("Change backup payment method"),
        _backup,
        fields="backup_method.html",
        names=("backup",),
        choices=_backups,
    ),
    Face(
        "discount",
        N_("Apply a discount code"),
        N_("Apply code"),
        _code,
        fields="discount.html",
        names=("code",),
        warning=N_("Shopify works out what the code takes off when it is applied; you can take it back."),
    ),
    Face(
        "manual_discount",
        N_("Add a discount"),
        N_("Add discount"),
        _manual,
        fields="manual_discount.html",
        names=("title", "kind", "worth", "orders"),
        choices=lambda found, form: {"kinds": KINDS},
    ),
    Face(
        "remove_discount",
        N_("Remove a discount"),
        N_("Remove discount"),
        _remove,
        fields="remove_discount.html",
        names=("discount",),
        choices=_discounts,
        fits=lambda contract: bool(contract.discounts),
    ),
)

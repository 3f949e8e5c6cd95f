"""Forms for where a subscription goes, with which note, and for what is out of stock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shopify_app.edits.contract import address, out_of_stock
from shopify_app.edits.contract.action import Action
from shopify_app.edits.contract.address import Address
from shopify_app.edits.contract.note import LONGEST, Note
from shopify_app.kit.speech import N_, _
from shopify_app.orders.alignment import ask
from shopify_app.web.admin.changes import delivery
from shopify_app.web.admin.changes.address_fields import address_choices, read_address
from shopify_app.web.admin.changes.face import Face
from shopify_app.web.admin.detail import Detail
from shopify_app.web.forms import Form

PAID_TOO = "paid_too"
"""The box by which paid orders follow."""


def _address(form: Form, found: Detail) -> Action | None:
    wished = read_address(form)
    return Address(wished, PAID_TOO in form.typed) if wished else None


def _address_choices(found: Detail, form: Form) -> Mapping[str, Any]:
    paid = [order.name for order in reversed(found.orders) if ask.is_to_ship(order)]
    return {**address_choices(form, found.contract.delivery_method), "paid": paid}


def _note(form: Form, found: Detail) -> Action | None:
    text = form.text("note", _("a note"), longest=LONGEST, required=False)
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


FACES = (
    Face(
        "address",
        N_("Change the shipping address"),
        N_("Change address"),
        _address,
        fields="address.html",
        names=(*address.FIELDS, PAID_TOO),
        choices=_address_choices,
        warning=N_("It is used for all orders that are made from now on."),
    ),
    delivery.FACE,
    Face(
        "note",
        N_("Change the note"),
        N_("Change note"),
        _note,
        fields="note.html",
        names=("note",),
        choices=_note_choices,
    ),
    Face(
        "out_of_stock",
        N_("What happens when something is out of stock"),
        N_("Change out-of-stock preference"),
        _out_of_stock,
        fields="out_of_stock.html",
        names=("preference",),
        choices=_out_of_stock_choices,
    ),
)

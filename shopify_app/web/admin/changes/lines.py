"""Forms for changing the items of a subscription, with a picker of what the shop sells by subscription."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask import g
from sqlalchemy.orm import Session

from shopify_app.contracts.models import Contract
from shopify_app.edits.contract import goods, lines
from shopify_app.edits.contract.action import Action
from shopify_app.edits.contract.answers import WORDS, No
from shopify_app.edits.contract.goods import Good
from shopify_app.edits.contract.lines import Add, Quantity, Swap
from shopify_app.kit.speech import N_, _
from shopify_app.web import ctx
from shopify_app.web.admin.changes.face import Face
from shopify_app.web.admin.detail import Detail
from shopify_app.web.format import money
from shopify_app.web.forms import Form

NONE_KNOWN = N_(
    "No product is known yet. Those that some subscription holds are listed here within minutes after the import; "
    "all that your shop has are behind the button."
)


def _quantity(form: Form, found: Detail) -> Action | None:
    quantity = form.whole_number("quantity", 1, lines.MOST)
    return Quantity(form.typed.get("line", ""), quantity) if quantity is not None else None


def _remove(form: Form, found: Detail) -> Action | None:
    return goods.remove(found.contract, form.typed.get("line", ""))


def _has_more_items(contract: Contract) -> bool:
    return len(contract.lines) > 1


def _swap(form: Form, found: Detail) -> Action | None:
    gid, chosen = form.typed.get("line", ""), _variant(form)
    with ctx().db.session() as session:
        return _priced(form, found, goods.swap(session, found.contract, gid, chosen))


def _add(form: Form, found: Detail) -> Action | None:
    quantity, chosen = form.whole_number("quantity", 1, lines.MOST), _variant(form)
    with ctx().db.session() as session:
        action = _priced(form, found, goods.add(session, found.contract, chosen, quantity or 1))
    return action if quantity is not None else None


def _variant(form: Form) -> str:
    """The variant that was chosen, read from Shopify if it is new to us: its picker lists all that the shop has."""
    chosen = form.typed.get("variant", "")
    refusal = goods.learn(ctx(), g.shop.id, chosen) if chosen else None
    if refusal:
        form.errors["variant"] = WORDS[refusal]
    return chosen


def _priced(form: Form, found: Detail, made: Swap | Add | No) -> Swap | Add | None:
    """The edit, if it costs what the preview showed; else what is wrong stands at the picker."""
    if "variant" in form.errors:
        return None
    if isinstance(made, No):
        is_unsaid = made is No.NOT_SOLD and not form.typed.get("variant")
        form.errors["variant"] = _("Choose a product.") if is_unsaid else WORDS[made]
        return None
    shown = form.typed.get("price")
    if shown is not None and shown != made.price:
        now = money(Decimal(made.price), found.contract.currency)
        form.errors["variant"] = _("Its price has changed meanwhile: it is %(now)s now.", now=now)
        return None
    return made


def _quantity_choices(found: Detail, form: Form) -> dict[str, Any]:
    line = lines.find(found.contract, form.typed.get("line", ""))
    return {"line": line, "quantity": form.typed.get("quantity", line.quantity if line else 1), "most": lines.MOST}


def _swap_choices(found: Detail, form: Form) -> dict[str, Any]:
    gid = form.typed.get("line", "")
    return {"line": lines.find(found.contract, gid)} | _goods(
        found, form, lambda session, contract: goods.for_line(session, contract, gid)
    )


def _add_choices(found: Detail, form: Form) -> dict[str, Any]:
    return _quantity_choices(found, form) | _goods(found, form, goods.for_more)


def _goods(found: Detail, form: Form, offered: Callable[[Session, Contract], Sequence[Good]]) -> dict[str, Any]:
    chosen = _variant(form)
    with ctx().db.session() as session:
        known = offered(session, found.contract)
    is_foreign = found.contract.currency != g.shop.currency
    why_none = WORDS[No.OTHER_CURRENCY] if is_foreign else NONE_KNOWN
    return {"goods": known, "variant": chosen, "why_none": why_none, "is_foreign": is_foreign}


def _price(action: Action) -> Mapping[str, str]:
    return {"price": action.price} if isinstance(action, Swap | Add) else {}


FACES = (
    Face(
        "quantity",
        N_("Change the quantity"),
        N_("Change quantity"),
        _quantity,
        fields="quantity.html",
        names=("line", "quantity"),
        choices=_quantity_choices,
        of_line=True,
    ),
    Face(
        "swap",
        N_("Swap an item"),
        N_("Swap"),
        _swap,
        fields="swap.html",
        names=("line", "variant"),
        choices=_swap_choices,
        shown=_price,
        of_line=True,
    ),
    Face(
        "remove", N_("Remove this item?"), N_("Remove"), _remove, names=("line",), of_line=True, fits=_has_more_items
    ),
    Face(
        "add",
        N_("Add an item"),
        N_("Add an item"),
        _add,
        fields="add.html",
        names=("variant", "quantity"),
        choices=_add_choices,
        shown=_price,
    ),
)

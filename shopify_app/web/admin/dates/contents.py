"""Changing what one order alone holds and where it goes, and undoing such changes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from shopify_app.contracts import contents as order
from shopify_app.edits import contents
from shopify_app.edits.change import Change
from shopify_app.edits.contents import Contents
from shopify_app.edits.contract import goods
from shopify_app.edits.contract.address import FIELDS
from shopify_app.edits.contract.goods import Good
from shopify_app.edits.contract.lines import MOST
from shopify_app.edits.order_address import OrderAddress
from shopify_app.kit.db import Json
from shopify_app.kit.speech import N_, _
from shopify_app.web import ctx
from shopify_app.web.admin import addresses
from shopify_app.web.admin.changes import address_fields
from shopify_app.web.admin.dates.face import Asked, Face
from shopify_app.web.format import money


def _seen(asked: Asked) -> Json:
    return contents.picture(order.of(asked.contract, asked.cycle), asked.contract.currency)


def _mark(seen: Json, offered: list[Good]) -> str:
    """A short mark of what was shown and at which prices: what changes meanwhile is not bought unseen."""
    shown = [seen, [[each.variant_gid, str(each.base)] for each in offered]]
    return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()[:16]


def _names(asked: Asked) -> tuple[str, ...]:
    return (*(f"quantity_{place}" for place in range(len(_seen(asked)["items"]))), "variant", "quantity", "seen")


def _goods(asked: Asked) -> list[Good]:
    with ctx().db.session() as session:
        return goods.for_more(session, session.merge(asked.contract, load=False))


def _choices(asked: Asked) -> Mapping[str, Any]:
    seen, offered = _seen(asked), _goods(asked)
    return {"items": seen["items"], "seen": _mark(seen, offered), "goods": offered, "most": MOST}


def _read(asked: Asked) -> Change | None:
    form, seen, offered = asked.form, _seen(asked), _goods(asked)
    quantities, added = dict[str, int](), list[Json]()
    for place, item in enumerate(seen["items"]):
        quantity = form.whole_number(f"quantity_{place}", 0, MOST)
        if quantity is not None:
            quantities[item["gid"]] = quantity
    if form.typed.get("variant"):
        quantity = form.whole_number("quantity", 1, MOST)
        good = next((each for each in offered if each.variant_gid == form.typed["variant"]), None)
        if good is None:
            form.errors["variant"] = _("Choose one of the options.")
        elif quantity is not None:
            added.append(contents.once(good, quantity, asked.contract.currency))
    if form.typed.get("seen") != _mark(seen, offered):
        form.errors["order"] = _("The order or a price was changed meanwhile. This is what it holds now.")
    return Contents(seen, quantities, added) if form.is_valid else None


def _explain(asked: Asked, change: Change) -> list[str]:
    now, then = change.before(asked.cycle), change.after()
    currency = asked.contract.currency
    return [
        _(
            "Now: %(held)s. Together about %(total)s, before taxes.",
            held=_held(now),
            total=money(Decimal(now["total"]), currency),
        ),
        _(
            "Then: %(held)s. Together about %(total)s, before taxes.",
            held=_held(then),
            total=money(Decimal(then["total"]), currency),
        ),
        _(
            "The subscription and its other orders stay as they are. Until this order is paid, Shopify takes no "
            "other change of the subscription's items, address or frequency."
        ),
    ]


def _explain_restore(asked: Asked, change: Change) -> list[str]:
    first, second, *_others = _explain(asked, change)
    is_moved = asked.cycle.expected_at != asked.cycle.end_at
    return [first, second, *([_("Its date was moved, too: that is undone with it.")] if is_moved else [])]


def _held(side: Json) -> str:
    return ", ".join(f"{item['quantity']} × {item['title']}" for item in side["items"])


def _read_address(asked: Asked) -> Change | None:
    wished = address_fields.read_address(asked.form)
    return OrderAddress(_seen(asked), wished) if wished else None


def _explain_address(asked: Asked, change: Change) -> list[str]:
    wished = change.address if isinstance(change, OrderAddress) else {}
    return [
        _("This order goes to: %(value)s.", value=", ".join(addresses.lines({"address": wished}))),
        _("The price of shipping stays as it is. The subscription and its other orders keep their address."),
    ]


def _address_choices(asked: Asked) -> Mapping[str, Any]:
    return address_fields.address_choices(asked.form, order.of(asked.contract, asked.cycle).delivery_method)


FACES = (
    Face(
        "contents",
        N_("Change this order"),
        lambda asked: _("Change the order of %(date)s?", date=asked.date),
        _read,
        _explain,
        fields="contents.html",
        names=_names,
        choices=_choices,
    ),
    Face(
        "order_address",
        N_("Change its address"),
        lambda asked: _("Send the order of %(date)s elsewhere?", date=asked.date),
        _read_address,
        _explain_address,
        fields="address.html",
        names=lambda asked: FIELDS,
        choices=_address_choices,
    ),
    Face(
        "restore",
        N_("Undo its changes"),
        lambda asked: _("Undo the changes of %(date)s?", date=asked.date),
        lambda asked: contents.restoring(asked.contract),
        _explain_restore,
    ),
)

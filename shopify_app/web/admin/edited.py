"""Edits in a merchant's words: what was asked for, what changed, old → new, and who did it, here or elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

from shopify_app.edits.contract import out_of_stock
from shopify_app.journal.models import Fact
from shopify_app.kit.speech import N_, _
from shopify_app.web.admin.sentence import Sentence, Telling, about, fixed, instant, said, whoever
from shopify_app.web.format import beat, day, money, percent

Side = Mapping[str, Any]


def _items(words: str, tone: str, side: str) -> Telling:
    """E.g. "Added by the shopper: 2 × Mug (Red)."."""

    def tell(fact: Fact, zone: tzinfo) -> Sentence:
        found = _listed(_side(fact, side).get("items"))
        return Sentence(said(words, whoever(fact), found), tone)

    return tell


def _swapped(fact: Fact, zone: tzinfo) -> Sentence:
    old, new = (_listed(_side(fact, side).get("items")) for side in ("before", "after"))
    return Sentence(said(_("Swapped"), whoever(fact), _instead(new, old) if old and new else ""), "warning")


def _counted(fact: Fact, zone: tzinfo) -> Sentence:
    pairs = zip(_side(fact, "before").get("items") or [], _side(fact, "after").get("items") or [], strict=False)
    changes = ", ".join(
        _("%(item)s from %(old)s to %(new)s", item=_name(new), old=old.get("quantity"), new=new.get("quantity"))
        for old, new in pairs
    )
    return Sentence(said(_("Quantity changed"), whoever(fact), changes), "warning")


def _prices(fact: Fact, zone: tzinfo) -> Sentence:
    """E.g. "Price changed as agreed with the plan: House Blend from $10.00 to $14.00."."""
    pairs = zip(_side(fact, "before").get("lines") or [], _side(fact, "after").get("lines") or [], strict=False)
    changes = ", ".join(
        _(
            "%(item)s from %(old)s to %(new)s",
            item=_name(new),
            old=_money(old.get("price"), fact),
            new=_money(new.get("price"), fact),
        )
        for old, new in pairs
        if old.get("price") != new.get("price")
    )
    return Sentence(said(_("Price changed as agreed with the plan"), "", changes), "warning")


def _rhythm(fact: Fact, zone: tzinfo) -> Sentence:
    before, after = _side(fact, "before"), _side(fact, "after")
    changed = [
        name
        for name in ("billing", "delivery")
        if before.get(name) and after.get(name) and before[name] != after[name]
    ]
    told = {name: _instead(beat(after[name]), beat(before[name])) for name in changed}
    if len(told) == 2 and before["billing"] == before["delivery"] and after["billing"] == after["delivery"]:
        words = told["billing"]
    else:
        rhythms = [_("charged %(rhythm)s", rhythm=told["billing"])] if "billing" in told else []
        rhythms += [_("delivered %(rhythm)s", rhythm=told["delivery"])] if "delivery" in told else []
        words = ", ".join(rhythms)
    return Sentence(said(_("Frequency changed"), whoever(fact), words), "warning")


def _delivery(fact: Fact, zone: tzinfo) -> Sentence:
    old, new = (_method(_side(fact, side), fact) for side in ("before", "after"))
    words = _instead(new, old) if old and new else ""
    return Sentence(said(_("Delivery changed"), whoever(fact), words), "warning")


def _method(side: Side, fact: Fact) -> str:
    if not side:
        return ""
    name = side.get("title") or str(side.get("type") or "").replace("_", " ") or _("none")
    if side.get("location"):
        name = _("%(kind)s at %(place)s", kind=name, place=side["location"])
    return f"{name} ({_money(side.get('price'), fact)})"


def _note(fact: Fact, zone: tzinfo) -> Sentence:
    had, has = (_side(fact, side).get("has_note") for side in ("before", "after"))
    words = _("Note removed") if not has else _("Note changed") if had else _("Note added")
    return Sentence(said(words, whoever(fact)))


def _out_of_stock(fact: Fact, zone: tzinfo) -> Sentence:
    old, new = (out_of_stock.said(_side(fact, side).get("out_of_stock")) for side in ("before", "after"))
    words = _("“%(new)s” instead of “%(old)s”", new=new, old=old) if fact.after else ""
    return Sentence(said(_("Out-of-stock preference changed"), whoever(fact), words), "warning")


def _backup(fact: Fact, zone: tzinfo) -> Sentence:
    was, has = (_side(fact, side).get("backup_method") for side in ("before", "after"))
    if not has:
        return Sentence(said(_("Backup payment method removed"), whoever(fact)))
    words = _("Backup payment method changed") if was else _("Backup payment method chosen")
    return Sentence(said(words, whoever(fact)))


def _discount(words: str, side: str) -> Telling:
    def tell(fact: Fact, zone: tzinfo) -> Sentence:
        found = ", ".join(_off(one, fact) for one in _side(fact, side).get("discounts") or [])
        return Sentence(said(words, whoever(fact), found))

    return tell


def _off(one: Side, fact: Fact) -> str:
    name = str(one.get("title") or _("Discount"))
    if not one.get("percentage") and one.get("amount") is None:
        return name  # of a code only Shopify knows what it is worth
    value = percent(float(one["percentage"])) if one.get("percentage") else _money(one["amount"], fact)
    if one.get("on_each_item"):
        return _("%(discount)s (%(value)s off each item)", discount=name, value=value)
    return _("%(discount)s (%(value)s off)", discount=name, value=value)


def _moved(fact: Fact, zone: tzinfo) -> Sentence:
    old, new = (instant(_side(fact, side).get("expected_at")) for side in ("before", "after"))
    dates = _("from %(old)s to %(new)s", old=day(old, zone), new=day(new, zone)) if old and new else ""
    words = _("Ordered now") if fact.cause == "order now" else _("Moved")
    return Sentence(said(words, whoever(fact), dates), "warning")


def _contents(fact: Fact, zone: tzinfo) -> Sentence:
    at = instant(fact.data.get("expected_at"))
    old, new = (_side(fact, side).get("items") for side in ("before", "after"))
    if new and new != old:
        what = _("it holds %(items)s", items=_listed(new))
    else:
        what = _("where or how it goes, its prices or its note")
    if at is None:
        words = _("The order changed%(who)s, this one alone: %(what)s.", who=whoever(fact), what=what)
    else:
        words = _(
            "The order of %(day)s changed%(who)s, this one alone: %(what)s.",
            day=day(at, zone),
            who=whoever(fact),
            what=what,
        )
    return Sentence(words, "warning")


def _instead(new: str, old: str) -> str:
    return _("%(new)s instead of %(old)s", new=new, old=old)


def _side(fact: Fact, side: str) -> Side:
    found = fact.before if side == "before" else fact.after
    return found if isinstance(found, dict) else {}


def _listed(items: Iterable[Side] | None) -> str:
    return ", ".join(f"{one.get('quantity')} × {_name(one)}" for one in items or [])


def _name(one: Side) -> str:
    variant = one.get("variant_title")
    return f"{one.get('title')}" + (f" ({variant})" if variant and variant != "Default Title" else "")


def _money(value: object, fact: Fact) -> str:
    try:
        return money(Decimal(str(value)), fact.data.get("currency"))
    except InvalidOperation:
        return "–"


_ASKED = {
    "quantity": N_("Another quantity was asked for"),
    "remove": N_("Removing an item was asked for"),
    "swap": N_("A swap was asked for"),
    "add": N_("Adding an item was asked for"),
    "frequency": N_("Another frequency was asked for"),
    "address": N_("Another address was asked for"),
    "delivery": N_("Another delivery was asked for"),
    "note": N_("Another note was asked for"),
    "discount": N_("A discount code was asked for"),
    "manual_discount": N_("A discount was asked for"),
    "remove_discount": N_("Removing a discount was asked for"),
    "payment_method": N_("Another payment method was asked for"),
    "price_step": N_("The price that follows was asked for"),
}
TELLINGS: dict[str, Telling] = {
    **{f"subscription.{action}_requested": fixed(words) for action, words in _ASKED.items()},
    "subscription.reactivated": fixed(N_("Reactivated"), "success"),
    "subscription.item_added": _items(N_("Added"), "success", "after"),
    "subscription.item_removed": _items(N_("Removed"), "warning", "before"),
    "subscription.item_swapped": _swapped,
    "subscription.quantity_changed": _counted,
    "subscription.price_changed": _prices,
    "subscription.frequency_changed": _rhythm,
    "subscription.address_changed": fixed(N_("Delivery address changed"), "warning", whoever),
    "subscription.delivery_changed": _delivery,
    "subscription.note_changed": _note,
    "subscription.out_of_stock_changed": _out_of_stock,
    "subscription.discount_added": _discount(N_("Discount added"), "after"),
    "subscription.discount_removed": _discount(N_("Discount removed"), "before"),
    "subscription.payment_method_changed": fixed(N_("Payment method changed"), "neutral", whoever),
    "subscription.backup_method_changed": _backup,
    "order.order_now_requested": about(N_("Ordering now asked for")),
    "order.contents_requested": about(N_("Other contents asked for")),
    "order.contents_changed": _contents,
    "order.skipped": about(N_("Skipped"), "warning", whoever),
    "order.unskipped": about(N_("Brought back"), "success", whoever),
    "order.moved": _moved,
}
"""Kinds of facts about edits → how each is told."""

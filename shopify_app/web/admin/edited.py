"""Edits in a merchant's words: what was asked for, what changed, old → new, and who did it, here or elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

from shopify_app.edits.contract import out_of_stock
from shopify_app.journal.models import Fact
from shopify_app.web.admin.sentence import Sentence, Telling, about, fixed, instant, whoever
from shopify_app.web.format import beat, day, money

Side = Mapping[str, Any]


def _items(words: str, tone: str, side: str) -> Telling:
    """E.g. "Added by the shopper: 2 × Mug (Red)."."""

    def tell(fact: Fact, zone: tzinfo) -> Sentence:
        found = _listed(_side(fact, side).get("items"))
        return Sentence(f"{words}{whoever(fact)}{f': {found}' if found else ''}.", tone)

    return tell


def _swapped(fact: Fact, zone: tzinfo) -> Sentence:
    old, new = (_listed(_side(fact, side).get("items")) for side in ("before", "after"))
    things = f": {new} instead of {old}" if old and new else ""
    return Sentence(f"Swapped{whoever(fact)}{things}.", "warning")


def _counted(fact: Fact, zone: tzinfo) -> Sentence:
    pairs = zip(_side(fact, "before").get("items") or [], _side(fact, "after").get("items") or [], strict=False)
    said = ", ".join(f"{_name(new)} from {old.get('quantity')} to {new.get('quantity')}" for old, new in pairs)
    return Sentence(f"Quantity changed{whoever(fact)}{f': {said}' if said else ''}.", "warning")


def _rhythm(fact: Fact, zone: tzinfo) -> Sentence:
    before, after = _side(fact, "before"), _side(fact, "after")
    said = [
        f"{verb} {beat(after[name])} instead of {beat(before[name])}"
        for name, verb in (("billing", "charged"), ("delivery", "delivered"))
        if before.get(name) and after.get(name) and before[name] != after[name]
    ]
    if len(said) == 2 and before["billing"] == before["delivery"] and after["billing"] == after["delivery"]:
        said = [f"{beat(after['billing'])} instead of {beat(before['billing'])}"]
    words = f": {', '.join(said)}" if said else ""
    return Sentence(f"Frequency changed{whoever(fact)}{words}.", "warning")


def _delivery(fact: Fact, zone: tzinfo) -> Sentence:
    old, new = (_method(_side(fact, side), fact) for side in ("before", "after"))
    return Sentence(
        f"Delivery changed{whoever(fact)}{f': {new} instead of {old}' if old and new else ''}.", "warning"
    )


def _method(side: Side, fact: Fact) -> str:
    name = side.get("title") or str(side.get("type") or "").replace("_", " ") or "none"
    place = f" at {side['location']}" if side.get("location") else ""
    return f"{name}{place} ({_money(side.get('price'), fact)})" if side else ""


def _note(fact: Fact, zone: tzinfo) -> Sentence:
    had, has = (_side(fact, side).get("has_note") for side in ("before", "after"))
    verb = "removed" if not has else "changed" if had else "added"
    return Sentence(f"Note {verb}{whoever(fact)}.")


def _out_of_stock(fact: Fact, zone: tzinfo) -> Sentence:
    old, new = (out_of_stock.said(_side(fact, side).get("out_of_stock")) for side in ("before", "after"))
    words = f": “{new}” instead of “{old}”" if fact.after else ""
    return Sentence(f"Out-of-stock preference changed{whoever(fact)}{words}.", "warning")


def _backup(fact: Fact, zone: tzinfo) -> Sentence:
    was, has = (_side(fact, side).get("backup_method") for side in ("before", "after"))
    verb = "removed" if not has else "changed" if was else "chosen"
    return Sentence(f"Backup payment method {verb}{whoever(fact)}.")


def _discount(words: str, side: str) -> Telling:
    def tell(fact: Fact, zone: tzinfo) -> Sentence:
        found = ", ".join(_off(one, fact) for one in _side(fact, side).get("discounts") or [])
        return Sentence(f"{words}{whoever(fact)}{f': {found}' if found else ''}.")

    return tell


def _off(one: Side, fact: Fact) -> str:
    name = str(one.get("title") or "Discount")
    if not one.get("percentage") and one.get("amount") is None:
        return name  # of a code only Shopify knows what it is worth
    value = f"{one['percentage']}%" if one.get("percentage") else _money(one["amount"], fact)
    return f"{name} ({value} off{' each item' if one.get('on_each_item') else ''})"


def _moved(fact: Fact, zone: tzinfo) -> Sentence:
    old, new = (instant(_side(fact, side).get("expected_at")) for side in ("before", "after"))
    dates = f": from {day(old, zone)} to {day(new, zone)}" if old and new else ""
    verb = "Ordered now" if fact.cause == "order now" else "Moved"
    return Sentence(f"{verb}{whoever(fact)}{dates}.", "warning")


def _contents(fact: Fact, zone: tzinfo) -> Sentence:
    at = instant(fact.data.get("expected_at"))
    old, new = (_side(fact, side).get("items") for side in ("before", "after"))
    what = f"it holds {_listed(new)}" if new and new != old else "where or how it goes, its prices or its note"
    of = f" of {day(at, zone)}" if at else ""
    return Sentence(f"The order{of} changed{whoever(fact)}, this one alone: {what}.", "warning")


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
    "quantity": "Another quantity was asked for",
    "remove": "Removing an item was asked for",
    "swap": "A swap was asked for",
    "add": "Adding an item was asked for",
    "frequency": "Another frequency was asked for",
    "address": "Another address was asked for",
    "delivery": "Another delivery was asked for",
    "note": "Another note was asked for",
    "discount": "A discount code was asked for",
    "manual_discount": "A discount was asked for",
    "remove_discount": "Removing a discount was asked for",
    "payment_method": "Another payment method was asked for",
}
TELLINGS: dict[str, Telling] = {
    **{f"subscription.{action}_requested": fixed(words) for action, words in _ASKED.items()},
    "subscription.reactivated": fixed("Reactivated", "success"),
    "subscription.item_added": _items("Added", "success", "after"),
    "subscription.item_removed": _items("Removed", "warning", "before"),
    "subscription.item_swapped": _swapped,
    "subscription.quantity_changed": _counted,
    "subscription.frequency_changed": _rhythm,
    "subscription.address_changed": fixed("Delivery address changed", "warning", whoever),
    "subscription.delivery_changed": _delivery,
    "subscription.note_changed": _note,
    "subscription.out_of_stock_changed": _out_of_stock,
    "subscription.discount_added": _discount("Discount added", "after"),
    "subscription.discount_removed": _discount("Discount removed", "before"),
    "subscription.payment_method_changed": fixed("Payment method changed", "neutral", whoever),
    "subscription.backup_method_changed": _backup,
    "order.order_now_requested": about("Ordering now asked for"),
    "order.contents_requested": about("Other contents asked for"),
    "order.contents_changed": _contents,
    "order.skipped": about("Skipped", "warning", whoever),
    "order.unskipped": about("Brought back", "success", whoever),
    "order.moved": _moved,
}
"""Kinds of facts about edits → how each is told."""

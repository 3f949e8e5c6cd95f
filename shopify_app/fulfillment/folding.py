"""Several changes of one session become one: the first before and the last after. Pure.

A part is plain JSON: `aspect` (what of a shipment it is about), `kinds` (of the facts, in their order), `before`,
`after`, and `data`, the few values that words need.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from shopify_app.journal import feed

Part = dict[str, Any]
Side = dict[str, Any]

ASPECTS = {
    "order.skipped": "skip",
    "order.unskipped": "skip",
    "order.moved": "date",
    "delivery.changed": "delivery_date",
    "order.held": "hold",
    "order.released": "hold",
    "order.rescheduled": "delivery_date",
    "order.items_changed": "paid_items",
    "order.address_changed": "address",
    "stock.low": "stock",
    "stock.out": "stock",
    "stock.discontinued": "stock",
    "stock.chosen": "stock_choice",
    "task.opened": "task",
    "task.done": "task",
    "task.reopened": "task",
    "order.contents_changed": "contents",
    "subscription.item_added": "items",
    "subscription.item_removed": "items",
    "subscription.item_swapped": "items",
    "subscription.quantity_changed": "items",
    "subscription.frequency_changed": "frequency",
    "subscription.address_changed": "address",
    "subscription.delivery_changed": "delivery",
    "subscription.note_changed": "note",
    "subscription.out_of_stock_changed": "out_of_stock",
    "subscription.payment_method_changed": "payment_method",
    "subscription.backup_method_changed": "backup_method",
    "payment_method.updated": "card",
    "payment_method.removed": "card",
    "subscription.discount_added": "discounts",
    "subscription.discount_removed": "discounts",
    "payment.at_risk": "payment",
    "payment.recovered": "payment",
    "payment.exhausted": "payment",
    "charge.parked": "charge",
    "charge.released": "charge",
    "subscription.started": "status",
    "subscription.paused": "status",
    "subscription.resumed": "status",
    "subscription.reactivated": "status",
    "subscription.cancelled": "status",
    "subscription.expired": "status",
    "subscription.failed": "status",
}
"""What a kind of fact is about; a kind that is not here stands for itself."""
_IMPLIED: dict[str, tuple[Side, Side]] = {
    "order.skipped": ({"skipped": False}, {"skipped": True}),
    "order.unskipped": ({"skipped": True}, {"skipped": False}),
    "payment.at_risk": ({"payment": "expected"}, {"payment": "at_risk"}),
    "payment.recovered": ({"payment": "at_risk"}, {"payment": "paid"}),
    "payment.exhausted": ({"payment": "at_risk"}, {"payment": "unpaid"}),
    "charge.parked": ({"charge": "planned"}, {"charge": "waits"}),
    "charge.released": ({"charge": "waits"}, {"charge": "planned"}),
}
"""Kinds whose name alone says what was and what is."""
DETAILS = "details"
"""Of one order: where it goes, how, its prices or its note. What they are the journal does not keep, so such a change
is told as one of the contents that holds the same items before and after."""
_LISTS = {"items": "items", "discounts": "discounts"}
"""Aspects of which each change tells only what it took away and what it put in."""
_UNDOABLE = {
    "skip", "date", "delivery_date", "contents", "items", "discounts", "frequency", "delivery", "out_of_stock",
    "payment_method", "backup_method", "charge", "status",
}  # fmt: skip
"""Aspects of which before and after say everything, so that equal sides mean that nothing changed. Of an address and
a note the journal keeps only that they changed."""
_KEPT = ("currency", "delivery", "deliveries", "resumes_at", "reason", "final_action", "item", "order_name", "code")


def part_of(kind: str, before: Side | None, after: Side | None, data: Side) -> Part:
    """Return one fact as a part."""
    sides = _IMPLIED.get(kind, (before or {}, after or {}))
    kept = {name: data[name] for name in _KEPT if data.get(name) is not None}
    return {
        "aspect": _aspect(kind, *sides),
        "kinds": [kind],
        "before": dict(sides[0]),
        "after": dict(sides[1]),
        "data": kept,
    }


def group_of(part: Part, kind: str) -> str:
    """Return the group of `journal.feed` in which a part of this kind is offered."""
    return "delivery" if part["aspect"] == DETAILS else feed.GROUP_OF[kind]


def fold(parts: Sequence[Part], new: Part) -> list[Part]:
    """Return the parts with a later one folded in, in the order in which their aspects were first touched."""
    if not any(part["aspect"] == new["aspect"] for part in parts):
        return [*parts, new]
    return [_joined(part, new) if part["aspect"] == new["aspect"] else part for part in parts]


def is_void(parts: Iterable[Part]) -> bool:
    """Answer whether in the end all is as it was."""
    return all(_is_undone(part) for part in parts)


def standing(parts: Iterable[Part]) -> list[Part]:
    """Return the parts that make a difference in the end."""
    return [part for part in parts if not _is_undone(part)]


def _aspect(kind: str, before: Side, after: Side) -> str:
    aspect = ASPECTS.get(kind, kind)
    return DETAILS if aspect == "contents" and before.get("items") == after.get("items") else aspect


def _is_undone(part: Part) -> bool:
    return part["aspect"] in _UNDOABLE and bool(part["before"]) and part["before"] == part["after"]


def _joined(old: Part, new: Part) -> Part:
    kinds = list(dict.fromkeys([*old["kinds"], *new["kinds"]]))
    before, after = old["before"], new["after"]
    if name := _LISTS.get(new["aspect"]):
        gone = [*(old["before"].get(name) or []), *(new["before"].get(name) or [])]
        come = [*(old["after"].get(name) or []), *(new["after"].get(name) or [])]
        gone, come = _net(gone, come)
        before, after = {name: gone}, {name: come}
    return {**new, "kinds": kinds, "before": before, "after": after, "data": {**old["data"], **new["data"]}}


def _net(gone: list[Any], come: list[Any]) -> tuple[list[Any], list[Any]]:
    """Take out what was put in and taken away again, or the other way round."""
    left = list(come)
    stays = []
    for one in gone:
        if one in left:
            left.remove(one)
        else:
            stays.append(one)
    return stays, left

"""What differs between a contract as we knew it and as Shopify has it now. Pure.

Told are kinds of facts with before and after; of an address and a note only that they changed, because the journal
holds no personal data. A change of price alone is not told: it is no edit, and the next notice says it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from shopify_app.kit.db import Json


@dataclass(frozen=True)
class Item:
    """A line as it is told."""

    gid: str
    variant_gid: str | None
    title: str
    variant_title: str | None
    sku: str | None
    quantity: int

    def is_same_thing(self, other: Item) -> bool:
        """Compare by variant; where a product was deleted there is none, and its name has to do."""
        if self.variant_gid and other.variant_gid:
            return self.variant_gid == other.variant_gid
        return (self.title, self.variant_title) == (other.title, other.variant_title)

    def as_json(self) -> Json:
        """Return it as plain JSON."""
        return {name: value for name, value in asdict(self).items() if name != "gid"}


@dataclass(frozen=True)
class Seen:
    """What of a contract is told when it changes. `rhythm`: intervals, counts and fixed days of both policies."""

    items: tuple[Item, ...]
    rhythm: Json
    address: Json | None
    delivery: Json
    note: str | None
    discounts: tuple[Json, ...]
    payment_method_gid: str | None
    revision_id: int


@dataclass(frozen=True)
class Difference:
    """One fact to be told."""

    kind: str
    before: Json
    after: Json


def between(before: Seen, after: Seen, *, is_swap: bool = False) -> list[Difference]:
    """Return what changed. `is_swap`: a swap of ours is open, so one item gone and one come are a swap."""
    paid = list(_payment_method(before, after))
    if before.revision_id == after.revision_id:  # all else is part of a revision (schema 2026-10, revisionId)
        return paid
    items = _items(before.items, after.items, is_swap)
    return [*items, *_terms(before, after), *_discounts(before, after), *paid]


def rhythm(billing: Json, delivery: Json) -> Json:
    """Return what of two policies is the rhythm: how often, and on which fixed days if any. Limits are not."""
    return {name: _beat(policy) for name, policy in (("billing", billing), ("delivery", delivery))}


def _beat(policy: Json) -> Json:
    found: Json = {"interval": policy["interval"], "intervalCount": int(policy["intervalCount"])}
    days = [{name: each.get(name) for name in ("type", "day", "month")} for each in policy.get("anchors") or []]
    return found | ({"anchors": days} if days else {})


def _items(before: Sequence[Item], after: Sequence[Item], is_swap: bool) -> Iterator[Difference]:
    was, now = {one.gid: one for one in before}, {one.gid: one for one in after}
    kept = [(one, now[one.gid]) for one in before if one.gid in now]
    gone, come = [one for one in before if one.gid not in now], [one for one in after if one.gid not in was]
    for one in list(gone):  # taken out and put in again: at most another quantity
        same = next((other for other in come if other.is_same_thing(one)), None)
        if same is not None:
            kept.append((one, same))
            gone.remove(one)
            come.remove(same)
    swapped = [pair for pair in kept if not pair[0].is_same_thing(pair[1])]
    counted = [pair for pair in kept if pair not in swapped and pair[0].quantity != pair[1].quantity]
    if is_swap and [one.quantity for one in gone] == [one.quantity for one in come] and len(gone) == 1:
        swapped, gone, come = [*swapped, (gone[0], come[0])], [], []
    yield from _pairs("subscription.item_swapped", swapped)
    if come:
        yield Difference("subscription.item_added", {"items": []}, _listed(come))
    if gone:
        yield Difference("subscription.item_removed", _listed(gone), {"items": []})
    yield from _pairs("subscription.quantity_changed", counted)


def _pairs(kind: str, pairs: Sequence[tuple[Item, Item]]) -> Iterator[Difference]:
    if pairs:
        yield Difference(kind, _listed([old for old, _ in pairs]), _listed([new for _, new in pairs]))


def _listed(items: Sequence[Item]) -> Json:
    return {"items": [one.as_json() for one in items]}


def _terms(before: Seen, after: Seen) -> Iterator[Difference]:
    if before.rhythm != after.rhythm:
        yield Difference("subscription.frequency_changed", before.rhythm, after.rhythm)
    # one that appears was hidden from us (Shopify hides it until an app is approved), or the new type tells it
    if _says_something(before.address) and _says_something(after.address) and before.address != after.address:
        yield Difference("subscription.address_changed", {}, {})
    if before.delivery != after.delivery:
        yield Difference("subscription.delivery_changed", before.delivery, after.delivery)
    if (before.note or "") != (after.note or ""):
        has = {"before": bool(before.note), "after": bool(after.note)}
        yield Difference("subscription.note_changed", {"has_note": has["before"]}, {"has_note": has["after"]})


def _says_something(address: Json | None) -> bool:
    return any((address or {}).values())


def _discounts(before: Seen, after: Seen) -> Iterator[Difference]:
    """By what they are worth: whether Shopify keeps their ids through an edit is not written anywhere."""
    come, gone = list(after.discounts), list(before.discounts)
    for one in before.discounts:
        if one in come:
            come.remove(one)
            gone.remove(one)
    if come:
        yield Difference("subscription.discount_added", {"discounts": []}, {"discounts": come})
    if gone:
        yield Difference("subscription.discount_removed", {"discounts": gone}, {"discounts": []})


def _payment_method(before: Seen, after: Seen) -> Iterator[Difference]:
    """Shopify may leave out a method that it no longer shows: that none is named says nothing. One that appears is
    told with a new revision only, for it may be the one that was left out."""
    old, new = before.payment_method_gid, after.payment_method_gid
    if new is None or new == old or (old is None and before.revision_id == after.revision_id):
        return
    sides = ({"payment_method_gid": gid} for gid in (old, new))
    yield Difference("subscription.payment_method_changed", *sides)

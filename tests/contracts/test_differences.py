"""What a difference between two readings is called. Pure."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shopify_app.contracts.facts_differences import Item, Seen, between

MONTHLY = {"interval": "MONTH", "intervalCount": 1}
HOUSE = Item("gid://1", "gid://v/1", "House Blend", "250 g", "HB-250", 2)
DARK = Item("gid://2", "gid://v/2", "Dark Roast", "250 g", "DR-250", 1)
BEFORE = Seen(
    items=(HOUSE,),
    rhythm={"billing": MONTHLY, "delivery": MONTHLY},
    address={"city": "Boston", "zip": "02101"},
    delivery={"type": "shipping", "title": "Standard", "location": None, "price": "4.50"},
    note=None,
    discounts=(),
    payment_method_gid="gid://p/1",
    revision_id=1,
)
TEN = {"title": "SPRING", "percentage": 10, "amount": None, "on_each_item": None}


def kinds(**after: object) -> list[str]:
    is_swap = bool(after.pop("is_swap", False))
    found = between(BEFORE, replace(BEFORE, **{"revision_id": 2} | after), is_swap=is_swap)  # type: ignore[arg-type]
    return [one.kind.removeprefix("subscription.") for one in found]


@pytest.mark.parametrize(
    ("items", "told"),
    [
        ((HOUSE,), []),
        ((HOUSE, DARK), ["item_added"]),
        ((), ["item_removed"]),
        ((replace(HOUSE, quantity=3),), ["quantity_changed"]),
        ((replace(DARK, gid=HOUSE.gid),), ["item_swapped"]),
        # by another app, two things are what is known: one went, one came
        ((replace(DARK, quantity=2),), ["item_added", "item_removed"]),
        # taken out and put in again, as a tool does that changes a price
        ((replace(HOUSE, gid="gid://9"),), []),
        ((replace(HOUSE, gid="gid://9", quantity=1),), ["quantity_changed"]),
        # the product was deleted or renamed in Shopify: nobody edited the subscription
        ((replace(HOUSE, variant_gid=None),), []),
        ((replace(HOUSE, title="House Blend, new"),), []),
        ((replace(HOUSE, quantity=1), DARK), ["item_added", "quantity_changed"]),
    ],
)
def test_what_happened_to_items(items: tuple[Item, ...], told: list[str]) -> None:
    assert kinds(items=items) == told


def test_one_gone_and_one_come_are_a_swap_only_if_we_were_asked_for_one() -> None:
    assert kinds(items=(replace(DARK, quantity=2),), is_swap=True) == ["item_swapped"]
    assert kinds(items=(DARK,), is_swap=True) == ["item_added", "item_removed"], "another quantity is no swap"


@pytest.mark.parametrize(
    ("after", "told"),
    [
        ({"rhythm": {"billing": MONTHLY, "delivery": {"interval": "WEEK", "intervalCount": 2}}}, "frequency_changed"),
        ({"address": {"city": "Boston", "zip": "02102"}}, "address_changed"),
        ({"delivery": {**BEFORE.delivery, "title": "Express"}}, "delivery_changed"),
        ({"note": "Ring twice"}, "note_changed"),
        ({"discounts": (TEN,)}, "discount_added"),
        ({"payment_method_gid": "gid://p/2"}, "payment_method_changed"),
    ],
)
def test_what_happened_to_terms(after: dict[str, object], told: str) -> None:
    assert kinds(**after) == [told]


def test_what_is_hidden_or_empty_is_no_change() -> None:
    assert kinds(address={"city": None, "zip": None}) == []
    assert kinds(note="") == []
    assert kinds(payment_method_gid=None) == []


def test_without_a_new_revision_only_the_payment_method_can_have_changed() -> None:
    hidden = replace(BEFORE, payment_method_gid=None)
    assert kinds(revision_id=1, note="x", payment_method_gid="gid://p/2") == ["payment_method_changed"]
    assert between(hidden, BEFORE) == [], "it was left out, and is shown again"
    assert len(between(hidden, replace(BEFORE, revision_id=2))) == 1


def test_nothing_personal_is_told() -> None:
    after = replace(BEFORE, revision_id=2, note="Ring twice", address={"city": "Salem", "zip": "01970"})
    told = str(between(BEFORE, after))
    assert "Ring" not in told and "Salem" not in told and "Boston" not in told


def test_a_discount_that_went_is_told_with_its_value() -> None:
    (gone,) = between(replace(BEFORE, discounts=(TEN,)), replace(BEFORE, revision_id=2))
    assert gone.kind == "subscription.discount_removed"
    assert gone.before == {"discounts": [TEN]}
    assert between(replace(BEFORE, discounts=(TEN, TEN)), replace(BEFORE, revision_id=2, discounts=(TEN,))) == [gone]

"""Prices and pictures of edited items: pure rules, for any basket."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from shopify_app.edits.contract import prices
from shopify_app.edits.contract.action import Action
from shopify_app.edits.contract.lines import Add, Quantity, Remove, Swap
from shopify_app.edits.contract.picture import Line, Picture

CENT = Decimal("0.01")
AMOUNTS = st.decimals(0, 500, places=2)
COUNTS = st.integers(1, 99)


@st.composite
def pictures(draw: st.DrawFn) -> Picture:
    """A subscription of one to four items; each may have a discount on its whole quantity."""
    items = []
    for number in range(draw(st.integers(1, 4))):
        price, quantity = draw(AMOUNTS), draw(COUNTS)
        full = price * quantity
        off = draw(st.sampled_from([0, 0, 10, 33, 100]))
        total = (full * (100 - off) / 100).quantize(CENT)
        items.append(Line(f"line-{number}", f"variant-{number}", "Tea", None, quantity, price, total))
    return Picture(
        "ACTIVE", None, tuple(items), draw(AMOUNTS), {"interval": "MONTH", "intervalCount": 1}, (), None, None
    )


def _without_discounts(picture: Picture) -> Picture:
    lines = tuple(replace(line, total=line.price * line.quantity) for line in picture.lines)
    return replace(picture, lines=lines)


def _taken_back(action: Action, before: Picture) -> Picture:
    undo = action.undo(before.as_json())
    assert undo
    return undo.paint(action.paint(before))


@given(pictures(), st.data(), COUNTS, AMOUNTS)
def test_undo_gives_the_first_picture(before: Picture, data: st.DataObject, quantity: int, price: Decimal) -> None:
    line = data.draw(st.sampled_from(before.lines))
    swap = Swap(line.gid or "", "other", "Coffee", "250 g", str(price), "USD")
    for action in (Quantity(line.gid or "", quantity), swap):
        plain = _without_discounts(before)
        assert _taken_back(action, plain) == plain
        # a discount is a share of a line: a cent may fall between for each unit
        apart = abs(Quantity(line.gid or "", quantity).paint(before).total - before.total)
        assert apart <= line.price * abs(quantity - line.quantity) + CENT


@given(pictures(), st.data(), COUNTS, AMOUNTS)
def test_totals_are_the_sum_of_what_is_shown(
    before: Picture, data: st.DataObject, count: int, price: Decimal
) -> None:
    line = data.draw(st.sampled_from(before.lines))
    add = Add("other", count, "Coffee", None, str(price), "USD")
    assert add.paint(before).total == before.total + price * count
    assert Remove(line.gid or "").paint(before).total == before.total - line.total
    changed = Quantity(line.gid or "", count).paint(before)
    assert changed.total == sum((each.total for each in changed.lines), before.shipping)
    assert [each.gid for each in changed.lines] == [each.gid for each in before.lines]


@given(AMOUNTS, AMOUNTS, st.integers(0, 100), st.sampled_from(["PERCENTAGE", "FIXED_AMOUNT", "PRICE"]))
def test_an_item_keeps_its_terms_whatever_it_becomes(old: Decimal, new: Decimal, value: int, kind: str) -> None:
    pricing = {"base": str(old), "steps": [{"after": 0, "type": kind, "value": str(value)}]}
    now = prices.price(pricing, Decimal(0), old, "USD")
    there = prices.price(pricing, now, new, "USD")
    moved = prices.moved_to(pricing, new)
    assert there >= 0 and prices.as_input(moved or {}, "USD")["cycleDiscounts"][0]["computedPrice"] == str(there)
    assert prices.price(moved, there, old, "USD") == now
    assert prices.price(None, old, new, "USD") == new


def test_the_step_in_force_is_the_one_that_makes_the_price_what_it_is() -> None:
    steps = [{"after": 0, "type": "PERCENTAGE", "value": "50"}, {"after": 3, "type": "PERCENTAGE", "value": "10"}]
    pricing = {"base": "20.00", "steps": steps}
    assert prices.price(pricing, Decimal("10.00"), Decimal("30"), "USD") == Decimal("15.00")
    assert prices.price(pricing, Decimal("18.00"), Decimal("30"), "USD") == Decimal("27.00")
    assert prices.price(pricing, Decimal("17.00"), Decimal("30"), "USD") == Decimal("15.00")  # set by hand
    assert prices.price(pricing, Decimal("18.00"), Decimal("1000.4"), "JPY") == Decimal("900")

"""Prices and pictures of edited items: pure rules, for any basket."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from shopify_app.edits.contract import prices
from shopify_app.edits.contract.action import Action
from shopify_app.edits.contract.lines import Add, Quantity, Remove, Swap
from shopify_app.edits.contract.picture import Line, Picture
from shopify_app.edits.contract.taken_off import Discount
from shopify_app.kit.money import digits, round_money

CENT = Decimal("0.01")
AMOUNTS = st.decimals(0, 500, places=2)
COUNTS = st.integers(1, 99)


@st.composite
def pictures(draw: st.DrawFn, currency: str = "USD") -> Picture:
    """A subscription of one to four items; each may have a discount on its whole quantity."""
    items = []
    amounts = st.decimals(0, 50000, places=digits(currency))
    for number in range(draw(st.integers(1, 4))):
        price, quantity = draw(amounts), draw(COUNTS)
        full = price * quantity
        off = draw(st.sampled_from([0, 0, 10, 33, 100]))
        total = round_money(full * (100 - off) / 100, currency)
        items.append(Line(f"line-{number}", f"variant-{number}", "Tea", None, quantity, price, total))
    rhythm = {"interval": "MONTH", "intervalCount": 1}
    return Picture("ACTIVE", currency, None, tuple(items), draw(amounts), rhythm, (), None, None)


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


@settings(max_examples=40)
@given(st.sampled_from(["USD", "JPY", "KWD"]).flatmap(lambda code: pictures(currency=code)), st.data(), COUNTS)
def test_every_amount_can_be_paid_in_its_currency(before: Picture, data: st.DataObject, count: int) -> None:
    gid = data.draw(st.sampled_from(before.lines)).gid or ""
    price = str(data.draw(st.decimals(0, 500, places=digits(before.currency))))
    off = data.draw(
        st.builds(Discount, st.none(), st.none(), percentage=st.integers(1, 100))
        | st.builds(
            Discount,
            st.none(),
            st.none(),
            amount=st.decimals(0, 90, places=digits(before.currency)),
            each=st.booleans(),
        )
    )
    made = [Quantity(gid, count), Swap(gid, "other", "Coffee", None, price, before.currency)]
    for after in (*(action.paint(before) for action in made), before.with_discounts((off,))):
        assert all(line.total == round_money(line.total, before.currency) for line in after.lines)
        assert after.total == sum((line.total for line in after.lines), after.shipping) and after.total >= 0
    plain, most = _without_discounts(before), data.draw(st.decimals(0, 99, places=digits(before.currency)))
    for lines in (
        plain.lines,
        tuple(replace(line, price=Decimal(1), quantity=1, total=Decimal(1)) for line in plain.lines),
    ):
        full = replace(plain, lines=lines)
        less = full.with_discounts((Discount(None, None, amount=most),))
        assert full.total - less.total == min(full.total - full.shipping, most)
        assert all(0 <= now.total <= was.total for now, was in zip(less.lines, lines, strict=True))


def test_yen_have_no_cents() -> None:
    tea = Line("tea", "v", "Tea", None, 3, Decimal(333), Decimal(899))
    cup = Line("cup", "w", "Cup", None, 1, Decimal(500), Decimal(500))
    yen = Picture(
        "ACTIVE", "JPY", None, (tea, cup), Decimal(0), {"interval": "DAY", "intervalCount": 1}, (), None, None
    )
    assert Quantity("tea", 2).paint(yen).lines[0].total == 599  # 599.33 each, were there cents
    assert Swap("tea", "x", "Coffee", None, "401", "JPY").paint(yen).lines[0].total == 1083
    tenth, hundred = Discount(None, None, percentage=10), Discount(None, None, amount=Decimal(100))
    assert [line.total for line in yen.with_discounts((tenth,)).lines] == [899, 450]
    assert [line.total for line in yen.with_discounts((hundred,)).lines] == [932, 467]
    assert yen.with_discounts((tenth, hundred)).total == 1249
    assert str(yen.with_discounts((tenth,)).total) == "1349"


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

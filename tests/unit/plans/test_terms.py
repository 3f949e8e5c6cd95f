"""A plan's terms survive Shopify's spelling, and cost what Shopify's documentation says."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopify_app.plans.terms import AMOUNT, NONE, PERCENTAGE, PRICE, UNITS, Terms, plain, read

SMALL = st.none() | st.integers(1, 60)
VALUE = st.integers(1, 10_000).map(lambda cents: plain(str(Decimal(cents) / 100)))


@st.composite
def terms(draw) -> Terms:
    unit, discount = draw(st.sampled_from(UNITS)), draw(st.sampled_from((NONE, PERCENTAGE, AMOUNT, PRICE)))
    last = {"WEEK": 7, "MONTH": 31, "YEAR": 28}.get(unit)
    anchor = draw(st.none() | st.integers(1, last)) if last else None
    return Terms(
        name="Every so often",
        unit=unit,
        every=draw(st.integers(1, 12)),
        deliveries=draw(st.integers(1, 12)),
        discount=discount,
        value="" if discount == NONE else draw(VALUE),
        **(draw(later()) if draw(st.booleans()) else {}),
        anchor=anchor,
        cutoff=draw(SMALL),
        min_cycles=draw(SMALL),
        max_cycles=draw(SMALL),
        month=draw(st.integers(1, 12)) if anchor and unit == "YEAR" else None,
    )


@st.composite
def later(draw) -> dict:
    """Another price after the first orders."""
    discount = draw(st.sampled_from([NONE, PERCENTAGE, AMOUNT, PRICE]))
    value = "" if discount == NONE else draw(VALUE)
    return {"first": draw(st.integers(1, 99)), "later": discount, "later_value": value}


@given(terms())
def test_what_is_sent_reads_back_as_the_same_terms(wanted: Terms):
    sent = wanted.as_input()
    steps = []
    assert [next(iter(each)) for each in sent["pricingPolicies"]] in ([], ["fixed"], ["fixed", "recurring"])
    for each in sent["pricingPolicies"]:
        (policy,) = each.values()
        value = policy["adjustmentValue"]
        number = value.get("percentage", value.get("fixedValue"))
        after = policy.get("afterCycle", 0)
        steps.append({"after": after, "type": policy["adjustmentType"], "value": str(Decimal(str(number)))})
    billing, delivery = (sent[f"{noun}Policy"]["recurring"] for noun in ("billing", "delivery"))
    assert billing["anchors"] == delivery["anchors"], "Shopify refuses anchors that differ"
    assert read(sent["name"], billing, delivery, steps) == wanted
    assert Terms.from_json(wanted.as_json()) == wanted


@pytest.mark.parametrize(
    ("discount", "value", "deliveries", "price"),
    [
        (PERCENTAGE, "15", 1, "13.60"),
        (PERCENTAGE, "15", 3, "40.80"),
        (AMOUNT, "6", 3, "42.00"),  # Shopify docs: "$10 discount and two deliveries: $5 each"
        (AMOUNT, "60", 1, "0"),
        (PRICE, "9", 1, "9"),
        (NONE, "", 2, "32.00"),
    ],
)
def test_what_an_item_of_sixteen_dollars_costs(discount: str, value: str, deliveries: int, price: str):
    plan = Terms("x", "WEEK", 4, deliveries, discount, value)
    assert plan.price(Decimal("16.00")) == Decimal(price)


def test_a_price_to_try_it_at_comes_before_the_later_one():
    plan = Terms("x", "WEEK", 4, 2, PRICE, "5", first=2, later=PERCENTAGE, later_value="25")
    assert (plan.price(Decimal(16)), plan.later_price(Decimal(16))) == (5, 24)
    fixed, recurring = plan.as_input()["pricingPolicies"]
    assert fixed == {"fixed": {"adjustmentType": "PRICE", "adjustmentValue": {"fixedValue": "5"}}}
    then = {"adjustmentType": "PERCENTAGE", "adjustmentValue": {"percentage": 25.0}, "afterCycle": 2}
    assert recurring == {"recurring": then}
    assert Terms("x", "WEEK", 4, first=2, later=PRICE, later_value="9").later_price(Decimal(16)) == 9


MONTHLY = {"interval": "MONTH", "intervalCount": 1, "anchors": []}


@pytest.mark.parametrize(
    ("billing", "delivery", "steps"),
    [
        ({}, {}, []),
        ({**MONTHLY, "interval": "YEAR"}, MONTHLY, []),
        (MONTHLY, {**MONTHLY, "anchors": [{"type": "MONTHDAY", "day": 1}, {"type": "MONTHDAY", "day": 15}]}, []),
        (MONTHLY, {**MONTHLY, "anchors": [{"type": "YEARDAY", "day": 1, "month": 5}]}, []),
        (MONTHLY, MONTHLY, [{"after": 3, "type": PRICE, "value": "9"}]),
        (MONTHLY, MONTHLY, [{"after": n, "type": PRICE, "value": "9"} for n in (0, 3, 6)]),
    ],
)
def test_what_our_words_cannot_say_is_left_alone(billing, delivery, steps):
    assert read("x", billing, delivery, steps) is None

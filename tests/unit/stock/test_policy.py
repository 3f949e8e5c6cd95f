"""What one order gets: the shopper's preference where the shop allows it, and never what cannot be done."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopify_app.stock.policy import (
    ACTIONS,
    ASK,
    DEFAULTS,
    DELAY,
    FALLBACKS,
    FOR_SHOPPERS,
    OF_PREFERENCE,
    REST,
    SAFE,
    SELL,
    SKIP,
    SWAP,
    Order,
    Terms,
    can_be,
    parsed,
    plan,
)

orders = st.builds(Order, st.integers(0, 5), st.decimals(0, 90, places=2), st.booleans(), st.booleans())
terms = st.builds(
    Terms,
    st.sampled_from(ACTIONS),
    st.sampled_from(DEFAULTS),
    st.lists(st.sampled_from(FOR_SHOPPERS), unique=True).map(tuple),
    st.just("gid://shopify/ProductVariant/9"),
    fallback=st.sampled_from(FALLBACKS),
    min_items=st.integers(1, 3),
    min_value=st.none() | st.decimals(0, 50, places=2),
)


@given(terms, orders, st.none() | st.sampled_from(sorted(OF_PREFERENCE)))
def test_nothing_is_planned_or_offered_that_cannot_be_done(policy: Terms, order: Order, wish: str | None) -> None:
    policy.check()
    found = plan(policy, order, wish)
    assert can_be(found.default, policy, order)
    assert set(found.options) <= set(policy.allowed) & set(FOR_SHOPPERS)
    assert all(can_be(word, policy, order) for word in found.options)


@given(terms, orders, st.sampled_from(sorted(OF_PREFERENCE)))
def test_a_preference_counts_only_within_what_the_shop_allows(policy: Terms, order: Order, wish: str) -> None:
    word = OF_PREFERENCE[wish]
    found = plan(policy, order, wish)
    if word in policy.allowed and can_be(word, policy, order):
        assert found.default == word
    else:
        assert found == plan(policy, order, None)


@given(terms)
def test_what_a_decision_keeps_reads_back_the_same(policy: Terms) -> None:
    assert parsed(policy.as_json()) == policy


def test_a_new_shop_charges_nobody_for_what_cannot_ship() -> None:
    SAFE.check()
    assert plan(SAFE, Order(1, Decimal(9), True, False), None).default == DELAY
    assert plan(SAFE, Order(0, Decimal(0), False, False), None).default == SKIP
    assert SELL not in plan(SAFE, Order(1, Decimal(9), True, True), None).options


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (Terms("burn"), "action"),
        (Terms(ASK), "default"),
        (Terms(SKIP, allowed=("sell",)), "allowed"),
        (Terms(SWAP), "swap_variant_gid"),
        (Terms(DELAY, max_delay_days=0), "max_delay_days"),
        (Terms(REST, min_items=0), "min_items"),
        (Terms(REST, min_value=Decimal(-1)), "min_value"),
        (Terms(SKIP, fallback="delay"), "fallback"),
        (Terms(SKIP, price_rule="free"), "price_rule"),
    ],
)
def test_terms_that_make_no_sense_name_their_field(wrong: Terms, field: str) -> None:
    with pytest.raises(ValueError, match=f"^{field}"):
        wrong.check()

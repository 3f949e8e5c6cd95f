"""When something is missing: settings and policies, in words and with what they would do before they are saved."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from sqlalchemy import select

from shopify_app.journal.models import Fact
from shopify_app.stock import settings
from shopify_app.stock.models import StockDecision, StockSettings
from shopify_app.stock.policy import SAFE, Terms
from tests.web import stock_rows
from tests.web.conftest import Admin

SHOP, PRODUCT, PLAN = {"scope": "shop"}, {"scope": "product", "subject": "1"}, {"scope": "plan", "subject": "5"}
RIGHT = {
    "action": "swap", "default": "delay", "allow_skip": "1", "price_rule": "same", "max_delay_days": "10",
    "fallback": "ship_rest", "min_items": "2", "min_value": "15.50", "swap_variant_gid": "gid://shopify/ProductVariant/2",
}  # fmt: skip


@pytest.fixture(autouse=True)
def shelf(admin: Admin) -> None:
    """Blend for three subscribers, one of them by a plan; two bags of Decaf that nobody subscribes to."""
    with admin.context.db.session() as session:
        stock_rows.item(session, admin.shop_id, 1, "House Blend", 50)
        stock_rows.item(session, admin.shop_id, 2, "Decaf", 2)
        for number in (1, 2, 3):
            found = stock_rows.subscriber(session, admin.shop_id, number, 1, [number])
            if number == 3:
                found.lines[0].selling_plan_gid, found.lines[0].selling_plan_name = (
                    "gid://shopify/SellingPlan/5",
                    "Weekly",
                )
    stock_rows.weigh(admin.context)


def _words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html.split('id="page"')[-1]))


def _saved(admin: Admin) -> dict[tuple[str, str], Terms]:
    with admin.context.db.session() as session:
        return settings.policies(session, admin.shop_id)


def test_a_new_shop_has_a_safe_policy_in_words_and_settings_tell_what_is_wrong(admin: Admin) -> None:
    assert 'href="/stock/policies"' in admin.get("/settings").text
    said = _words(admin.get("/stock/policies").text)
    assert "Without an answer: wait until it is back. An order waits 14 days at most; then: skip the order." in said
    good = {"is_on": "1", "ahead_days": "10", "consent_hours": "48", "min_gap_days": "3"}
    for wrong, words in (
        ({"ahead_days": "0"}, "from 1 to 60"),
        ({"consent_hours": "x"}, "from 1 to 168"),
        ({"ahead_days": "2"}, "Choose fewer hours than the days ahead have."),
        ({"min_gap_days": "61"}, "from 0 to 60"),
    ):
        answer = admin.post("/stock/policies", **(good | wrong))
        assert answer.status_code == 422 and words in answer.text, wrong
    with admin.context.db.session() as session:
        assert session.get(StockSettings, admin.shop_id) is None
    assert admin.post("/stock/policies", **good).status_code == 200
    off = {name: value for name, value in good.items() if name != "is_on"}
    assert "checked" not in admin.post("/stock/policies", **off).text
    with admin.context.db.session() as session:
        row = session.get_one(StockSettings, admin.shop_id)
        assert (row.is_on, row.ahead_days, row.consent_hours, row.min_gap_days) == (False, 10, 48, 3)
    assert "Stock is not watched" in admin.get("/stock").text
    assert admin.get("/settings").text.count("How stock is watched was changed by you or your staff.") == 2


def test_a_policy_shows_what_it_would_do_before_it_is_saved(admin: Admin) -> None:
    assert re.findall(r"scope=product&amp;subject=(\d)", admin.get("/stock/policies?q=blend").text) == ["1"]
    assert "No product that subscribers have is called" in admin.get("/stock/policies?q=tea").text
    form = admin.get("/stock/policy?scope=product&subject=1").text
    assert 'value="gid://shopify/ProductVariant/2"' in form and "House Blend, Whole bean" in form
    said = _words(admin.post("/stock/policy/preview", **PRODUCT, **RIGHT).text)
    assert "Send a substitute. The shopper can choose instead: skip the order." in said
    assert "The substitute is Decaf, Whole bean, for the price of the missing item" in said
    assert "at least 2 units worth $15.50 are left" in said
    would = "If what they need were gone today: 3 orders in the next 14 days: 2 get a substitute, 1 is skipped."
    assert would in said, "there are two bags of Decaf only"
    assert "As it is saved now: 3 wait." in said
    assert set(_saved(admin)) == {("shop", "")}, "nothing is saved"
    assert "Saved" in admin.post("/stock/policy", **PRODUCT, **RIGHT).text
    assert _saved(admin)["product", "gid://shopify/Product/1"] == Terms(
        "swap", None, ("skip",), "gid://shopify/ProductVariant/2", "same", 10, "ship_rest", 2, Decimal("15.50")
    )
    assert "was decided anew for House Blend by you or your staff." in admin.get("/settings").text
    assert "Send a substitute." in _words(admin.get("/stock/policies").text)
    asked = _words(admin.get("/stock/policy/drop?scope=product&subject=1").text)
    assert "3 orders in the next 14 days: 3 wait. As it is saved now: 2 get a substitute, 1 is skipped." in asked
    admin.post("/stock/policy/drop", **PRODUCT)
    assert set(_saved(admin)) == {("shop", "")}
    with admin.context.db.session() as session:
        assert len(session.scalars(select(Fact).where(Fact.kind == "stock.rules_changed")).all()) == 2
        assert session.scalars(select(StockDecision)).all() == []


def test_a_plan_and_the_shop_have_their_own_and_only_their_orders_count(admin: Admin) -> None:
    skip = RIGHT | {"action": "skip"}
    assert "1 order in the next 14 days: 1 is skipped." in _words(
        admin.post("/stock/policy/preview", **PLAN, **skip).text
    )
    assert "3 orders in the next 14 days: 3 are skipped." in _words(
        admin.post("/stock/policy/preview", **SHOP, **skip).text
    )
    admin.post("/stock/policy", **PLAN, **skip)
    assert _saved(admin)["plan", "gid://shopify/SellingPlan/5"].action == "skip"
    assert "2 orders in the next 14 days: 2 are skipped." in _words(
        admin.post("/stock/policy/preview", **SHOP, **skip).text
    ), "the plan speaks for the third"
    admin.post("/stock/policy", **SHOP, **(skip | {"action": "ask", "default": "skip"}))
    assert _saved(admin)["shop", ""].default == "skip"
    admin.post("/stock/policy/drop", **SHOP)
    assert _saved(admin)["shop", ""] == SAFE


WRONG = (
    ({"action": "burn"}, "action", "Choose one of the options."),
    ({"action": "ask", "default": ""}, "default", "Say what happens when nobody chooses."),
    ({"swap_variant_gid": ""}, "swap_variant_gid", "Choose what it is swapped for."),
    ({"swap_variant_gid": "gid://shopify/Mug/1"}, "swap_variant_gid", "The shop does not sell this item"),
    ({"price_rule": "x"}, "price_rule", "Choose one of the options."),
    ({"max_delay_days": "0"}, "max_delay_days", "Enter a whole number from 1 to 90."),
    ({"fallback": "sell"}, "fallback", "Choose one of the options."),
    ({"min_items": ""}, "min_items", "Enter a whole number from 1 to 1000."),
    ({"min_value": "1e9"}, "min_value", "Enter an amount like 15 or 15.50"),
    ({"min_value": "-3"}, "min_value", "Enter an amount like 15 or 15.50"),
)


def test_what_is_wrong_in_a_policy_is_told_at_its_field(admin: Admin) -> None:
    for wrong, field, words in WRONG:
        answer = admin.post("/stock/policy", **PRODUCT, **(RIGHT | wrong))
        assert answer.status_code == 422, wrong
        (error,) = re.findall(rf'name="{field}"[^>]* error="([^"]*)"', answer.text)
        assert words in error and set(_saved(admin)) == {("shop", "")}, wrong
        assert words in admin.post("/stock/policy/preview", **PRODUCT, **(RIGHT | wrong)).text


def test_what_nobody_knows_has_no_policy(admin: Admin) -> None:
    for subject in (
        {"scope": "product", "subject": "99"},
        {"scope": "plan", "subject": "%00"},
        {"scope": "moon"},
        {},
    ):
        answer = admin.post("/stock/policy", **subject, **RIGHT)
        assert answer.status_code == 404 and "not known any more" in answer.text
    assert set(_saved(admin)) == {("shop", "")}

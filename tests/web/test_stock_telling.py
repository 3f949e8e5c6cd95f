"""How we tell them: when, in which order, what they read, and what happens if they do nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from shopify_app.catalog.models import Product
from shopify_app.shops.models import Shop
from shopify_app.stock import settings
from shopify_app.stock.policy import REST, SKIP, Terms
from shopify_app.web.admin import policy_words
from tests.channels.test_stock_events import trouble
from tests.web import rows
from tests.web.conftest import NOW, Admin
from tests.web.test_sendlog import connect

SOON = NOW + timedelta(days=4)


def affected(admin: Admin, number: int, days: int, **columns: Any) -> None:
    with admin.context.db.session() as session:
        who = rows.shopper(session, admin.shop_id, number, first_name=f"Jo{number}", email=f"jo{number}@mail.coffee")
        contract = rows.contract(session, admin.shop_id, number, customer_gid=who.shopify_gid)
        charge_at = NOW + timedelta(days=days)
        rows.cycle(session, contract, 4, charge_at)
        decision = rows.decision(session, contract, 4, charge_at, **columns)
        data = trouble(decision=decision.id, charge_at=charge_at.isoformat(), default="delay", options=["skip"])
        about = {"customer_gid": who.shopify_gid, "cycle_index": 4, "data": data}
        rows.fact(session, contract, "stock.out", key=f"stock.out:{number}", **about)


def test_a_new_shop_sees_what_holds_with_an_example_and_ticks_the_step_off(admin: Admin) -> None:
    page = admin.get("/stock/telling").text
    assert "up to 14 days before its charge" in page and "24 hours before the charge" in page
    assert "Nobody is told" in page, "neither Klaviyo nor mail"
    assert "Every item" in page
    assert "If the subscriber does nothing, the order waits until the item is back." in page
    assert "An order waits 14 days at most; then the order is skipped." in page
    assert "No order lacks anything now." in page
    assert (
        "this is an example" in page
        and "House Blend is out of stock" in page
        and "/links/example-choose-skip" in page
    )
    german = admin.get("/stock/telling?event=subscription-item-back-in-stock&language=de").text
    assert "ist wieder da" in german and 'lang="de"' in german
    assert "is out of stock" in admin.get("/stock/telling?event=nonsense&language=xx").text
    assert "See how subscribers hear of missing items" in admin.get("/").text
    noted = admin.post("/stock/telling")
    assert "Your staff said so on Tue, Dec 1, 2026" in noted.text and "This is what we want" not in noted.text
    with admin.context.db.session() as session:
        assert settings.of(session, admin.shop_id).confirmed_at == NOW
    assert admin.open("/stock/telling").status_code == 200


def test_those_concerned_are_listed_as_they_hear_and_a_real_one_reads_the_preview(admin: Admin) -> None:
    connect(admin)
    affected(admin, 8, 6)
    affected(admin, 7, 4, choice="skip", chosen_by="link", state="chosen")
    page = admin.get("/stock/telling").text
    assert page.index("#7") < page.index("#8") and "Jo7" in page and "Nobody is told" not in page
    assert "Now: 2 orders." in page
    assert "1: the order is skipped" in page and "1: the order waits until the item is back" in page
    assert "As the subscriber of" in page and "Hello Jo7," in page
    assert "Skip this order: http://127.0.0.1:8000/links/preview" in page
    with admin.context.db.session() as session:
        session.get_one(Shop, admin.shop_id).mail_links = "account"
        other = rows.shop(session, "other.myshopify.com")
        rows.decision(session, rows.contract(session, other.id, 99), 4, SOON)
    page = admin.get("/stock/telling").text
    assert "#99" not in page and "Now: 2 orders." in page


def test_a_policy_of_a_product_stands_beside_the_shops(admin: Admin) -> None:
    terms = Terms(SKIP, allowed=(REST,), min_items=2)
    with admin.context.db.session() as session:
        session.add(Product(shop_id=admin.shop_id, shopify_gid="gid://shopify/Product/5", title="Red <Mug>",
                            status="ACTIVE", shopify_updated_at=NOW))  # fmt: skip
        settings.put(session, admin.shop_id, settings.PRODUCT, "gid://shopify/Product/5", terms)
    page = admin.get("/stock/telling").text
    assert "Red &lt;Mug&gt; (product)" in page and "All other items" in page
    assert "If the subscriber does nothing, the order is skipped." in page
    assert "A rest is sent if it has at least 2 items." in page


@pytest.mark.parametrize(
    ("terms", "says"),
    [
        (Terms("tell"), ["the order waits for you", "has no choice"]),
        (Terms("sell"), ["the order is charged and sent as planned"]),
        (Terms("swap", swap_variant_gid="x", price_rule="same"), ["The substitute is Dark Roast, at the price of"]),
        (Terms("ask", "skip", ("swap",)), ["No substitute is set, so none is offered."]),
    ],
)
def test_every_policy_has_words(terms: Terms, says: list[str]) -> None:
    said = " ".join(policy_words.sentences(terms, "Dark Roast"))
    assert all(each in said for each in says), said

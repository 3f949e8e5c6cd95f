"""Changing items and rhythm from a subscription's page: what may be chosen, at which price, and what is shown."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import update

from shopify_app.catalog.models import Product, Variant
from shopify_app.edits.contract import door
from shopify_app.edits.contract.answers import Answer
from shopify_app.edits.contract.lines import Add, Quantity, Remove
from shopify_app.edits.contract.rhythm import Frequency
from tests.web import rows
from tests.web.conftest import NOW, Admin
from tests.web.test_contract_changes import _plant, _request_id

LINE = "gid://shopify/SubscriptionLine/7"
PRICING = {"base": "20.00", "steps": [{"after": 0, "type": "PERCENTAGE", "value": "10"}]}


@pytest.fixture
def asked(monkeypatch) -> list[tuple]:
    """The door is left ajar, as in test_contract_changes."""
    seen: list[tuple] = []
    monkeypatch.setattr(door, "carry_out", lambda ctx, *what: seen.append(what) or Answer(True, "Done"))
    return seen


def _variant(admin: Admin, number: int, title: str, price: str, status: str = "ACTIVE") -> str:
    gid, product = f"gid://shopify/ProductVariant/{number}", f"gid://shopify/Product/{number}"
    with admin.context.db.session() as session:
        mine = {"shop_id": admin.shop_id, "shopify_gid": product}
        session.add(Product(**mine, title=title, status=status, shopify_updated_at=NOW))
        mine["shopify_gid"] = gid
        session.add(Variant(**mine, title="Default Title", product_gid=product, price=Decimal(price)))
    return gid


def _planned(admin: Admin) -> None:
    """A subscription of one item for $18.00, a tenth below its price in the shop."""
    _plant(admin)
    with admin.context.db.session() as session:
        session.execute(
            update(rows.ContractLine).values(pricing=PRICING, variant_gid="gid://shopify/ProductVariant/1")
        )


def test_a_swap_offers_what_the_shop_sells_at_the_price_of_the_plan(admin: Admin, asked: list[tuple]):
    _planned(admin)
    kettle = _variant(admin, 2, "Kettle <b>", "50.00")
    _variant(admin, 3, "Old Kettle", "40.00", status="ARCHIVED")
    assert f"/contracts/7/swap?line={LINE.replace(':', '%3A').replace('/', '%2F')}" in admin.get(
        "/contracts/7"
    ).text.replace("gid:", "gid%3A").replace("//shopify/SubscriptionLine/7", "%2F%2Fshopify%2FSubscriptionLine%2F7")
    html = admin.get(f"/contracts/7/swap?line={LINE}").text
    assert "Kettle &lt;b&gt;" in html and "$45.00" in html and "Old Kettle" not in html
    form = {"line": LINE, "variant": kettle}
    html = admin.post("/contracts/7/swap", **form).text
    assert "House Blend, Whole bean: $18.00 each" in html and "$45.00 each, $45.00 together" in html
    assert 'name="price" value="45.00"' in html and "$50.00" in html  # each order, with shipping
    once = {**form, "price": "45.00", "request_id": _request_id(html)}
    with admin.context.db.session() as session:
        session.execute(update(Variant).where(Variant.shopify_gid == kettle).values(price=Decimal("60.00")))
    late = admin.post("/contracts/7/swap", **once)
    assert late.status_code == 422 and "Its price has changed meanwhile: it is $54.00 now." in late.text
    assert asked == [] and admin.post("/contracts/7/swap", **{**once, "price": "54.00"}).status_code == 200
    assert asked[0][0].price == "54.00"


def test_quantity_and_removal_name_the_item(admin: Admin, asked: list[tuple]):
    _planned(admin)
    assert 'value="1"' in admin.get(f"/contracts/7/quantity?line={LINE}").text
    for wrong in ("0", "1000", "two"):
        answer = admin.post("/contracts/7/quantity", line=LINE, quantity=wrong, request_id="r")
        assert answer.status_code == 422 and "Enter a whole number from 1 to 999." in answer.text
    same = admin.post("/contracts/7/quantity", line=LINE, quantity="1")
    assert same.status_code == 422 and 'error="The subscription is like that already."' in same.text
    html = admin.post("/contracts/7/quantity", line=LINE, quantity="3").text
    assert "3 × House Blend, Whole bean: $18.00 each, $54.00 together" in html
    admin.post("/contracts/7/quantity", line=LINE, quantity="3", request_id=_request_id(html))
    assert [what[0] for what in asked] == [Quantity(LINE, 3)]
    assert (
        "no longer in the subscription" in admin.get("/contracts/7/remove?line=gid://shopify/SubscriptionLine/9").text
    )
    assert "A subscription needs at least one item." in admin.get(f"/contracts/7/remove?line={LINE}").text
    admin.post("/contracts/7/remove", line=LINE, request_id="r2")
    removed = asked[1][0]
    assert isinstance(removed, Remove) and removed.kept and Add(**removed.kept).price == "18.00"


def test_an_item_is_added(admin: Admin, asked: list[tuple]):
    _planned(admin)
    empty = admin.get("/contracts/7/add").text
    assert "No product is known yet" in empty and "data-pick-variant" in empty
    kettle = _variant(admin, 2, "Kettle", "50.00")
    answer = admin.post("/contracts/7/add", variant="", quantity="x")
    assert answer.status_code == 422 and "Choose a product." in answer.text and "whole number" in answer.text
    assert (
        "2 × Kettle: $45.00 each, $90.00 together"
        in admin.post("/contracts/7/add", variant=kettle, quantity="2").text
    )
    admin.post("/contracts/7/add", variant=kettle, quantity="2", price="45.00", request_id="r")
    assert asked[0][0].asked() == {"variant_gid": kettle, "quantity": 2}


def test_where_prices_are_not_known_nothing_can_be_chosen(admin: Admin, asked: list[tuple]):
    _planned(admin)
    _variant(admin, 2, "Kettle", "50.00")
    with admin.context.db.session() as session:
        session.execute(update(rows.Contract).values(currency="EUR"))
    html = admin.get("/contracts/7/add").text
    assert "subscription is paid in another" in html and "data-pick-variant" not in html and "Kettle" not in html


def test_staff_choose_any_rhythm_and_shopify_the_dates(admin: Admin, asked: list[tuple]):
    _planned(admin)
    answer = admin.post("/contracts/7/frequency", count="0", unit="FORTNIGHT")
    assert answer.status_code == 422 and "from 1 to 99" in answer.text and "Choose one of the options." in answer.text
    html = admin.post("/contracts/7/frequency", count="2", unit="WEEK").text
    assert (
        "Billed every month" in html and "Billed every 2 weeks" in html and "Shopify decides the new dates." in html
    )
    admin.post("/contracts/7/frequency", count="2", unit="WEEK", request_id=_request_id(html))
    assert [what[0] for what in asked] == [Frequency("WEEK", 2)]

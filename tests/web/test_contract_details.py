"""The forms for address, shipping, note, payment method and discounts: filled in, shown, then done."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from shopify_app.contracts.models import Contract
from shopify_app.edits.contract import delivery, door, payment_method
from shopify_app.edits.contract.address import Address, normal
from shopify_app.edits.contract.answers import Answer
from shopify_app.edits.contract.delivery import Delivery
from shopify_app.edits.contract.discounts import Discount, ManualDiscount, RemoveDiscount
from shopify_app.edits.contract.note import Note
from shopify_app.edits.contract.payment_method import ChoosePaymentMethod
from shopify_app.gateways.shopify.delivery_options import DeliveryOption, Offered
from shopify_app.gateways.shopify.errors import Unreachable, UserError, UserErrors
from tests.web import rows
from tests.web.conftest import NOW, Admin

GID = "gid://shopify/CustomerPaymentMethod/{}"
HOME = {"first_name": "Alex", "last_name": "Marsh", "address1": "12 Elm Street", "city": "Portland",
        "province_code": "ME", "province": "Maine", "zip": "04101", "country_code": "US"}  # fmt: skip
SORRY = {"id": "gid://shopify/SubscriptionManualDiscount/5", "title": "Sorry <3", "percentage": 10, "amount": None,
         "target_type": "LINE_ITEM", "usage_count": 0, "recurring_cycle_limit": None, "is_for_all": True}  # fmt: skip
ELM = DeliveryOption(
    "Pickup",
    "pickup",
    None,
    Decimal(0),
    "pickup",
    "gid://shopify/Location/5",
    "Elm <b>Street",
    "Usually ready in 24 hours",
)
VAN = DeliveryOption("Rosebud van", "van", "On weekdays", Decimal("3.00"), "local_delivery")
OFFERED = Offered(
    (DeliveryOption("Express", "express", "1 to 2 days", Decimal("12.00")), ELM, VAN),
    DeliveryOption("Standard", "standard"),
    method={"type": "shipping", "title": "Standard", "address": HOME, "location": None},
)
OLD = {"title": "Standard", "code": "standard"}


@pytest.fixture
def asked(admin: Admin, monkeypatch) -> list:
    """The actions that the door is asked for; Shopify is not there."""
    seen: list = []
    monkeypatch.setattr(door, "carry_out", lambda ctx, action, *_: seen.append(action) or Answer(True, "Done"))
    monkeypatch.setattr(payment_method, "read_again", lambda *_: None)
    with admin.context.db.session() as session:
        rows.shopper(session, admin.shop_id, 3)
        for number, customer in ((1, 3), (2, 3), (9, 4)):
            whose = {"customer_gid": f"gid://shopify/Customer/{customer}", "last_digits": f"424{number}"}
            rows.card(session, admin.shop_id, number, **whose)
        method = {"type": "shipping", "title": "Standard", "address": HOME, "location": None}
        found = rows.contract(
            session, admin.shop_id, 7, customer_gid="gid://shopify/Customer/3", payment_method_gid=GID.format(1),
            delivery_method=method, discounts=[SORRY], note="Ring twice",
        )  # fmt: skip
        rows.cycle(session, found, 4, NOW + timedelta(days=20))
    return seen


def test_an_address_is_filled_in_checked_shown_and_changed(admin: Admin, asked: list):
    assert 'value="12 Elm Street"' in admin.get("/contracts/7/address").text
    form = {**HOME, "address1": "5 Oak <b>Road", "phone": ""}
    form.pop("province")
    wrong = admin.post("/contracts/7/address", **form | {"zip": "", "country_code": "us"})
    assert wrong.status_code == 422 and "Shopify needs this." in wrong.text
    assert "two letters of a country" in admin.post("/contracts/7/address", **form | {"country_code": "USA"}).text
    html = admin.post("/contracts/7/address", **form).text
    assert "Ships to Alex, Marsh, 12 Elm Street" in html and "5 Oak &lt;b&gt;Road" in html and asked == []
    admin.post("/contracts/7/address", **form, request_id="r1")
    assert asked == [Address(normal(form))]


def test_orders_paid_already_are_named_and_follow_only_where_they_are_ticked(admin: Admin, asked: list):
    assert "paid already" not in admin.get("/contracts/7/address").text
    with admin.context.db.session() as session:
        found = session.scalars(select(Contract)).one()
        for number, columns in ((21, {}), (22, {"fulfillment_status": "FULFILLED"}), (23, {"cancelled_at": NOW}),
                                (24, {"financial_status": "PENDING"})):  # fmt: skip
            rows.order(session, found, number, **columns)
    assert "Also the order paid already: #21" in admin.get("/contracts/7/address").text
    form = {name: value for name, value in HOME.items() if name != "province"} | {"phone": ""}
    html = admin.post("/contracts/7/address", **form | {"address1": "5 Oak Road"}, paid_too="1").text
    assert "Paid already, and to follow: #21." in html and 'name="paid_too" value="1"' in html
    # an order may follow, too, where the subscription goes there already
    admin.post("/contracts/7/address", **form, paid_too="1", request_id="r1")
    assert asked == [Address(normal(form), paid_too=True)]


def test_a_note_is_shown_as_it_would_be(admin: Admin, asked: list):
    assert 'value="Ring twice"' in admin.get("/contracts/7/note").text
    assert "Note: Leave it" in admin.post("/contracts/7/note", note="Leave it").text
    assert admin.post("/contracts/7/note", note="x" * 501).status_code == 422
    admin.post("/contracts/7/note", note="", request_id="r1")
    assert asked == [Note("")]


def test_a_way_to_ship_is_offered_with_its_price_and_done_as_it_was_shown(admin: Admin, asked: list, monkeypatch):
    calls = []
    monkeypatch.setattr(delivery, "offered", lambda *_: calls.append(1) or OFFERED)
    assert "Express: $12.00, 1 to 2 days" in admin.get("/contracts/7/delivery").text
    assert admin.post("/contracts/7/delivery").status_code == 422
    assert "Enter an amount" in admin.post("/contracts/7/delivery", price="free").text
    assert "no longer offered" in admin.post("/contracts/7/delivery", option="drone").text
    html = admin.post("/contracts/7/delivery", option="express").text
    assert "Shipped by Express" in html and "Shipping $12.00" in html
    before = len(calls)
    for junk in ({"title": "\x00", "price": "1"}, {"title": "x" * 501, "price": "1"}, {"title": "Express"},
                 {"kind": "drone", "price": "1"}):  # fmt: skip
        form = {"option": "express", "kind": "shipping", "request_id": "r"} | junk
        assert admin.post("/contracts/7/delivery", **form).status_code == 422
    shown = {
        "option": "express",
        "price": "12.00",
        "kind": "shipping",
        "title": "Express",
        "code": "express",
        "old_title": "Standard",
        "old_code": "standard",
    }
    assert all(f'name="{name}" value="{value}"' in html for name, value in shown.items())
    admin.post("/contracts/7/delivery", **shown, request_id="r1")
    admin.post("/contracts/7/delivery", price="3.00", request_id="r2")
    assert asked == [Delivery("12.00", "Express", "express", OLD), Delivery("3.00")] and len(calls) == before


def test_pickup_and_local_delivery_are_offered_in_words_with_what_they_need(admin: Admin, asked: list, monkeypatch):
    monkeypatch.setattr(delivery, "offered", lambda *_: OFFERED)
    page = "/contracts/7/delivery"
    html = admin.get(page).text
    assert "Pickup at Elm &lt;b&gt;Street: free, usually ready in 24 hours" in html
    assert "Local delivery (Rosebud van): $3.00, On weekdays" in html and 'name="phone"' in html
    html = admin.post(page, option="pickup:5:pickup").text
    assert "Pickup at Elm &lt;b&gt;Street</s-text>" in html and "Ships to Alex" in html and "Delivery $0.00" in html
    shown = {"option": "pickup:5:pickup", "price": "0.00", "kind": "pickup", "title": "Pickup", "code": "pickup",
             "location_gid": "gid://shopify/Location/5"}  # fmt: skip
    old = {f"old_{name}": value for name, value in OLD.items()}
    assert all(f'name="{name}" value="{value}"' in html for name, value in (shown | old).items())
    admin.post(page, **shown, **old, location="Elm <b>Street", request_id="r1")

    wrong = admin.post(page, option="local_delivery::van", phone="555-0100")
    assert wrong.status_code == 422 and "country&#39;s code" in wrong.text and 'value="555-0100"' in wrong.text
    html = admin.post(page, option="local_delivery::van", phone="+1 207 555 0100").text
    assert "Local delivery (Rosebud van), phone +12075550100" in html and "Delivery $3.00" in html
    shown = {"option": "local_delivery::van", "price": "3.00", "kind": "local_delivery", "title": "Rosebud van",
             "code": "van", "phone": "+12075550100"}  # fmt: skip
    assert all(f'name="{name}" value="{value}"' in html for name, value in shown.items())
    admin.post(page, **shown, **old, request_id="r2")
    assert asked == [
        Delivery("0.00", "Pickup", "pickup", OLD, "pickup", "gid://shopify/Location/5", "Elm <b>Street"),
        Delivery("3.00", "Rosebud van", "van", OLD, "local_delivery", phone="+12075550100", address=normal(HOME)),
    ]
    picked_up = {"type": "pickup", "title": "Pickup", "address": None, "location": "Elm", "location_gid": "x"}
    with admin.context.db.session() as session:
        session.query(Contract).one().delivery_method = picked_up
    monkeypatch.setattr(delivery, "offered", lambda *_: Offered((ELM,), None))
    assert "there is no address to send it to" in admin.get(page).text
    assert "it has no address" in admin.get("/contracts/7/address").text
    html = admin.get("/contracts/7").text
    assert 'heading="Pickup"' in html and "No address is needed." in html


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Unreachable("no"), "Shopify does not answer right now."),
        (UserErrors([UserError("HAS_FUTURE_EDITS", "no")]), "Shopify changes the subscription only after it."),
        (None, "still working out the ways to deliver"),
    ],
)
def test_ways_to_ship_that_are_not_known_are_told(admin: Admin, asked: list, monkeypatch, error, said: str):
    def offered(*_: object) -> None:
        if error:
            raise error

    monkeypatch.setattr(delivery, "offered", offered)
    assert said in admin.get("/contracts/7/delivery").text
    assert admin.post("/contracts/7/delivery", price="3.00").status_code == 200  # a price needs no answer


def test_only_the_shoppers_own_payment_methods_are_offered(admin: Admin, asked: list):
    html = admin.get("/contracts/7/payment_method").text
    assert "Visa ending in 4241" in html and "Visa ending in 4242" in html and "4249" not in html
    assert "Paid with Visa ending in 4242" in admin.post("/contracts/7/payment_method", method=GID.format(2)).text
    for method, said in (
        (GID.format(9), "no payment method of this shopper"),
        ("\x00", "no payment method of this shopper"),
        ("", "Choose a payment method."),
    ):
        answer = admin.post("/contracts/7/payment_method", method=method, request_id="r")
        assert answer.status_code == 422 and said in answer.text
    admin.post("/contracts/7/payment_method", method=GID.format(2), request_id="r1")
    assert asked == [ChoosePaymentMethod(GID.format(2))]


def test_discounts_are_applied_added_and_removed(admin: Admin, asked: list):
    assert "Enter a discount code." in admin.post("/contracts/7/discount", code=" ").text
    assert "Discount WELCOME10" in admin.post("/contracts/7/discount", code="WELCOME10").text
    admin.post("/contracts/7/discount", code="WELCOME10", request_id="r1")
    form = {"title": "Thanks", "kind": "amount", "worth": "2.5", "orders": "3"}
    html = admin.post("/contracts/7/manual_discount", **form).text
    assert "Discount Thanks: $2.50, for 3 orders in all" in html
    for wrong in ({"worth": "0"}, {"worth": "2.555"}, {"kind": "percentage", "worth": "101"}, {"orders": "0"},
                  {"title": ""}, {"kind": "gift"}):  # fmt: skip
        assert admin.post("/contracts/7/manual_discount", **form | wrong, request_id="r").status_code == 422
    admin.post("/contracts/7/manual_discount", **form, request_id="r2")
    assert "/contracts/7/remove_discount" in admin.get("/contracts/7").text
    html = admin.get("/contracts/7/remove_discount").text
    assert "Sorry &lt;3" in html
    assert "No discount" in admin.post("/contracts/7/remove_discount", discount=SORRY["id"]).text
    assert admin.post("/contracts/7/remove_discount", discount="x", request_id="r").status_code == 422
    admin.post("/contracts/7/remove_discount", discount=SORRY["id"], request_id="r3")
    assert asked == [Discount("WELCOME10"), ManualDiscount("Thanks", None, "2.50", 3), RemoveDiscount(SORRY["id"])]

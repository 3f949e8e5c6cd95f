"""One subscription's page: everything a merchant asks, in words, and nothing unescaped."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import shopify_app
from shopify_app.channels.klaviyo.catalogue import METRICS
from shopify_app.contracts.models import BillingCycle
from shopify_app.schedule import DUTIES
from shopify_app.web.admin.sentences import TELLINGS
from tests.web import rows
from tests.web.conftest import NOW, Admin

APP = Path(shopify_app.__file__).parent
ROOT_LINK = "http://127.0.0.1:1/store/rosebud-coffee"


def _page(admin: Admin, number: int = 7) -> str:
    answer = admin.get(f"/contracts/{number}")
    assert answer.status_code == 200
    return answer.text


def test_what_it_is_who_pays_and_what_comes_next(admin: Admin):
    with admin.context.db.session() as session:
        person = rows.shopper(session, admin.shop_id, 5, first_name="Ada", last_name="L.", email="ada@example.com")
        card = rows.card(session, admin.shop_id, 1, date(2030, 4, 30))
        contract = rows.contract(
            session, admin.shop_id, 7, customer_gid=person.shopify_gid, payment_method_gid=card.shopify_gid,
            delivery_method={"type": "shipping", "title": None, "address": {"city": "Graz", "zip": "8010"}},
            billing_policy={"interval": "MONTH", "intervalCount": 3, "anchors": [{"type": "MONTHDAY", "day": 31}]},
        )  # fmt: skip
        rows.cycle(session, contract, 4, NOW + timedelta(days=2))
        rows.cycle(session, contract, 5, None, expected_at=NOW + timedelta(days=90), skipped=True)
    html = _page(admin)
    for words in (
        "Ada L.", "ada@example.com", "Visa ending in 4242", "Expires April 2030", "8010 Graz", "House Blend",
        "$18.00", "(in 2 days)", "Billed every 3 months on day 31 of the month", "delivered every month", "Skipped",
        "Perennial has not charged this subscription yet.", f"{ROOT_LINK}/customers/5",
    ):  # fmt: skip
        assert words in html, words


def test_an_item_says_what_it_is_to_cost_and_from_when(admin: Admin):
    steps = [
        {"after": 0, "type": "PERCENTAGE", "value": "10", "price": "18.00"},
        {"after": 2, "type": "PRICE", "value": "20.00", "price": "20.00"},
    ]
    with admin.context.db.session() as session:
        contract = rows.contract(session, admin.shop_id, 7)
        contract.lines[0].pricing = {"base": "20.00", "steps": steps}
        rows.cycle(session, contract, 1, NOW + timedelta(days=2), order_number=2)
        rows.cycle(session, contract, 2, NOW + timedelta(days=33), order_number=3)
    assert "$18.00 for the first 2 orders, then $20.00 from Jan 3, 2027" in _page(admin)
    assert "$25.00" in _page(admin)  # what the second of these orders comes to
    with admin.context.db.session() as session:
        session.query(BillingCycle).update({"order_number": 2})
    assert "$18.00 for the first 2 orders, then $20.00<" in _page(admin)  # the day lies too far ahead


def test_data_shopify_does_not_give_is_said_plainly(admin: Admin):
    with admin.context.db.session() as session:
        person = rows.shopper(session, admin.shop_id, 5)
        rows.contract(session, admin.shop_id, 7, customer_gid=person.shopify_gid)
        rows.contract(session, admin.shop_id, 8, customer_gid=None)
    assert "No name and no mail. Shopify has not sent it" in _page(admin)
    assert "Customer not known" in _page(admin, 8)
    assert "No address. Shopify has not sent it" in _page(admin)


def test_charges_are_told_with_their_reasons_and_orders(admin: Admin):
    with admin.context.db.session() as session:
        contract = rows.contract(session, admin.shop_id, 7)
        rows.attempt(session, contract, 1, "failed", error_code="INSUFFICIENT_FUNDS")
        rows.attempt(
            session, contract, 2, "failed", error_code="A_CODE_OF_2027", error_message="The moon was <full>."
        )
        rows.attempt(session, contract, 3, "refused", reason="The cycle is skipped.")
        rows.attempt(
            session, contract, 4, "settled", amount=Decimal("24.5"), currency="USD", order_name="#1004",
            order_gid="gid://shopify/Order/1004",
        )  # fmt: skip
        rows.order(session, contract, 1004)
    html = _page(admin)
    assert "There was not enough money on the card." in html
    assert "The moon was &lt;full&gt;." in html
    assert "No charge was made. The cycle is skipped." in html
    assert html.count(f"{ROOT_LINK}/orders/1004") == 2
    assert "$24.50" in html and "Unfulfilled" in html


def test_the_timeline_says_what_klaviyo_has(admin: Admin):
    with admin.context.db.session() as session:
        contract = rows.contract(session, admin.shop_id, 7)
        started = rows.fact(session, contract, "subscription.started", NOW - timedelta(days=3))
        rows.delivery(session, started, "accepted", accepted_at=NOW.replace(hour=17, minute=3))
        upcoming = rows.fact(
            session, contract, "order.upcoming", data={"lead_days": 3, "due_at": "2026-12-04T14:00:00+00:00"}
        )
        rows.delivery(session, upcoming, "pending")
        done = rows.fact(
            session, contract, "order.processed", data={"amount": "24.50", "currency": "USD", "order_name": "#9"}
        )
        rows.delivery(session, done, "parked", reason="no mail address")
        rows.fact(session, contract, "gift.opened_<b>")
    html = _page(admin)
    assert "Subscription started." in html and "Accepted by Klaviyo<" in html, "a machine's hour is not shown"
    assert "Time for the 3-day notice: the charge is on Fri, Dec 4, 2026." in html
    assert "Waiting to be sent to Klaviyo" in html
    assert "Charged $24.50, order #9." in html and "Not sent to Klaviyo: no mail address" in html
    assert "Gift: opened &lt;b&gt;." in html


def test_a_hostile_customer_and_product_stay_text(admin: Admin):
    evil = '"><script>alert(1)</script>'
    with admin.context.db.session() as session:
        person = rows.shopper(session, admin.shop_id, 5, first_name=evil, email=evil)
        contract = rows.contract(
            session, admin.shop_id, 7, customer_gid=person.shopify_gid, note=evil, parked_reason=evil,
            delivery_method={"type": "pickup", "title": evil, "location": evil, "address": {"city": evil}},
            discounts=[{"title": evil, "percentage": None, "amount": evil}],
        )  # fmt: skip
        contract.lines[0].title = contract.lines[0].image_url = evil
        rows.order(session, contract, 1, name=evil)
        rows.fact(session, contract, "order.processed", data={"order_name": evil, "amount": evil, "currency": evil})
    for path in ("/contracts/7", "/contracts", "/"):
        assert "<script>alert" not in admin.get(path).text
        assert "<script>alert" not in admin.open(path).text.split("<body", 1)[1]


def test_a_number_that_is_none_of_ours_is_not_found(admin: Admin):
    for number in ("1", "abc", "7%27--", "99999999999999999999999", "٧"):
        answer = admin.get(f"/contracts/{number}")
        assert answer.status_code == 404, number
        assert "Show all subscriptions" in answer.text


def test_every_kind_of_fact_the_code_records_has_its_sentence():
    kind = re.compile(
        r'"((?:subscription|order|charge|charging|delivery|payment|payment_method|cards|stock)\.(?!html)[a-z_]+)"'
    )
    sources = [path for path in APP.rglob("*.py") if path.name not in ("sentences.py", "payment_words.py")]
    recorded = {found for path in sources for found in kind.findall(path.read_text())} - {
        duty.name for duty in DUTIES
    }
    assert set(METRICS) <= recorded, "the search looks past the code"
    assert recorded <= set(TELLINGS)

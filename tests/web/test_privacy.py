"""Privacy requests: what was found about a shopper can be read and taken along, and what was erased is gone."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from shopify_app.privacy import requests
from shopify_app.privacy.models import CUSTOMER_REDACT, DATA_REQUEST, SHOP_REDACT, PrivacyRequest
from shopify_app.privacy.registry import FEATURES
from shopify_app.web.admin import report
from tests.web import rows
from tests.web.conftest import NOW, Admin

ANNA = "gid://shopify/Customer/7"
LIST = "/settings/privacy"


@pytest.fixture
def anna(admin: Admin) -> Admin:
    """The shop has one shopper with something in every feature."""
    with admin.context.db.session() as session:
        rows.shopper(
            session,
            admin.shop_id,
            7,
            first_name="Anna",
            last_name="Ek",
            email="anna@ek.se",
            phone="+4670",
            locale="sv",
        )
        card = rows.card(session, admin.shop_id, 1, customer_gid=ANNA)
        address = {"first_name": "Anna", "address1": "Storgatan 1", "city": "Lund", "zip": "223", "phone": "+4671"}
        contract = rows.contract(
            session, admin.shop_id, 9001, customer_gid=ANNA, payment_method_gid=card.shopify_gid, note="Ring <twice>",
            delivery_method={"type": "shipping", "title": None, "address": address},
        )  # fmt: skip
        rows.attempt(session, contract, 1, "settled", amount=Decimal("23"), currency="USD", order_name="#1001")
        fact = rows.fact(session, contract, "subscription.started", customer_gid=ANNA)
        attributes = {
            "metric": {"data": {"attributes": {"name": "Started Subscription"}}},
            "profile": {"data": {"attributes": {"email": "anna@ek.se", "first_name": "Anna"}}},
            "time": NOW.isoformat(),
        }
        rows.delivery(session, fact, "accepted", body={"data": {"type": "event", "attributes": attributes}})
    return admin


def ask(admin: Admin, kind: str, **columns: object) -> int:
    """Let a request come in and be worked off, and return its number."""
    with admin.context.db.session() as session:
        request = rows.privacy_request(session, admin.shop_id, kind, done_at=None, **columns)
    requests.drain(admin.context)
    return request.id


def test_nothing_asked_is_said_and_settings_lead_here(admin: Admin):
    assert f'href="{LIST}"' in admin.get("/settings").text
    assert "No requests yet" in admin.get(LIST).text


def test_the_list_tells_kind_customer_and_state_newest_first(admin: Admin):
    with admin.context.db.session() as session:
        rows.privacy_request(session, admin.shop_id, DATA_REQUEST, done_at=None)
        rows.privacy_request(session, admin.shop_id, CUSTOMER_REDACT, received_at=NOW)
        rows.privacy_request(
            session, admin.shop_id, SHOP_REDACT, done_at=None, last_error="X", received_at=NOW - timedelta(days=1)
        )
    html = admin.get(LIST).text
    places = [html.index(kind) for kind in ("Erase a customer", "Data request", "Erase the shop")]
    assert places == sorted(places)
    assert html.count("Customer 7") == 2 and "All customers" in html
    for state in (">Done<", ">Waiting<", ">Waiting, tried before<"):
        assert state in html, state
    assert "Tue, Dec 1, 2026, 8:00" in html, "received, in the shop's zone"


def test_only_the_newest_are_listed_and_that_is_said(admin: Admin):
    with admin.context.db.session() as session:
        for _ in range(101):
            rows.privacy_request(session, admin.shop_id, CUSTOMER_REDACT)
    html = admin.get(LIST).text
    assert html.count("Erase a customer") == 100 and "These are the newest 100." in html


def test_a_report_reads_as_tables(anna: Admin):
    html = anna.get(f"{LIST}/{ask(anna, DATA_REQUEST)}").text
    for words in (
        "Anna Ek", "anna@ek.se", "+4670", "Visa", "4242", "#9001", "1 × House Blend",
        "Anna, Storgatan 1, 223 Lund, +4671", "Ring &lt;twice&gt;", "Charged", "$23.00", "#1001",
        "Subscription started.", "Started Subscription", "Anna, anna@ek.se", "Hand it to them within 30 days",
        "http://127.0.0.1:1/store/rosebud-coffee/customers/7",
    ):  # fmt: skip
        assert words in html, words


def test_the_file_holds_everything_every_feature_has(anna: Admin):
    number = ask(anna, DATA_REQUEST)
    answer = anna.get(f"{LIST}/{number}/report.json")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"] == (
        f'attachment; filename="data-of-customer-7-request-{number}.json"'
    )
    whole = json.loads(answer.data)
    assert (whole["shop"], whole["customer"]) == (anna.domain, ANNA)
    assert set(whole["data"]) == set(FEATURES)
    assert whole["data"]["shoppers"]["customer"][0]["email"] == "anna@ek.se"


def test_of_a_stranger_nothing_is_held_and_that_can_be_handed_over_too(anna: Admin):
    number = ask(anna, DATA_REQUEST, customer_gid="gid://shopify/Customer/8")
    html = anna.get(f"{LIST}/{number}").text
    assert "Nothing is held of this customer." in html and "Download as JSON" in html
    assert "anna" not in html


def test_a_redaction_empties_the_report_and_proves_what_it_erased(anna: Admin):
    asked = ask(anna, DATA_REQUEST)
    redacted = ask(anna, CUSTOMER_REDACT)
    html = anna.get(f"{LIST}/{asked}").text
    assert "this report with them" in html and "Download" not in html and "anna@ek.se" not in html
    assert anna.get(f"{LIST}/{asked}/report.json").status_code == 404
    proof = anna.get(f"{LIST}/{redacted}").text
    assert "What was erased" in proof and "Customer and payment methods" in proof
    assert "Answers to data requests" in proof and "anna@ek.se" not in proof
    assert anna.get(f"{LIST}/{redacted}/report.json").status_code == 404, "a proof is no report"


def test_a_request_that_waits_offers_nothing_yet(admin: Admin):
    with admin.context.db.session() as session:
        number = rows.privacy_request(session, admin.shop_id, DATA_REQUEST, done_at=None).id
    html = admin.get(f"{LIST}/{number}").text
    assert "Perennial works on it" in html and "Download" not in html
    assert admin.get(f"{LIST}/{number}/report.json").status_code == 404


def test_a_shop_that_came_back_reads_that_nothing_was_erased(admin: Admin):
    assert "Nothing was erased" in admin.get(f"{LIST}/{ask(admin, SHOP_REDACT)}").text


def test_another_shops_request_and_what_is_no_number_are_not_found(anna: Admin):
    with anna.context.db.session() as session:
        other = rows.shop(session, "other.myshopify.com")
        theirs = rows.privacy_request(session, other.id, DATA_REQUEST, report={"x": {"y": [{"z": "theirs"}]}})
        session.flush()
        number = theirs.id
    for wrong in (number, "0", "x", "٧", "9" * 18, "9" * 5000):
        for path in (f"{LIST}/{wrong}", f"{LIST}/{wrong}/report.json"):
            answer = anna.get(path)
            assert answer.status_code == 404 and "theirs" not in answer.text, path[:60]
    assert "Data request" not in anna.get(LIST).text


def test_a_file_needs_a_token(anna: Admin):
    number = ask(anna, DATA_REQUEST)
    answer = anna.client.get(f"{LIST}/{number}/report.json")
    assert answer.status_code == 401 and "anna" not in answer.text
    with anna.context.db.session() as session:
        assert session.get_one(PrivacyRequest, number).report is not None


def test_a_feature_the_page_does_not_know_is_shown_all_the_same():
    held = {"stock": {"gifts": [{"sent_to": {"city": "Lund"}, "tags": ["a", "b"]}, {"at": None}], "count": 3}}
    (table,) = report.tables(held, NOW.tzinfo)
    assert table.heading == "Stock gifts" and table.columns == ["Sent to", "Tags", "At"]
    assert table.rows == [["City: Lund", "a; b", "–"], ["–", "–", "–"]]


def test_a_long_table_ends_and_says_how_much_the_file_has_more():
    (table,) = report.tables({"journal": {"facts": [{"kind": "x", "data": {}}] * 203}}, NOW.tzinfo)
    assert (len(table.rows), table.more) == (200, 3)


def test_odd_values_are_shown_as_they_are():
    charge = {"state": "new_state", "written_at": "soon", "amount": None, "currency": None, "order": None}
    (table,) = report.tables({"billing": {"charges": [charge]}}, NOW.tzinfo)
    assert table.rows == [["soon", "new_state", "–", "–"]]
    (table,) = report.tables({"journal": {"deliveries": [{}]}}, NOW.tzinfo)
    assert table.rows == [["–", "–", "–"]]


def test_every_feature_has_a_name_in_the_proof():
    assert set(report._AREAS) == set(FEATURES)

"""The send log: found by shopper, honest about what is known, and parked events can be sent again."""

from __future__ import annotations

from html import unescape

import pytest
from sqlalchemy import select

from shopify_app.channels.klaviyo.models import KlaviyoAccount
from shopify_app.journal.models import Delivery
from shopify_app.shoppers.models import Shopper
from tests.web import rows
from tests.web.conftest import NOW, Admin

PAGE, AGAIN = "/settings/klaviyo/log", "/settings/klaviyo/log/again"
NO_ADDRESS = "the shopper has neither a mail address nor a valid phone number"


def connect(admin: Admin, **columns: object) -> None:
    values = {"sealed_key": "x", "key_hint": "abcd", "account_id": "Rb4xQz", "account_name": "Rosebud"}
    with admin.context.db.session() as session:
        values |= {"state": "connected", "connected_at": NOW} | columns
        session.add(KlaviyoAccount(shop_id=admin.shop_id, **values))


def event(admin: Admin, number: int, state: str, **person: str) -> None:
    """One processed order of a shopper of this number."""
    with admin.context.db.session() as session:
        who = rows.shopper(session, admin.shop_id, number, **person)
        contract = rows.contract(session, admin.shop_id, number, customer_gid=who.shopify_gid)
        fact = rows.fact(
            session,
            contract,
            "order.processed",
            customer_gid=who.shopify_gid,
            cycle_index=2,
            data={"order_name": "#1007", "amount": "23.00", "currency": "USD"},
        )
        reason = NO_ADDRESS if state == "parked" else None
        rows.delivery(session, fact, state, contract_gid=contract.shopify_gid, unique_id=fact.key, reason=reason)


def delivery(admin: Admin) -> Delivery:
    with admin.context.db.session() as session:
        return session.scalars(select(Delivery)).one()


def mend(admin: Admin, number: int, email: str) -> None:
    with admin.context.db.session() as session:
        who = session.scalars(select(Shopper).where(Shopper.shopify_gid.endswith(f"/{number}"))).one()
        who.email = email


def test_an_empty_log_says_what_will_stand_there(admin: Admin) -> None:
    page = unescape(admin.get(PAGE).text)
    assert "Nothing to tell yet" in page
    assert "Klaviyo is not connected" in page


def test_events_are_listed_with_what_is_known_of_them(admin: Admin) -> None:
    connect(admin)
    event(admin, 1, "accepted", first_name="Maria", last_name="Lopez", email="maria@rosebud-mail.com")
    page = unescape(admin.get(PAGE).text)
    assert "Processed Subscription Order" in page
    assert "Maria Lopez" in page
    assert "Accepted by Klaviyo" in page
    assert "Delivered" not in page
    assert "Sent to" not in page


@pytest.mark.parametrize("words", ["maria", "LOPEZ", "maria lopez", "rosebud-mail", "#1", "+1555"])
def test_it_is_searched_by_shopper(admin: Admin, words: str) -> None:
    connect(admin)
    event(admin, 1, "accepted", first_name="Maria", last_name="Lopez", email="m@rosebud-mail.com", phone="+15551234")
    event(admin, 2, "accepted", first_name="Otto", email="otto@web.de")
    page = unescape(admin.get(f"{PAGE}?q={words.replace('#', '%23').replace('+', '%2B')}").text)
    assert "Maria Lopez" in page
    assert "Otto" not in page


def test_what_matches_nothing_says_so_and_leads_back(admin: Admin) -> None:
    connect(admin)
    event(admin, 1, "accepted", first_name="Maria")
    page = unescape(admin.get(f"{PAGE}?q=%25").text)
    assert "No event matches “%”" in page
    assert "Show all events" in page


def test_states_are_filtered(admin: Admin) -> None:
    connect(admin)
    event(admin, 1, "accepted", first_name="Maria")
    event(admin, 2, "parked", first_name="Otto")
    page = unescape(admin.get(f"{PAGE}?show=parked").text)
    assert "Otto" in page
    assert "Maria" not in page
    assert NO_ADDRESS[1:] in page


def test_a_mended_event_is_sent_again(admin: Admin) -> None:
    connect(admin)
    event(admin, 1, "parked", first_name="Maria")
    mend(admin, 1, "maria@rosebud-mail.com")
    page = unescape(admin.post(AGAIN, delivery=str(delivery(admin).id)).text)
    assert "1 event on the way" in page
    row = delivery(admin)
    assert (row.state, row.reason, row.tries) == ("pending", None, 0)
    profile = row.body["data"]["attributes"]["profile"]["data"]["attributes"]
    assert profile["email"] == "maria@rosebud-mail.com"


def test_what_is_not_mended_stays_parked_with_its_reason(admin: Admin) -> None:
    connect(admin)
    event(admin, 1, "parked", first_name="Maria")
    page = unescape(admin.post(AGAIN).text)
    assert "1 event could not be sent" in page
    assert delivery(admin).state == "parked"
    assert NO_ADDRESS[1:] in page


def test_an_accepted_event_is_not_sent_again(admin: Admin) -> None:
    connect(admin)
    event(admin, 1, "accepted", email="maria@rosebud-mail.com")
    page = unescape(admin.post(AGAIN, delivery=str(delivery(admin).id)).text)
    assert "Nothing is parked any more" in page
    assert delivery(admin).state == "accepted"


def test_nothing_goes_without_a_connection(admin: Admin) -> None:
    event(admin, 1, "parked", email="maria@rosebud-mail.com")
    page = unescape(admin.post(AGAIN).text)
    assert "Connect Klaviyo in the settings first." in page
    assert delivery(admin).state == "parked"


@pytest.mark.parametrize("number", ["x", "-1", "9" * 40, "²"])
def test_a_made_up_number_changes_nothing(admin: Admin, number: str) -> None:
    connect(admin)
    event(admin, 1, "parked", email="maria@rosebud-mail.com")
    assert admin.post(AGAIN, delivery=number).status_code == 200
    assert delivery(admin).state == "parked"


def test_fifty_events_fill_a_page_and_older_ones_are_one_step_away(admin: Admin) -> None:
    connect(admin)
    for number in range(1, 53):
        event(admin, number, "accepted", first_name=f"Nr{number}x")
    page = unescape(admin.get(PAGE).text)
    assert "Nr52x" in page
    assert "Nr3x" in page
    assert "Nr2x" not in page
    address = page.split('icon="arrow-right">Older events')[0].rsplit('href="', 1)[1].split('"')[0]
    older = unescape(admin.get(address).text)
    assert "Nr2x" in older
    assert "Nr52x" not in older

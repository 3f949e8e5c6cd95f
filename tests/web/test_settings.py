"""Settings: saved as a whole or not at all, errors at the field, and only for who holds a token."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest

from shopify_app import create_app
from shopify_app.billing.models import BillingSettings
from shopify_app.channels.klaviyo.models import KlaviyoAccount
from shopify_app.contracts.models import BillingCycle
from shopify_app.gateways.klaviyo.client import Account
from shopify_app.gateways.klaviyo.errors import KeyRefused, KlaviyoError, Unavailable
from shopify_app.journal.models import Fact
from shopify_app.notices.models import NoticeSettings
from shopify_app.shops.models import Shop
from tests.web import rows
from tests.web.conftest import NOW, Admin

GOOD = {"billing_hour": "6", "catch_up_days": "3", "lead_days": "3, 7", "mail_links": "act"}


class Klaviyo:
    """Answers the key check as told."""

    def __init__(self, answer: Account | KlaviyoError) -> None:
        self.answer = answer

    def account(self) -> Account:
        if isinstance(self.answer, KlaviyoError):
            raise self.answer
        return self.answer


def _with_klaviyo(admin: Admin, answer: Account | KlaviyoError) -> Admin:
    context = dataclasses.replace(admin.context, klaviyo=lambda key: Klaviyo(answer))
    return dataclasses.replace(admin, context=context, client=create_app(context).test_client())


def test_saving_moves_every_open_charge_to_the_new_hour(admin: Admin):
    with admin.context.db.session() as session:
        contract = rows.contract(session, admin.shop_id, 1)
        rows.cycle(session, contract, 1, NOW + timedelta(days=2))
        rows.cycle(session, contract, 2, None, status="BILLED")
    answer = admin.post("/settings", **GOOD)
    assert answer.status_code == 200 and 'data-toast="Settings saved"' in answer.text
    assert "charges run at 6:00 AM (New York)" in answer.text
    with admin.context.db.session() as session:
        saved = session.get_one(BillingSettings, admin.shop_id)
        assert (saved.billing_hour, saved.catch_up_days) == (6, 3)
        assert session.get_one(NoticeSettings, admin.shop_id).lead_days == [7, 3]
        due = session.query(BillingCycle).order_by(BillingCycle.cycle_index).all()
    assert due[0].due_at == (NOW + timedelta(days=2)).replace(hour=11), "6:00 in New York is 11:00 UTC"
    assert due[1].due_at is None


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("billing_hour", "24", "Enter a whole number from 0 to 23."),
        ("billing_hour", "", "Enter a whole number from 0 to 23."),
        ("billing_hour", "٩", "Enter a whole number from 0 to 23."),
        ("catch_up_days", "-1", "Enter a whole number from 0 to 30."),
        ("catch_up_days", "9" * 500, "Enter a whole number from 0 to 30."),
        ("lead_days", "3, x", "Enter different whole numbers from 1 to 60"),
        ("lead_days", "3, 3", "Enter different whole numbers from 1 to 60"),
        ("lead_days", "1,2,3,4", "Enter at most 3 numbers."),
        ("mail_links", "both", "Choose one of the options."),
        ("lead_days", "3.5", "Enter different whole numbers from 1 to 60"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_saved(admin: Admin, field: str, value: str, words: str):
    answer = admin.post("/settings", **(GOOD | {field: value}))
    assert answer.status_code == 422
    assert f'name="{field}"' in answer.text and words in answer.text
    assert "Nothing was saved" in answer.text
    with admin.context.db.session() as session:
        assert session.get(BillingSettings, admin.shop_id) is None
        assert session.get(NoticeSettings, admin.shop_id) is None


def test_links_lead_into_the_account_once_staff_say_so(admin: Admin):
    assert '<s-option value="act" selected>' in admin.get("/settings").text
    answer = admin.post("/settings", **(GOOD | {"mail_links": "account"}))
    assert '<s-option value="account" selected>' in answer.text
    assert "Links in mails lead into the shopper&#39;s account, chosen by you or your staff." in answer.text
    admin.post("/settings", **(GOOD | {"mail_links": "account"}))
    with admin.context.db.session() as session:
        assert session.get_one(Shop, admin.shop_id).mail_links == "account"
        (told,) = session.query(Fact).filter_by(kind="links.mode_changed").all()
        assert (told.before, told.after) == ({"mail_links": "act"}, {"mail_links": "account"})


def test_what_was_typed_is_kept_beside_the_error(admin: Admin):
    text = admin.post("/settings", **(GOOD | {"lead_days": '3;<b>"'})).text
    assert 'value="3;&lt;b&gt;&#34;"' in text
    assert 'value="6" selected' in text


def test_without_fields_each_is_asked_for(admin: Admin):
    assert admin.post("/settings").text.count(" error=") == 3  # no lead days at all is a choice: tell nobody


def test_stopping_needs_a_reason_and_is_kept_with_who_did_it(admin: Admin):
    assert "Enter a reason" in admin.post("/settings/stop", reason="  ").text
    text = admin.post("/settings/stop", reason="prices <are> wrong").text
    assert "prices &lt;are&gt; wrong" in text and "Start charging again" in text
    with admin.context.db.session() as session:
        shop = session.get_one(Shop, admin.shop_id)
        assert (shop.billing_stopped_at, shop.billing_stopped_reason) == (NOW, "prices <are> wrong")
        fact = session.query(Fact).one()
        assert (fact.kind, fact.actor, fact.cause) == ("charging.stopped", "merchant:42", "prices <are> wrong")


def test_stopping_twice_keeps_the_first_reason(admin: Admin):
    admin.post("/settings/stop", reason="first")
    admin.post("/settings/stop", reason="second")
    with admin.context.db.session() as session:
        assert session.get_one(Shop, admin.shop_id).billing_stopped_reason == "first"


def test_starting_again_lets_charges_run(admin: Admin):
    admin.post("/settings/stop", reason="a test")
    assert "Charging runs again" in admin.post("/settings/start").text
    with admin.context.db.session() as session:
        assert session.get_one(Shop, admin.shop_id).may_bill


def test_history_tells_who_stopped_and_started_newest_first_and_nothing_of_contracts(admin: Admin):
    assert "History" not in admin.get("/settings").text, "nothing has happened"
    admin.post("/settings/stop", reason="prices <are> wrong")
    with admin.context.db.session() as session:
        contract = rows.contract(session, admin.shop_id, 1)
        rows.fact(session, contract, "subscription.paused")
        other = rows.shop(session, "other.myshopify.com")
        session.add(Fact(shop_id=other.id, key="k", kind="charging.stopped", cause="theirs", occurred_at=NOW))
    text = admin.post("/settings/start").text.split('heading="History"')[1]
    started, stopped = text.index("Charging was started again by you"), text.index("Charging was stopped by you")
    assert started < stopped and "by you or your staff. Prices &lt;are&gt; wrong." in text
    assert "Paused" not in text and "theirs" not in text.lower()
    assert text.count("<li") == 2 and "Tue, Dec 1, 2026, 9:00" in text


def test_history_ends_after_twenty(admin: Admin):
    for number in range(11):
        with admin.context.db.session() as session:
            for kind in ("stopped", "started"):
                at = NOW - timedelta(days=number)
                session.add(
                    Fact(shop_id=admin.shop_id, key=f"{kind}{number}", kind=f"charging.{kind}", occurred_at=at)
                )
    assert admin.get("/settings").text.count("<li") == 20


def test_a_copy_of_another_installation_is_not_started_from_here(admin: Admin):
    with admin.context.db.session() as session:
        shop = session.get_one(Shop, admin.shop_id)
        shop.host, shop.billing_stopped_at = "https://elsewhere.example", NOW
    assert "perennial doctor --adopt" in admin.post("/settings/start").text
    with admin.context.db.session() as session:
        assert not session.get_one(Shop, admin.shop_id).may_bill


def test_a_good_key_names_the_account_and_is_never_shown_again(admin: Admin):
    admin = _with_klaviyo(admin, Account("acc", "Rosebud & Sons", "USD", "UTC"))
    text = admin.post("/settings/klaviyo", key="pk_0123456789abcdef").text
    assert "Connected to Rosebud &amp; Sons" in text and "Key ending in cdef" in text
    assert "pk_0123456789" not in text
    with admin.context.db.session() as session:
        assert "pk_" not in session.get_one(KlaviyoAccount, admin.shop_id).sealed_key
    assert "Klaviyo is disconnected" in admin.post("/settings/klaviyo/disconnect").text
    with admin.context.db.session() as session:
        assert session.get_one(KlaviyoAccount, admin.shop_id).sealed_key == ""


@pytest.mark.parametrize(
    ("key", "answer", "words"),
    [
        ("", Unavailable("-"), "Enter the private API key."),
        ("public", Unavailable("-"), "begins with pk_"),
        ("pk_" + "x" * 300, Unavailable("-"), "at most 200 characters"),
        ("pk_unknown1", KeyRefused("no", 401), "Klaviyo does not know this key."),
        ("pk_narrow12", KeyRefused("no", 403), "Give it the scopes named above."),
        ("pk_patient1", Unavailable("timeout"), "Klaviyo did not answer."),
    ],
)
def test_a_key_that_does_not_work_is_not_kept_and_not_echoed(
    admin: Admin, key: str, answer: KlaviyoError, words: str
):
    admin = _with_klaviyo(admin, answer)
    reply = admin.post("/settings/klaviyo", key=key)
    assert reply.status_code == 422 and words in reply.text
    assert key == "" or key not in reply.text
    with admin.context.db.session() as session:
        assert session.get(KlaviyoAccount, admin.shop_id) is None


def test_another_accounts_key_is_taken_only_when_confirmed(admin: Admin):
    first = _with_klaviyo(admin, Account("one", "First", "USD", "UTC"))
    first.post("/settings/klaviyo", key="pk_first_key")
    with admin.context.db.session() as session:
        session.get_one(KlaviyoAccount, admin.shop_id).state = "broken"
    second = _with_klaviyo(admin, Account("two", "Second", "USD", "UTC"))
    text = second.post("/settings/klaviyo", key="pk_second_key").text
    assert "This key belongs to Second; events went to First so far." in text and 'name="confirm"' in text
    assert "Connected to Second" in second.post("/settings/klaviyo", key="pk_second_key", confirm="1").text


@pytest.mark.parametrize("path", ["", "/stop", "/start", "/klaviyo", "/klaviyo/disconnect"])
def test_a_token_in_the_address_changes_nothing(admin: Admin, path: str):
    # another site can make a browser post to an address, but not send a header
    answer = admin.client.post(
        f"/settings{path}?id_token={admin.token()}", data=GOOD | {"reason": "x", "key": "pk_x"}
    )
    assert answer.status_code == 401
    with admin.context.db.session() as session:
        assert session.get_one(Shop, admin.shop_id).may_bill
        assert session.get(BillingSettings, admin.shop_id) is None

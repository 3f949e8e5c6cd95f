"""A subscription's payment method on the merchant's pages: its state, asking for another, the backup, the leads."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest

from shopify_app.cards import asking, settings
from shopify_app.cards.models import CardRequest
from shopify_app.contracts.models import Contract
from shopify_app.gateways.shopify import payment_updates
from shopify_app.gateways.shopify.errors import UserError, UserErrors
from tests.web import rows
from tests.web.conftest import NOW, Admin

PAGE, ASK, BACKUP = "/contracts/7", "/contracts/7/ask_card", "/contracts/7/backup_method"
CUSTOMER = "gid://shopify/Customer/5"


@pytest.fixture
def asked(admin: Admin, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What Shopify would be asked for; no shop is there."""
    calls: list[str] = []
    monkeypatch.setattr(asking, "with_client", lambda ctx, shop_id, call: call(None))
    monkeypatch.setattr(payment_updates, "send_mail", lambda client, gid: calls.append(gid))
    monkeypatch.setattr(payment_updates, "shop_pay_url", lambda client, gid: f"https://shop.app/{gid[-1]}?<secret>")
    return calls


def subscription(admin: Admin, expires_on: date | None = date(2030, 1, 31), **card: Any) -> str:
    """A subscription of customer 5 that is paid with card 1, next charged in two days; returns the card's gid."""
    with admin.context.db.session() as session:
        rows.shopper(session, admin.shop_id, 5, first_name="Jo", email="jo@shopper.io")
        method = rows.card(session, admin.shop_id, 1, expires_on, customer_gid=CUSTOMER, **card)
        found = rows.contract(session, admin.shop_id, 7, customer_gid=CUSTOMER, payment_method_gid=method.shopify_gid)
        rows.cycle(session, found, 4, NOW + timedelta(days=2))
        return method.shopify_gid


def hidden(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', html)
    assert found
    return found[1]


def test_a_card_is_asked_for_after_a_confirmation_once_for_each_form(admin: Admin, asked: list[str]) -> None:
    gid = subscription(admin, date(2026, 12, 20))
    page = admin.get(PAGE).text
    assert "The card expires soon." in page and f'href="{ASK}"' in page
    form = admin.get(ASK).text
    assert "Shopify mails the shopper a link" in form and asked == []
    assert admin.post(ASK).status_code == 200 and asked == []  # without an id it is asked in words once more
    tap = {"request_id": hidden(form, "request_id")}
    done, again = admin.post(ASK, **tap), admin.post(ASK, **tap)
    assert done.status_code == again.status_code == 200 and asked == [gid]
    for html in (done.text, again.text):
        assert "By mail, asked for by you or your staff. Nothing yet." in html and f'href="{ASK}"' not in html
        assert "Another card was asked for by a mail by you or your staff." in html
    other = admin.post(ASK, request_id="another")
    assert other.status_code == 409 and "within the last day" in other.text and asked == [gid]
    assert admin.post(ASK).status_code == 409 and 'data-toast="A mail about this card' in admin.get(ASK).text
    assert admin.get("/contracts/8/ask_card").status_code == 404


def test_a_link_into_shop_pay_is_shown_once_and_not_kept(admin: Admin, asked: list[str]) -> None:
    subscription(admin, kind="Shop Pay", brand=None)
    done = admin.post(ASK, request_id="r1").text
    assert 'value="https://shop.app/1?&lt;secret&gt;"' in done and "shown this once" in done
    assert "shop.app" not in admin.get(PAGE).text and "By a link into Shop Pay" in admin.get(PAGE).text


@pytest.mark.parametrize(
    ("card", "words"),
    [
        (
            {"kind": "PayPal", "brand": None, "last_digits": None, "expires_on": None},
            "Only the shopper can change it",
        ),
        ({"revoked_at": NOW, "revoked_reason": "MANUALLY_REVOKED"}, "The payment method was removed."),
        ({"expires_on": date(2026, 11, 30)}, "The card has expired."),
    ],
)
def test_each_state_has_its_words_and_its_path(admin: Admin, asked: list[str], card: Any, words: str) -> None:
    subscription(admin, **card)
    page, is_card = admin.get(PAGE).text, "expires_on" in card and card["expires_on"] is not None
    assert words in page and (f'href="{ASK}"' in page) is is_card
    assert (admin.post(ASK, request_id="r1").status_code == 200) is is_card and bool(asked) is is_card


def test_a_subscription_without_any_method(admin: Admin, asked: list[str]) -> None:
    with admin.context.db.session() as session:
        rows.contract(session, admin.shop_id, 7)
    page = admin.get(PAGE).text
    assert "The subscription has no payment method." in page and f'href="{ASK}"' not in page
    assert "no payment method left" in admin.post(ASK, request_id="r1").text and asked == []


def test_what_shopify_refuses_is_told(admin: Admin, asked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    subscription(admin)

    def refuse(client: object, gid: str) -> None:
        raise UserErrors([UserError("INVALID", "jo@shopper.io bounces")])

    monkeypatch.setattr(payment_updates, "send_mail", refuse)
    answer = admin.post(ASK, request_id="r1")
    assert answer.status_code == 409 and "did not send the mail" in answer.text and "bounces" not in answer.text
    assert "Not sent." in answer.text
    with admin.context.db.session() as session:
        assert session.query(CardRequest.refusal).scalar() == "card_no_mail"


def test_a_backup_is_chosen_and_cleared(admin: Admin, asked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    main = subscription(admin)
    monkeypatch.setattr("shopify_app.edits.contract.payment_method.read_again", lambda *_: None)
    with admin.context.db.session() as session:
        other = rows.card(session, admin.shop_id, 2, customer_gid=CUSTOMER, last_digits="1881").shopify_gid
    form = admin.get(BACKUP).text
    assert '"none" selected' in form and other in form and main not in form
    assert 'error="Choose a payment method, or none."' in admin.post(BACKUP).text
    assert "is paid with this one already" in admin.post(BACKUP, backup=main).text
    seen = admin.post(BACKUP, backup=other).text
    assert seen.index("Backup: none<") < seen.index("Backup: Visa ending in 1881<")
    tap = {"backup": hidden(seen, "backup"), "request_id": hidden(seen, "request_id")}
    done = admin.post(BACKUP, **tap).text
    assert "Backup: Visa ending in 1881" in done and "Backup payment method chosen by you or your staff." in done
    undo = {"of": hidden(done, "of"), "request_id": hidden(done, "request_id")}
    assert "Backup payment method removed by you" in admin.post("/contracts/7/undo", **undo).text
    with admin.context.db.session() as session:
        assert session.query(Contract.backup_method_gid).scalar() is None


def test_the_leads_are_a_setting(admin: Admin) -> None:
    good = {"billing_hour": "6", "catch_up_days": "3", "lead_days": "3, 7", "mail_links": "act"}
    assert 'value="30, 15, 3"' in admin.get("/settings").text
    wrong = admin.post("/settings", **good, card_lead_days="3, x")
    assert wrong.status_code == 422 and "Enter different whole numbers from 1 to 60" in wrong.text
    assert 'value="30, 15, 3"' in admin.post("/settings", **good).text  # a form without the field leaves it
    saved = admin.post("/settings", **good, card_lead_days="20,5").text
    assert 'value="20, 5"' in saved
    assert "Shoppers are told 20, 5 days before their card expires, chosen by you or your staff." in saved
    admin.post("/settings", **good, card_lead_days="")
    with admin.context.db.session() as session:
        assert settings.lead_days(session, admin.shop_id) == ()

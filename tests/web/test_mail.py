"""Mail in the settings: saved as a whole, tried at once, and a log in which a person can send again."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest

from sandbox.mail import MailServer, box, faults
from sandbox.world import World
from shopify_app import create_app
from shopify_app.channels.mail.models import NOTICE, PARKED, SENT, UNKNOWN, Mail, MailSettings
from shopify_app.gateways.mail.client import Mailer
from shopify_app.kit.smtp import smtp_server
from tests.web import rows
from tests.web.conftest import NOW, Admin

GOOD = {
    "staff": "ops@rosebud.shop, desk@rosebud.shop",
    "mail_language": "de",
    "fallback": "on",
    "sender_name": "Rosebud",
    "reply_to": "hello@rosebud.shop",
}


@pytest.fixture
def server() -> Iterator[MailServer]:
    server = MailServer(World()).start()
    yield server
    server.stop()


@pytest.fixture
def mailing(admin: Admin, server: MailServer) -> Admin:
    """The merchant of an app whose operator set a mail server."""
    mailer = Mailer(smtp_server(server.url), "notices@perennial.example", step_seconds=1, last_seconds=1)
    context = dataclasses.replace(admin.context, mail=mailer)
    return dataclasses.replace(admin, context=context, client=create_app(context).test_client())


def _saved(admin: Admin) -> MailSettings | None:
    with admin.context.db.session() as session:
        return session.get(MailSettings, admin.shop_id)


def test_settings_are_saved_and_told_without_addresses(mailing: Admin) -> None:
    answer = mailing.post("/settings/mail", **GOOD)
    assert answer.status_code == 200 and 'data-toast="Mail settings saved"' in answer.text
    assert "Perennial sends mail from notices@perennial.example" in answer.text
    assert "shoppers are told by mail; alerts go to 2 addresses. Chosen by" in answer.text
    row = _saved(mailing)
    assert row and (row.sender_name, row.reply_to, row.language) == ("Rosebud", "hello@rosebud.shop", "de")
    assert (row.staff, row.fallback_since) == (["ops@rosebud.shop", "desk@rosebud.shop"], NOW)


WRONG = [
    (
        "staff",
        "ops@rosebud.shop; desk",
        "“ops@rosebud.shop; desk” is not a mail address. Put commas between several.",
    ),
    ("staff", ",".join(f"a{n}@rosebud.shop" for n in range(11)), "Enter at most 10 addresses."),
    ("mail_language", "fr", "Choose one of the options."),
    ("sender_name", "", "Enter a name: shoppers have to see who writes to them."),
    ("reply_to", "", "Enter a mail address: shoppers answer to it."),
    ("reply_to", "hello@rosebud", "Enter a mail address, e.g. hello@example.com."),
    ("sender_name", "Rose\r\nBcc: eve@evil.shop", "Use letters, digits and punctuation only, on one line."),
]


def test_a_wrong_field_is_named_and_nothing_is_saved(mailing: Admin) -> None:
    for field, value, words in WRONG:
        answer = mailing.post("/settings/mail", **(GOOD | {field: value}))
        assert answer.status_code == 422, field
        assert f'name="{field}"' in answer.text and words in answer.text, field
        assert _saved(mailing) is None


def test_without_a_server_the_page_says_so_and_shoppers_cannot_be_told_by_mail(admin: Admin) -> None:
    answer = admin.post("/settings/mail", **GOOD)
    assert answer.status_code == 422 and "has set no mail server" in answer.text
    assert "SMTP_URL and MAIL_FROM" in answer.text and "Send a test mail" not in answer.text
    assert admin.post("/settings/mail", **(GOOD | {"fallback": "off"})).status_code == 200
    assert (row := _saved(admin)) and row.fallback_since is None


def test_a_test_mail_says_what_the_server_answered(mailing: Admin, server: MailServer) -> None:
    assert mailing.post("/settings/mail/test", test_to="me").status_code == 422
    answer = mailing.post("/settings/mail/test", test_to="me@rosebud.shop")
    assert "Test mail handed to the mail server" in answer.text
    (mail,) = box.every(server.world)
    assert (mail["to"], mail["subject"]) == (["me@rosebud.shop"], "Rosebud Coffee: test mail")
    faults.put(server.world, [{"at": "recipient", "status": 550}])
    answer = mailing.post("/settings/mail/test", test_to="me@rosebud.shop")
    assert "The test mail was not sent: recipient: 550 5.1.1" in answer.text
    assert answer.text.count("me@rosebud.shop") == 0


def test_the_log_is_searched_and_what_waits_for_a_person_goes_again_by_hand(mailing: Admin) -> None:
    with mailing.context.db.session() as session:
        contract = rows.contract(session, mailing.shop_id, 7)
        fact = rows.fact(session, contract, "order.upcoming", data={"lead_days": 3})
        session.flush()
        shopper = rows.shopper(session, mailing.shop_id, 1, last_name="Gardener")
        for number, state in enumerate((SENT, PARKED, UNKNOWN)):
            session.add(
                Mail(
                    shop_id=mailing.shop_id, purpose=NOTICE, reference=f"r{number}", at=NOW, language="en",
                    recipient="ann@garden.shop", customer_gid=shopper.shopify_gid, subject=f"Subject {number}",
                    plain="words", html="<p>words</p>", state=state, reason=f"because {number}", next_try_at=NOW,
                    fact_id=fact.id if state == UNKNOWN else None,
                )
            )  # fmt: skip
    page = mailing.get("/settings/mail/log").text
    assert all(f"Subject {number}" in page for number in range(3)) and "1 mail could not be sent" in page
    assert "Because 2" in page and "Not known" in page
    assert page.count('name="mail"') == 2, "what was sent is not offered again"
    assert "Mail: because 2" in mailing.get("/contracts/7").text
    assert "Subject 1" not in mailing.get("/settings/mail/log?show=unknown").text
    assert "No mail matches" in mailing.get("/settings/mail/log?q=nobody").text
    assert "Subject 0" in mailing.get("/settings/mail/log?q=gardener%20ann").text
    assert "This mail is not known" in mailing.post("/settings/mail/log/again", mail="x").text
    assert "1 mail on the way" in mailing.post("/settings/mail/log/again").text
    with mailing.context.db.session() as session:
        unknown = session.query(Mail).filter_by(state=UNKNOWN).one()
    assert "1 mail on the way" in mailing.post("/settings/mail/log/again", mail=str(unknown.id)).text
    assert "Nothing is parked any more" in mailing.post("/settings/mail/log/again").text

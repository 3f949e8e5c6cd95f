"""Settings → Fulfillment: what is saved, what is refused and why, and keys that are shown once."""

from __future__ import annotations

import re
from datetime import date

from sqlalchemy import select

from shopify_app.fulfillment.models import Digest, FeedKey, FulfillmentSettings
from tests.web.conftest import NOW, Admin

PAGE = "/settings/fulfillment"
SLACK = "https://hooks.slack.com/services/T0/B0/very-secret"


def _row(admin: Admin) -> FulfillmentSettings | None:
    with admin.context.db.session() as session:
        return session.get(FulfillmentSettings, admin.shop_id)


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_saved(admin: Admin) -> None:
    wrong = {
        "Enter a whole number from 0 to 23.": {"cutoff_hour": "24"},
        "must begin with https://": {"cutoff_hour": "16", "slack_url": "http://hooks.slack.com/x"},
        "has set no mail server": {"cutoff_hour": "16", "by_mail": "1"},
    }
    for said, form in wrong.items():
        answer = admin.post(PAGE, **form)
        assert answer.status_code == 422 and said in answer.text, said
    assert _row(admin) is None


def test_slack_is_kept_encrypted_shown_to_nobody_and_stopped(admin: Admin) -> None:
    assert "Settings saved" in admin.post(PAGE, cutoff_hour="16", slack_url=SLACK).text
    row = _row(admin)
    assert "secret" not in row.slack_url and admin.context.vault.open(row.slack_url) == SLACK
    page = admin.get(PAGE).text
    assert "A channel is connected" in page and "very-secret" not in page
    admin.post(PAGE, cutoff_hour="15")
    assert (_row(admin).slack_url, _row(admin).cutoff_hour, _row(admin).since) == (row.slack_url, 15, NOW)
    admin.post(PAGE, cutoff_hour="15", slack_off="1")
    assert (_row(admin).slack_url, _row(admin).since) == (None, None)
    history = admin.get("/settings").text
    assert "Changes are told by Slack, the day ends at 4:00 PM, chosen by you or your staff." in history
    assert "very-secret" not in history


def test_a_key_is_shown_once_and_revoked(admin: Admin) -> None:
    assert "Enter a name" in admin.post(f"{PAGE}/keys", name=" ").text
    made = admin.post(f"{PAGE}/keys", name="Warehouse Leipzig").text
    (key,) = re.findall(r"perennial_feed_[\w-]{40,}", made)
    page = admin.get(PAGE).text
    assert key not in page and f"Ends in {key[-4:]}" in page and "never used" in page
    with admin.context.db.session() as session:
        number = session.scalar(select(FeedKey.id))
    answer = admin.client.get("/feed/v1/changes", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 200 and "never used" not in admin.get(PAGE).text
    assert "Key revoked" in admin.post(f"{PAGE}/keys/revoke", id=number).text
    assert admin.post(f"{PAGE}/keys/revoke", id=number).status_code == 404
    assert "was revoked by you or your staff" in admin.get("/settings").text


def test_a_message_nobody_knows_the_fate_of_can_be_sent_again(admin: Admin) -> None:
    with admin.context.db.session() as session:
        given = {"day": date(2026, 12, 1), "at": NOW, "after": 0, "until": 3, "number": 2, "next_try_at": NOW}
        row = Digest(
            shop_id=admin.shop_id, channel="slack", state="unknown", body={"text": "x"}, last_error="Lost.", **given
        )
        session.add(row)
    page = admin.get(PAGE).text
    assert "Not known" in page and "Lost." in page and "Send again" in page
    assert "It is sent again" in admin.post(f"{PAGE}/again", id=row.id).text
    assert admin.post(f"{PAGE}/again", id=row.id).status_code == 404

"""The page "Events": everything that Klaviyo hears, and a test event whose answer is shown."""

from __future__ import annotations

import dataclasses
from html import unescape
from typing import Any

import pytest

from shopify_app import create_app
from shopify_app.channels.klaviyo.events.told import EVENTS
from shopify_app.channels.klaviyo.models import KlaviyoAccount
from shopify_app.gateways.klaviyo.client import Account
from shopify_app.gateways.klaviyo.errors import BodyRefused, KeyRefused, KlaviyoError, Limited, Unavailable
from tests.support.events import check_bodies
from tests.web.conftest import HOST, NOW, Admin

PAGE, TEST = "/notices/events", "/settings/klaviyo/events/test"


class Klaviyo:
    """Takes events, or answers with an error."""

    def __init__(self, error: KlaviyoError | None = None, sender: str = "hello@rosebud.coffee") -> None:
        self.error, self.sender = error, sender
        self.taken: list[dict[str, Any]] = []

    def account(self) -> Account:
        return Account("Rb4xQz", "Rosebud", "USD", "UTC", self.sender)

    def create_event(self, body: dict[str, Any]) -> None:
        if self.error:
            raise self.error
        self.taken.append(body)


def connected(admin: Admin, klaviyo: Klaviyo) -> Admin:
    with admin.context.db.session() as session:
        session.add(
            KlaviyoAccount(
                shop_id=admin.shop_id, sealed_key=admin.context.vault.seal("pk_x"), key_hint="k_x",
                account_id="Rb4xQz", account_name="Rosebud", state="connected", connected_at=NOW,
            )
        )  # fmt: skip
    context = dataclasses.replace(admin.context, klaviyo=lambda key: klaviyo)
    return dataclasses.replace(admin, context=context, client=create_app(context).test_client())


def test_every_event_and_property_is_shown_with_the_name_to_copy(admin: Admin) -> None:
    page = unescape(admin.get(PAGE).text)
    for event in EVENTS:
        assert f'heading="{event.name}"' in page and event.fires in page
        assert all(f"event.{one.name} }}}}" in page and one.says in page for one in event.properties)
    assert "{{ item.ProductName }}" in page
    assert "{{ person|lookup:'Next Charge Date' }}" in page
    assert "Connect Klaviyo" in page and TEST not in page
    assert PAGE in admin.get("/settings").text


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.slug)
def test_a_test_event_goes_out_as_the_catalogue_describes_it(admin: Admin, event) -> None:
    klaviyo = Klaviyo()
    answer = connected(admin, klaviyo).post(TEST, event=event.slug, to=" me@rosebud.coffee ")
    assert answer.status_code == 200
    assert f"Klaviyo accepted the test event {event.name} for me@rosebud.coffee." in answer.text
    check_bodies(klaviyo.taken)
    (attributes,) = [body["data"]["attributes"] for body in klaviyo.taken]
    assert attributes["profile"]["data"]["attributes"] == {"email": "me@rosebud.coffee"}
    assert (attributes["backfill"], attributes["properties"]["Test"]) == (True, True)
    assert attributes["properties"]["ShopName"] == "Rosebud Coffee"
    assert attributes["properties"]["Items"][0]["ImageURL"] == f"{HOST}/static/no-picture.png"


def test_without_an_address_it_goes_to_the_accounts_sender(admin: Admin) -> None:
    klaviyo = Klaviyo()
    answer = connected(admin, klaviyo).post(TEST, event="paused-subscription", to="")
    assert "for hello@rosebud.coffee" in answer.text
    assert len(klaviyo.taken) == 1


@pytest.mark.parametrize(
    ("klaviyo", "words"),
    [
        (Klaviyo(KeyRefused("HTTP 401", 401)), "Klaviyo refused the key"),
        (Klaviyo(BodyRefused("HTTP 400: invalid /data/attributes/profile", ())), "/data/attributes/profile"),
        (Klaviyo(Limited("HTTP 429", 5)), "asked too often"),
        (Klaviyo(Unavailable("no answer")), "may or may not have arrived"),
        (Klaviyo(sender=""), "names no sender address"),
    ],
    ids=["key", "body", "limit", "silence", "nobody"],
)
def test_what_klaviyo_says_instead_is_shown(admin: Admin, klaviyo: Klaviyo, words: str) -> None:
    answer = connected(admin, klaviyo).post(TEST, event="paused-subscription", to="")
    assert answer.status_code == 200
    assert "The test event was not accepted" in answer.text and words in answer.text
    assert "Klaviyo accepted" not in answer.text


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"event": "nonsense", "to": ""}, "Choose an event."),
        ({"to": ""}, "Choose an event."),
        ({"event": "paused-subscription", "to": "nobody"}, "Enter a mail address"),
        ({"event": "paused-subscription", "to": "a b@c.de"}, "Enter a mail address"),
        ({"event": "paused-subscription", "to": "a@b.de" * 30}, "at most 100 characters"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_sent(admin: Admin, form: dict[str, str], words: str) -> None:
    klaviyo = Klaviyo()
    answer = connected(admin, klaviyo).post(TEST, **form)
    assert answer.status_code == 422 and words in answer.text
    assert klaviyo.taken == []


def test_a_shop_without_klaviyo_is_told_to_connect_first(admin: Admin) -> None:
    answer = admin.post(TEST, event="paused-subscription", to="me@rosebud.coffee")
    assert "Connect Klaviyo in the settings first." in answer.text

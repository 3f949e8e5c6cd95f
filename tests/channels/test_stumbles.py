"""An error nobody foresaw stays with the one event, or the one shop, that it is about."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from openapi_client.exceptions import ApiTypeError, ApiValueError

from sandbox.klaviyo import seed
from shopify_app.channels.klaviyo import deliver
from shopify_app.channels.klaviyo.models import KlaviyoAccount
from shopify_app.gateways.klaviyo.client import KlaviyoClient
from shopify_app.gateways.klaviyo.errors import Stumbled
from shopify_app.journal.models import Delivery
from tests.billing.till import Till
from tests.channels.telling import accepted, send, skip_waits, tell
from tests.journal import rows

ERRORS = [
    ApiTypeError("her@mail.example"),
    ApiValueError("her@mail.example"),
    ValueError("her@mail.example"),
    KeyError("x"),
]


def _delivery(till: Till, key: str) -> Delivery:
    return next(row for row in till.deliveries() if row.unique_id == key)


@pytest.mark.parametrize("error", [*ERRORS, RuntimeError("her@mail.example")], ids=lambda error: type(error).__name__)
def test_one_event_stumbles_and_the_others_go(
    connected: Till, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    real = KlaviyoClient.create_event

    def stumble(client: KlaviyoClient, body: dict[str, Any]) -> None:
        if body["data"]["attributes"]["unique_id"] == "bad":
            raise error
        real(client, body)

    monkeypatch.setattr(KlaviyoClient, "create_event", stumble)
    tell(connected, "bad", contract_gid=connected.contract().shopify_gid)
    tell(connected, "waits behind it")
    send(connected)
    bad = _delivery(connected, "bad")
    assert (bad.state, bad.tries, bad.lease_until) == ("pending", 1, None)
    assert "her@" not in (bad.last_error or "")
    for _ in range(10):
        skip_waits(connected)
        send(connected)
    bad = _delivery(connected, "bad")
    assert (bad.state, bad.tries) == ("parked", 8)
    assert type(error).__name__ in (bad.reason or "")
    assert [event["unique_id"] for event in accepted(connected)] == ["waits behind it"]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_what_the_sdk_raises_gets_a_name_and_keeps_no_values(error: Exception) -> None:
    def action() -> None:
        raise error

    with pytest.raises(Stumbled) as caught:
        KlaviyoClient("pk_nobody")._call(action)
    assert "her@" not in str(caught.value)


@pytest.mark.parametrize("trouble", ["unreadable key", "no client"])
def test_a_shop_in_trouble_does_not_stop_another(connected: Till, trouble: str) -> None:
    with connected.ctx.db.session() as session:
        other = rows.shop(session, "tannery-tea.myshopify.com")
        fact = rows.fact(session, other.id, "other")
        mine = session.get_one(KlaviyoAccount, connected.shop_id)
        sealed = "nonsense" if trouble == "unreadable key" else connected.ctx.vault.seal(seed.SECOND_KEY)
        session.add(
            KlaviyoAccount(
                shop_id=other.id, sealed_key=sealed, key_hint="ebud", account_id="X", account_name="X",
                state="connected", connected_at=mine.connected_at,
            )
        )  # fmt: skip
        session.flush()
        session.add(
            Delivery(
                shop_id=other.id, fact_id=fact.id, channel="klaviyo", unique_id="other", body={},
                next_try_at=mine.connected_at.replace(year=2000),
            )
        )  # fmt: skip
    made = connected.ctx.klaviyo

    def make(key: str) -> KlaviyoClient:
        if key == seed.SECOND_KEY:
            raise ValueError("a base URL nobody can use")
        return made(key)

    tell(connected, "mine")
    deliver.drain(replace(connected.ctx, klaviyo=make))
    assert [event["unique_id"] for event in accepted(connected)] == ["mine"]
    other_delivery = _delivery(connected, "other")
    assert (other_delivery.state, other_delivery.lease_until) == ("pending", None)

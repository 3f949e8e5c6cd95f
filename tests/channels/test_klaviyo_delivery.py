"""From fact to accepted event: once, in order, and with the same body however often it is tried."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sandbox.klaviyo import seed
from shopify_app.channels.klaviyo import connect
from shopify_app.channels.klaviyo.models import KlaviyoAccount
from shopify_app.contracts.models import BillingCycle
from shopify_app.gateways.klaviyo.errors import KeyRefused
from shopify_app.kit import crashpoints
from shopify_app.kit.clock import machine_now
from shopify_app.kit.crashpoints import Killed
from tests.billing.till import Till
from tests.channels.telling import (
    accepted,
    fail,
    send,
    shopper,
    skip_waits,
    stored,
    tell,
    the_delivery,
    waiting,
)
from tests.journal import rows


def _account(till: Till) -> KlaviyoAccount:
    with till.ctx.db.session() as session:
        return session.get_one(KlaviyoAccount, till.shop_id)


def _next(till: Till) -> BillingCycle:
    return min((c for c in till.cycles() if c.due_at and c.due_at > till.now), key=lambda c: c.expected_at)


def _upcoming(cycle: BillingCycle) -> dict[str, object]:
    return {"lead_days": 3, "due_at": cycle.due_at.isoformat(), "amount": "14.00", "currency": "USD"}


def test_a_fact_becomes_one_stored_event(connected: Till) -> None:
    tell(connected)
    assert waiting(connected) == 1
    send(connected)
    send(connected)
    assert the_delivery(connected).state == "accepted"
    (event,) = stored(connected)
    assert event["flow_triggered"]
    (sent,) = accepted(connected)
    assert sent["unique_id"] == "processed:1:1"
    assert sent["time"] == "2026-12-01T14:00:00+00:00"
    assert sent["backfill"] is False
    assert "value" not in sent
    assert waiting(connected) == 0


def test_a_zero_total_is_still_shown_as_text(connected: Till) -> None:
    tell(connected)
    send(connected)
    (event,) = stored(connected)
    assert event["properties"]["OrderTotal"] == "$0.00"
    assert "OrderTotalAmount" not in event["properties"]


def test_facts_of_other_kinds_are_not_told(connected: Till) -> None:
    tell(connected, "challenged-1:1:1", "charge.challenged")
    assert waiting(connected) == 0
    send(connected)
    assert connected.deliveries() == []


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500},
        {"status": 502, "html": True},
        {"status": 503},
        {"reset": "before"},
        {"reset": "after"},
        {"status": 429, "retry_after": 3},
    ],
)
def test_trouble_at_klaviyo_delays_and_never_doubles(connected: Till, fault: dict[str, object]) -> None:
    fail(connected, **fault, times=1)
    tell(connected)
    send(connected)
    first = the_delivery(connected)
    assert (first.state, first.tries) == ("pending", 1)
    assert waiting(connected) == 0
    skip_waits(connected)
    send(connected)
    again = the_delivery(connected)
    assert (again.state, again.body) == ("accepted", first.body)
    assert len(stored(connected)) == 1


def test_retry_after_is_obeyed(connected: Till) -> None:
    fail(connected, status=429, retry_after=120, times=1)
    tell(connected)
    send(connected)
    delivery = the_delivery(connected)
    assert timedelta(seconds=100) < delivery.next_try_at - machine_now() < timedelta(seconds=150)


@pytest.mark.parametrize("point", ["channel.after_claim_before_call", "channel.after_call_before_record"])
def test_a_sender_that_dies_leaves_one_event(connected: Till, point: str) -> None:
    tell(connected)
    with crashpoints.armed(point), pytest.raises(Killed):
        send(connected)
    assert waiting(connected) == 1
    connected.expire_leases()
    send(connected)
    assert the_delivery(connected).state == "accepted"
    assert len(stored(connected)) == 1


def test_one_contracts_events_keep_their_order(connected: Till) -> None:
    fail(connected, status=503, times=1)
    tell(connected, "a")
    send(connected)
    tell(connected, "b")
    assert waiting(connected) == 1
    send(connected)
    assert accepted(connected) == [], "b waits for a, which is to be tried again later"
    skip_waits(connected)
    send(connected)
    assert [event["unique_id"] for event in accepted(connected)] == ["a", "b"]


def test_a_key_that_is_refused_stops_the_shop_and_nothing_is_lost(connected: Till) -> None:
    klaviyo = connected.klaviyo()
    with connected.sandbox.world.locked():
        klaviyo.credentials.put({**klaviyo.credentials[seed.ROSEBUD_KEY], "revoked": True})
    tell(connected, "a")
    tell(connected, "b")
    send(connected)
    assert _account(connected).state == "broken"
    assert "401" in (_account(connected).broken_reason or "")
    assert waiting(connected) == 0
    with connected.sandbox.world.locked():
        klaviyo.credentials.put({**klaviyo.credentials[seed.ROSEBUD_KEY], "revoked": False})
    connect.connect(connected.ctx, connected.shop_id, seed.ROSEBUD_KEY)
    skip_waits(connected)
    send(connected)
    assert [event["unique_id"] for event in accepted(connected)] == ["a", "b"]


def test_a_shop_without_an_account_loses_nothing_and_old_news_start_no_flow(till: Till) -> None:
    tell(till, "old", occurred_at=till.now - timedelta(days=8))
    tell(till, "new", occurred_at=till.now - timedelta(days=6))
    assert (waiting(till), send(till)) == (0, 0)
    connect.connect(till.ctx, till.shop_id, seed.ROSEBUD_KEY)
    send(till)
    assert {event["unique_id"]: event["backfill"] for event in accepted(till)} == {"old": True, "new": False}
    assert len(till.klaviyo().triggered(seed.ROSEBUD)) == 0
    assert len(stored(till)) == 2
    assert len(till.klaviyo().triggered(seed.ROSEBUD)) == 1


def test_a_shopper_nobody_can_reach_is_parked_with_the_reason(connected: Till) -> None:
    shopper(connected, email=None, phone="12345")
    tell(connected)
    send(connected)
    delivery = the_delivery(connected)
    assert (delivery.state, delivery.body) == ("parked", None)
    assert delivery.reason == "the shopper has neither a mail address nor a valid phone number"


def test_a_shopper_with_only_a_phone_is_told_by_phone(connected: Till) -> None:
    shopper(connected, email=None, phone="+1 212 555 2368")
    tell(connected)
    send(connected)
    body = the_delivery(connected).body
    profile = body["data"]["attributes"]["profile"]["data"]["attributes"]
    assert profile["phone_number"] == "+12125552368"
    assert "email" not in profile


def test_a_body_klaviyo_refuses_is_parked_with_its_pointer_and_without_the_address(connected: Till) -> None:
    shopper(connected, email="not an address@", phone=None)
    tell(connected)
    send(connected)
    delivery = the_delivery(connected)
    assert delivery.state == "parked"
    assert "/email" in (delivery.reason or "")
    assert "not an address" not in (delivery.reason or "")


def test_an_announcement_is_not_made_once_the_charge_has_started(connected: Till) -> None:
    tell(connected, "upcoming:1:1:3", "order.upcoming", data=_upcoming(connected.first_cycle()))
    connected.charge()
    send(connected)
    delivery = next(row for row in connected.deliveries() if row.unique_id == "upcoming:1:1:3")
    assert (delivery.state, delivery.reason) == ("dropped", "the charge had started")
    assert accepted(connected) == []


def test_an_announcement_says_how_many_days_are_left_even_none(connected: Till) -> None:
    cycle = _next(connected)
    data = _upcoming(cycle) | {"days_until_charge": 0, "late_notice": True}
    tell(connected, "upcoming:1:2:3", "order.upcoming", cycle_index=cycle.cycle_index, data=data)
    send(connected)
    (event,) = stored(connected)
    properties = event["properties"]
    assert (properties["LeadDays"], properties["DaysUntilCharge"], properties["LateNotice"]) == (3, "0", "true")


def test_an_announcement_of_a_charge_that_moved_is_not_made(connected: Till) -> None:
    cycle = _next(connected)
    tell(connected, "early", "order.upcoming", cycle_index=cycle.cycle_index, data=_upcoming(cycle))
    with connected.ctx.db.session() as session:
        session.get_one(BillingCycle, cycle.id).due_at = cycle.due_at + timedelta(days=1)
    tell(connected, "anew", "order.upcoming", cycle_index=cycle.cycle_index, data=_upcoming(_next(connected)))
    send(connected)
    assert [row.reason for row in connected.deliveries() if row.unique_id == "early"] == ["the charge was moved"]
    assert [event["unique_id"] for event in accepted(connected)] == ["anew"]


def test_words_follow_the_shoppers_language(connected: Till) -> None:
    shopper(connected, locale="fr-CA")
    tell(connected, data={"amount": "1234.50", "currency": "CAD"})
    send(connected)
    properties = the_delivery(connected).body["data"]["attributes"]["properties"]
    assert properties["OrderTotal"].replace("\xa0", " ").replace("\u202f", " ") == "1 234,50 $"
    assert properties["ChargeDate"] == "1 décembre 2026"
    assert properties["OrderTotalAmount"] == 1234.5


def test_connecting_names_the_account_and_notices_another(till: Till) -> None:
    row = connect.connect(till.ctx, till.shop_id, f" {seed.ROSEBUD_KEY}\n")
    assert (row.account_id, row.account_name, row.key_hint) == (seed.ROSEBUD, "Rosebud Coffee", "ebud")
    assert seed.ROSEBUD_KEY not in row.sealed_key
    with pytest.raises(connect.AnotherAccount, match="Tannery Tea"):
        connect.connect(till.ctx, till.shop_id, seed.SECOND_KEY)
    assert _account(till).account_id == seed.ROSEBUD
    connect.connect(till.ctx, till.shop_id, seed.SECOND_KEY, confirm=True)
    assert _account(till).account_id == seed.SECOND


def test_another_accounts_key_is_noticed_after_a_disconnect_too(connected: Till) -> None:
    connect.disconnect(connected.ctx, connected.shop_id)
    assert _account(connected).sealed_key == ""
    with pytest.raises(connect.AnotherAccount, match="Tannery Tea"):
        connect.connect(connected.ctx, connected.shop_id, seed.SECOND_KEY)
    connect.connect(connected.ctx, connected.shop_id, seed.ROSEBUD_KEY)
    assert _account(connected).state == "connected"


def test_a_wrong_key_and_a_key_without_scope_are_told_apart(till: Till) -> None:
    with pytest.raises(KeyRefused) as wrong:
        connect.connect(till.ctx, till.shop_id, "pk_this_is_nobodys")
    with pytest.raises(KeyRefused) as narrow:
        connect.connect(till.ctx, till.shop_id, seed.NO_SCOPE_KEY)
    assert (wrong.value.status, narrow.value.status) == (401, 403)
    with pytest.raises(connect.KeyMalformed):
        connect.connect(till.ctx, till.shop_id, "sk_live_oops")


def test_one_shops_deliveries_never_go_to_another_shops_account(connected: Till) -> None:
    with connected.ctx.db.session() as session:
        other = rows.shop(session, "tannery-tea.myshopify.com")
        rows.fact(session, other.id, "processed:77:1")
    send(connected)
    assert accepted(connected) == []
    assert connected.deliveries() == []

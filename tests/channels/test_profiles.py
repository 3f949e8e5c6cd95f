"""Profiles say what is true also when nothing was told, and are sent only when they say something new."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from sandbox.klaviyo import seed
from shopify_app.channels.klaviyo import connect, profiles, upsert
from shopify_app.channels.klaviyo.models import KlaviyoAccount, KlaviyoProfile
from shopify_app.contracts.models import Contract
from shopify_app.gateways.shopify.payment_methods import PaymentMethodSnapshot
from shopify_app.kit.clock import machine_now
from shopify_app.shoppers import mirror
from shopify_app.shoppers.models import PaymentMethod, Shopper
from tests.billing.till import Till
from tests.channels.telling import accepted, send, shopper, tell


def keep_current(till: Till) -> int:
    profiles.look(till.ctx)
    return upsert.drain(till.ctx)


def at_klaviyo(till: Till) -> list[dict[str, Any]]:
    return till.klaviyo().of("profiles", seed.ROSEBUD).all()


def row(till: Till) -> KlaviyoProfile:
    with till.ctx.db.session() as session:
        return session.scalars(select(KlaviyoProfile)).one()


def change(till: Till, **columns: Any) -> None:
    """The contract was read anew, and is different."""
    with till.ctx.db.session() as session:
        session.execute(update(Contract).values(**columns or {"read_at": machine_now()}))


def _card(till: Till) -> PaymentMethod:
    with till.ctx.db.session() as session:
        return session.scalars(select(PaymentMethod)).one()


def _read_card(till: Till, card: PaymentMethodSnapshot) -> None:
    with till.ctx.db.session() as session:
        mirror.apply_payment_method(session, till.shop_id, card, machine_now())


def skip_waits(till: Till) -> None:
    with till.ctx.db.session() as session:
        session.execute(update(KlaviyoProfile).values(next_try_at=machine_now() - timedelta(seconds=1)))


def fail(till: Till, **fault: Any) -> None:
    till.klaviyo().set(faults=[{"operation": "create_or_update_profile", **fault}] if fault else [])


def test_a_profile_says_what_the_subscription_is(connected: Till) -> None:
    assert keep_current(connected) == 1
    (profile,) = at_klaviyo(connected)
    assert profile["properties"]["Subscription Status"] == "Active"
    assert profile["properties"]["Active Subscriptions"] == 1
    assert profile["properties"]["Next Charge Date"].endswith("T12:00:00Z")
    assert accepted(connected) == [], "no event was made of it"


def test_what_would_say_nothing_new_is_not_sent(connected: Till) -> None:
    keep_current(connected)
    change(connected)
    assert keep_current(connected) == 0


def test_a_moved_date_changes_the_profile_without_an_event(connected: Till) -> None:
    keep_current(connected)
    before = at_klaviyo(connected)[0]["properties"]["Next Charge Date"]
    change(connected, next_charge_at=connected.contract().next_charge_at + timedelta(days=7))
    assert keep_current(connected) == 1
    assert at_klaviyo(connected)[0]["properties"]["Next Charge Date"] > before


@pytest.mark.parametrize("source", [Contract, Shopper, PaymentMethod])
def test_whatever_is_written_is_looked_at(connected: Till, source: type[Contract | Shopper | PaymentMethod]) -> None:
    keep_current(connected)
    later = machine_now() + timedelta(hours=1)
    with connected.ctx.db.session() as session:
        for model in (Contract, Shopper, PaymentMethod):
            session.execute(update(model).values(written_at=machine_now() - timedelta(hours=1)))
        session.get_one(KlaviyoAccount, connected.shop_id).profiles_read_to = machine_now()
        session.execute(update(KlaviyoProfile).values(told="something older", wanted="something older"))
    assert keep_current(connected) == 0
    with connected.ctx.db.session() as session:
        session.execute(update(source).values(written_at=later))
    assert keep_current(connected) == 1


def test_a_card_read_again_is_news_only_when_it_says_something_new(connected: Till) -> None:
    with connected.ctx.db.session() as session:
        method = session.scalars(select(PaymentMethod)).one()
    told = {name: getattr(method, name) for name in ("kind", "brand", "last_digits", "revoked_at", "revoked_reason")}
    card = PaymentMethodSnapshot(
        gid=method.shopify_gid, customer_gid=method.customer_gid, expires_on=method.expires_on, **told
    )
    _read_card(connected, card)
    assert _card(connected).written_at == method.written_at
    assert _card(connected).read_at > (method.read_at or machine_now())
    keep_current(connected)
    _read_card(connected, replace(card, expires_on=date(2031, 7, 31)))
    assert keep_current(connected) == 1
    assert at_klaviyo(connected)[0]["properties"]["Card Expires On"].startswith("2031-07-31")


def test_a_date_that_no_longer_comes_is_cleared(connected: Till) -> None:
    keep_current(connected)
    change(connected, status="CANCELLED", next_charge_at=None)
    keep_current(connected)
    properties = at_klaviyo(connected)[0]["properties"]
    assert properties["Subscription Status"] == "Cancelled"
    assert properties.get("Next Charge Date") is None


@pytest.mark.parametrize("fault", [{"status": 503}, {"status": 429, "retry_after": 1}, {"reset": "after"}])
def test_trouble_is_tried_again(connected: Till, fault: dict[str, Any]) -> None:
    fail(connected, times=1, **fault)
    keep_current(connected)
    assert row(connected).told is None
    assert row(connected).next_try_at > machine_now()
    skip_waits(connected)
    upsert.drain(connected.ctx)
    assert row(connected).told == row(connected).wanted


def test_a_key_that_may_not_write_profiles_still_sends_events(connected: Till) -> None:
    fail(connected, status=403)
    keep_current(connected)
    with connected.ctx.db.session() as session:
        account = session.get_one(KlaviyoAccount, connected.shop_id)
    assert (account.state, bool(account.profiles_refused)) == ("connected", True)
    tell(connected)
    send(connected)
    assert len(accepted(connected)) == 1
    fail(connected)
    assert upsert.drain(connected.ctx) == 0, "until the merchant connects again"
    connect.connect(connected.ctx, connected.shop_id, seed.ROSEBUD_KEY)
    assert upsert.drain(connected.ctx) == 1


def test_a_phone_of_somebody_elses_profile_is_left_out(connected: Till) -> None:
    shopper(connected, email="maria@rosebud-mail.com", phone="+4930901820")
    keep_current(connected)
    shopper(connected, email="ben@rosebud-mail.com", phone="+4930901821")
    change(connected)
    keep_current(connected)
    shopper(connected, email="maria@rosebud-mail.com", phone="+4930901821")
    change(connected)
    keep_current(connected)
    assert row(connected).last_error is None
    assert row(connected).told == row(connected).wanted
    found = [profile["attributes"] for profile in at_klaviyo(connected)]
    names = [(one["email"], one["phone_number"]) for one in found]
    assert names == [("maria@rosebud-mail.com", "+4930901820"), ("ben@rosebud-mail.com", "+4930901821")]


def test_a_profile_that_is_refused_waits_for_a_change(connected: Till) -> None:
    fail(connected, status=400)
    keep_current(connected)
    assert row(connected).next_try_at is None
    fail(connected)
    assert upsert.drain(connected.ctx) == 0
    change(connected, status="PAUSED")
    assert keep_current(connected) == 1


def test_an_erased_shopper_is_not_told_of(connected: Till) -> None:
    profiles.look(connected.ctx)
    shopper(connected, redacted_at=machine_now())
    upsert.drain(connected.ctx)
    assert at_klaviyo(connected) == []
    assert upsert.drain(connected.ctx) == 0


def test_another_account_is_told_everything(connected: Till) -> None:
    keep_current(connected)
    connect.connect(connected.ctx, connected.shop_id, seed.SECOND_KEY, confirm=True)
    assert keep_current(connected) == 1
    assert len(connected.klaviyo().of("profiles", seed.SECOND).all()) == 1

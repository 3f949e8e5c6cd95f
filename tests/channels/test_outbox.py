"""Which facts get a delivery: each of a catalogued kind, once, whatever came before."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from sandbox.klaviyo import seed
from shopify_app.channels import untold
from shopify_app.channels.klaviyo import connect
from shopify_app.channels.klaviyo.models import KlaviyoAccount
from tests.billing.till import Till
from tests.channels.telling import accepted, send, tell, waiting


def _read_to(till: Till) -> int:
    with till.ctx.db.session() as session:
        return session.get_one(KlaviyoAccount, till.shop_id).facts_read_to


def _age(till: Till) -> None:
    with till.ctx.db.session() as session:
        session.execute(text("update journal_facts set recorded_at = now() - interval '1 hour'"))


def test_a_fact_that_cannot_be_rendered_is_parked_and_holds_up_nobody(connected: Till) -> None:
    tell(connected, "broken", "order.upcoming", data={})
    tell(connected, "fine")
    send(connected)
    states = {row.unique_id: (row.state, row.reason) for row in connected.deliveries()}
    assert states == {"broken": ("parked", "it could not be rendered (KeyError)"), "fine": ("accepted", None)}


def test_the_journal_is_read_once_and_late_facts_are_still_found(
    connected: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(untold, "STRIDE", 0)
    tell(connected, "a")
    send(connected)
    assert _read_to(connected) == 0, "a fact this young may still have an elder brother in an open transaction"
    _age(connected)
    send(connected)
    assert _read_to(connected) == max(fact.id for fact in connected.facts())
    tell(connected, "b")
    send(connected)
    assert [event["unique_id"] for event in accepted(connected)] == ["a", "b"]


def test_disconnecting_forgets_the_key_and_connecting_again_repeats_nothing(connected: Till) -> None:
    tell(connected, "a")
    send(connected)
    connect.disconnect(connected.ctx, connected.shop_id)
    tell(connected, "b")
    assert waiting(connected) == 0
    connect.connect(connected.ctx, connected.shop_id, seed.ROSEBUD_KEY)
    send(connected)
    assert [event["unique_id"] for event in accepted(connected)] == ["a", "b"]

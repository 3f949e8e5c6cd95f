"""A new billing hour: every open cycle moves, in slices, also when the process dies between two of them."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from shopify_app.billing import hours
from shopify_app.billing.models import BillingSettings
from shopify_app.contracts.models import BillingCycle
from shopify_app.kit.clock import FixedClock
from shopify_app.kit.db import Database
from shopify_app.shops.models import UNINSTALLED, Shop
from tests.web import rows

DUE = rows.NOW + timedelta(days=2)


@dataclasses.dataclass
class Tools:
    """As much of a context as moving needs."""

    db: Database
    clock: FixedClock


@pytest.fixture
def tools(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Tools:
    monkeypatch.setattr(hours, "SLICE", 3)
    database = Database(postgres_url)
    with database.session() as session:
        shop = rows.shop(session)
        for number in range(8):
            rows.cycle(session, rows.contract(session, shop.id, number), 1, DUE)
    yield Tools(database, FixedClock(rows.NOW))
    database.close()


def _hours(tools: Tools) -> list[int]:
    with tools.db.session() as session:
        return [at.hour for at in session.scalars(select(BillingCycle.due_at).order_by(BillingCycle.id)) if at]


def _waiting(tools: Tools) -> int:
    with tools.db.session() as session:
        return hours.waiting(session, rows.NOW, datetime.now(rows.NOW.tzinfo))


def _change(tools: Tools, hour: int) -> bool:
    with tools.db.session() as session:
        return hours.change(session, session.scalars(select(Shop.id)).one(), hour)


def test_a_drain_moves_all_and_then_nothing_waits(tools):
    assert _change(tools, 6)
    assert _waiting(tools) == 1
    assert hours.drain(tools) == 3
    assert _hours(tools) == [11] * 8, "6:00 in New York is 11:00 UTC in December"
    assert _waiting(tools) == 0 and hours.drain(tools) == 0


def test_what_one_process_left_another_goes_on_with(tools):
    _change(tools, 6)
    assert hours.move_slice(tools)
    assert _hours(tools) == [11] * 3 + [14] * 5
    _change(tools, 7)  # changed again half way: it begins anew
    hours.drain(tools)
    assert _hours(tools) == [12] * 8


def test_the_same_hour_moves_nothing(tools):
    assert not _change(tools, 9)
    assert _waiting(tools) == 0


def test_a_shop_that_left_is_not_worked_for(tools):
    _change(tools, 6)
    with tools.db.session() as session:
        session.scalars(select(Shop)).one().status = UNINSTALLED
    assert _waiting(tools) == 0 and hours.drain(tools) == 0
    with tools.db.session() as session:
        assert session.scalars(select(BillingSettings)).one().moving_after_id == 0

"""What was missed or held is charged when it can be, within the merchant's bounds; what was paused away is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from sandbox.shopify import contracts
from shopify_app.billing.models import BillingSettings
from shopify_app.contracts import holds
from shopify_app.contracts.models import BillingCycle
from tests.billing.till import START, Till

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def _merchant_sets(till: Till, status: str) -> None:
    """In Shopify's own admin; the app hears of it the next time it reads."""
    with till.sandbox.world.locked():
        world = till.sandbox.world
        contracts.change(world, till.domain, world.of("contracts", till.domain).all()[0], status=status)


def _sees(till: Till, status: str) -> None:
    _merchant_sets(till, status)
    till.mirror()


def _work(till: Till) -> None:
    till.charge()
    till.sandbox.settle()


def test_a_cycle_missed_in_an_outage_is_charged_though_its_contract_was_paused_since(till: Till) -> None:
    till.wait(2 * DAY)  # the app was down at the due hour
    _sees(till, "PAUSED")
    _work(till)
    assert till.ledger() == []
    till.wait(2 * DAY)
    _sees(till, "ACTIVE")
    _work(till)
    (payment,) = till.ledger()
    assert datetime.fromisoformat(payment["at"]) == START + 4 * DAY
    verdict = till.sandbox.world.ledger.verdict(till.now)
    assert (verdict["once"], verdict["missed"], verdict["violations"]) == (1, 0, 0)


def test_a_pause_that_nobody_saw_leaves_the_missed_cycle_owed_too(till: Till) -> None:
    for status in ("PAUSED", "ACTIVE"):
        till.wait(DAY)
        _merchant_sets(till, status)
    till.mirror()
    _work(till)
    assert len(till.ledger()) == 1


def test_after_the_catch_up_days_a_person_decides_about_it(till: Till) -> None:
    till.wait(DAY)
    _sees(till, "PAUSED")
    till.wait(7 * DAY)
    _sees(till, "ACTIVE")
    _work(till)
    assert till.ledger() == []
    assert "more than 7 days ago" in (till.first_cycle().parked_reason or "")


def test_what_fell_due_in_a_pause_is_not_owed_after_a_later_pause_either(till: Till) -> None:
    _work(till)
    till.at(datetime(2026, 12, 30, 14, tzinfo=UTC))  # the second is expected on the 31st
    _sees(till, "PAUSED")
    till.wait(2 * DAY)
    _sees(till, "ACTIVE")
    for status in ("PAUSED", "ACTIVE"):
        till.wait(DAY)
        _sees(till, status)
        _work(till)
    assert [payment["cycle_index"] for payment in till.ledger()] == [1]
    assert till.sandbox.world.ledger.verdict(till.now)["missed"] == 0


def _hold(till: Till, until: datetime | None) -> None:
    with till.ctx.db.session() as session:
        holds.hold(session.get_one(BillingCycle, till.first_cycle().id), "Waiting for stock.", till.now, until)


def test_a_held_cycle_is_not_late_when_its_hold_ends(till: Till) -> None:
    _hold(till, START + 30 * DAY)
    till.wait(29 * DAY)
    _work(till)
    assert till.ledger() == []
    till.wait(3 * DAY)  # nobody looked for two days after the end
    _work(till)
    assert 1 in [payment["cycle_index"] for payment in till.ledger()]
    assert till.first_cycle().hold_ended_at == START + 30 * DAY, (
        "its time runs from the end, not from when it was seen"
    )


def test_a_week_after_its_hold_a_cycle_is_late(till: Till) -> None:
    _hold(till, START + 30 * DAY)
    till.wait(37 * DAY + HOUR)
    _work(till)
    assert till.ledger() == []
    assert (till.first_cycle().parked_reason or "").startswith("No longer held since Thu, Dec 31, 2026")


def test_a_hold_that_is_let_go_early_ends_then(till: Till) -> None:
    _hold(till, None)
    till.wait(10 * DAY)
    with till.ctx.db.session() as session:
        holds.let_go(session.get_one(BillingCycle, till.first_cycle().id), till.now)
    _work(till)
    assert len(till.ledger()) == 1


def test_a_gate_that_asks_again_every_hour_makes_nothing_less_late(till: Till) -> None:
    _merchant_sets(till, "PAUSED")  # and nobody told us
    for _ in range(9):
        till.charge()
        till.wait(DAY)
    with till.sandbox.world.locked():
        till.sandbox.world.of("contracts", till.domain).all()[0]["status"] = "ACTIVE"
    till.charge()
    assert till.ledger() == [] and till.first_cycle().hold_ended_at is None
    assert "more than 7 days ago" in (till.first_cycle().parked_reason or "")


@pytest.mark.parametrize(("days", "paid"), [(3, 0), (30, 1)])
def test_the_bounds_are_the_merchants(till: Till, days: int, paid: int) -> None:
    with till.ctx.db.session() as session:
        session.merge(BillingSettings(shop_id=till.shop_id))
        session.flush()
        session.execute(update(BillingSettings).values(catch_up_days=days))
    till.at(datetime(2026, 12, 7, 14, tzinfo=UTC))
    _work(till)
    assert len(till.ledger()) == paid

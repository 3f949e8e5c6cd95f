"""Every cycle of a day in its place, and nothing unexplained unless something is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from sandbox.seeds import tiny
from sandbox.shopify import contracts, cycle_mutations
from shopify_app.billing.models import BillingAttempt
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.insights import daybook
from shopify_app.insights.models import DailyCharges
from shopify_app.kit.clock import machine_now
from shopify_app.kit.db import Database
from shopify_app.shops.models import Shop
from tests.support.app import Story
from tests.web import rows

NOW = datetime(2026, 12, 1, 20, 0, tzinfo=UTC)
"""15:00 in New York; charges were due at 9:00."""
DUE = datetime(2026, 12, 1, 14, 0, tzinfo=UTC)
TODAY = date(2026, 12, 1)
HOUR = timedelta(hours=1)


@pytest.fixture
def session(postgres_url: str) -> Iterator[Session]:
    database = Database(postgres_url)
    with database.session() as session:
        yield session
    database.close()


@pytest.fixture
def shop(session: Session) -> Shop:
    return rows.shop(session)


def _contract(session: Session, shop: Shop, **columns: object) -> Contract:
    number = len(session.scalars(select(Contract)).all()) + 1
    return rows.contract(session, shop.id, number, **columns)


def _today(session: Session, shop: Shop, now: datetime = NOW) -> dict[str, int]:
    (day,) = daybook.figures(session, shop, TODAY, TODAY, now)
    assert day.expected == sum(count for place, count in day.counts.items() if place != daybook.NOT_EXPECTED)
    return {place: count for place, count in day.counts.items() if count}


def _lived(session: Session, shop: Shop, **cycle: object) -> Contract:
    contract = _contract(session, shop)
    rows.cycle(session, contract, 1, DUE, **cycle)
    session.flush()
    return contract


def test_each_cycle_has_its_place(session: Session, shop: Shop) -> None:
    _lived(session, shop, status="BILLED", attempted_at=DUE)
    for state in ("settled", "failed", "challenged", "unknown"):
        rows.attempt(session, _lived(session, shop, attempted_at=DUE), 1, state, DUE)
    _lived(session, shop, skipped=True)
    _lived(session, shop, held_reason="out of stock", held_until=NOW + HOUR)
    _lived(session, shop, parked_reason="too late")
    _lived(session, shop).parked_reason = "paid twice"
    _lived(session, shop).billing_stopped_at = DUE
    _lived(session, shop, claimed_at=NOW, lease_until=machine_now() + HOUR)
    _lived(session, shop)
    session.flush()
    assert _today(session, shop) == {
        "billed": 2, "failed": 1, "in_flight": 2, "skipped": 1, "held": 2, "parked": 2, "to_come": 1,
        "unexplained": 1,
    }  # fmt: skip


def test_a_run_may_take_three_hours(session: Session, shop: Shop) -> None:
    _lived(session, shop)
    assert _today(session, shop, DUE + 3 * HOUR - timedelta(seconds=1)) == {"to_come": 1}
    assert _today(session, shop, DUE + 3 * HOUR) == {"unexplained": 1}
    (found,) = daybook.unexplained(session, DUE + 3 * HOUR)
    assert (found.shop_id, found.cycle_index, found.expected_at) == (shop.id, 1, DUE)
    assert daybook.unexplained(session, NOW + timedelta(days=8)) == []


def test_a_dead_workers_claim_explains_nothing(session: Session, shop: Shop) -> None:
    _lived(session, shop, claimed_at=DUE, lease_until=machine_now() - HOUR)
    assert _today(session, shop) == {"unexplained": 1}


@pytest.mark.parametrize(("kind", "before"), [("cancelled", "ACTIVE"), ("paused", "ACTIVE")])
def test_who_ends_a_contract_before_its_charge_expects_none_and_afterwards_hides_none(
    session: Session, shop: Shop, kind: str, before: str
) -> None:
    contract = _lived(session, shop)
    contract.status, contract.billable_since = kind.upper(), None
    fact = rows.fact(session, contract, f"subscription.{kind}", DUE - HOUR, before={"status": before})
    assert _today(session, shop) == {"not_expected": 1}
    fact.occurred_at = DUE + 5 * HOUR
    session.flush()
    assert _today(session, shop) == {"unexplained": 1}


def test_what_was_paused_away_was_never_expected(session: Session, shop: Shop) -> None:
    contract = _contract(session, shop)
    rows.cycle(session, contract, 1, DUE).due_at = None
    contract.billable_since = DUE + 5 * HOUR
    rows.fact(session, contract, "subscription.resumed", DUE + 5 * HOUR, before={"status": "PAUSED"})
    assert _today(session, shop) == {"not_expected": 1}


def test_another_shop_and_another_day_do_not_count(session: Session, shop: Shop) -> None:
    other = rows.shop(session, "other.myshopify.com")
    rows.cycle(session, rows.contract(session, other.id, 77), 1, DUE)
    # 3:00 in UTC is still yesterday in New York
    rows.cycle(session, _contract(session, shop), 1, datetime(2026, 12, 1, 3, tzinfo=UTC))
    assert _today(session, shop) == {}
    assert len(daybook.unexplained(session, NOW)) == 2
    assert len(daybook.unexplained(session, NOW, shop.id)) == 1


def test_days_are_written_once_and_the_last_week_anew(session: Session, shop: Shop) -> None:
    cycle = rows.cycle(session, _contract(session, shop), 1, DUE)
    daybook.write(session, shop, NOW)
    assert _written(session)[TODAY] == (1, 0, 1)
    cycle.status = "BILLED"
    session.flush()
    assert daybook.write(session, shop, NOW + timedelta(days=6)) == 8
    assert _written(session)[TODAY] == (1, 1, 0)
    session.delete(cycle)
    session.flush()
    daybook.write(session, shop, NOW + timedelta(days=8))
    assert _written(session)[TODAY] == (1, 1, 0)


def test_what_nothing_explained_is_counted_anew_until_it_is_explained(session: Session, shop: Shop) -> None:
    cycle = rows.cycle(session, _contract(session, shop), 1, DUE)
    daybook.write(session, shop, NOW)
    assert _written(session)[TODAY] == (1, 0, 1)
    cycle.parked_reason = "too late"
    session.flush()
    daybook.write(session, shop, NOW + timedelta(days=9))
    assert _written(session)[TODAY] == (1, 0, 0)


def _written(session: Session) -> dict[date, tuple[int, int, int]]:
    session.expire_all()
    found = session.scalars(select(DailyCharges)).all()
    return {row.day: (row.expected, row.billed, row.unexplained) for row in found}


def test_a_month_on_the_sandbox_leaves_nothing_unexplained(story: Story) -> None:
    grown = tiny.grow(story.world, contracts=5, created_at=datetime(2026, 11, 2, 9, tzinfo=UTC))
    story.install()
    with story.world.locked():
        contracts.change(story.world, story.shop_domain, grown.contracts[0], status="PAUSED")
        cycle_mutations.set_skipped(story.world, story.shop_domain, grown.contracts[1], 1, True)
    story.advance(timedelta(days=2), step=timedelta(hours=6))
    assert _of(story, date(2026, 12, 2)) == (4, 3, 1, 0)
    with story.ctx.db.session() as session:
        first = session.scalars(select(BillingCycle).where(BillingCycle.status == "BILLED").limit(1)).one()
        session.execute(
            update(BillingCycle).where(BillingCycle.id == first.id).values(status="UNBILLED", attempted_at=None)
        )
        session.execute(delete(BillingAttempt).where(BillingAttempt.contract_id == first.contract_id))
    daybook.run(story.ctx)
    assert _of(story, date(2026, 12, 2)) == (4, 2, 1, 1)


def _of(story: Story, day: date) -> tuple[int, ...]:
    with story.ctx.db.session() as session:
        row = session.get_one(DailyCharges, (story.shop.id, day))
        return row.expected, row.billed, row.skipped, row.unexplained

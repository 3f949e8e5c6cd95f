"""An announcement is owed three days before a charge, told once, and not told when it is no longer true."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from shopify_app.contracts import cycles
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.notices import plan, upcoming
from shopify_app.notices.models import Notice, NoticeSettings
from shopify_app.shops.models import Shop
from tests.billing.till import Till

DAY = timedelta(days=1)


def _notices(till: Till) -> list[Notice]:
    with till.ctx.db.session() as session:
        return list(session.scalars(select(Notice).order_by(Notice.id)))


def _next(till: Till) -> BillingCycle:
    return min((c for c in till.cycles() if c.due_at and c.due_at > till.now), key=lambda c: c.expected_at)


def _reschedule(till: Till, cycle: BillingCycle, to: datetime) -> None:
    with till.ctx.db.session() as session:
        session.get_one(BillingCycle, cycle.id).expected_at = to
        contract = session.get_one(Contract, cycle.contract_id)
        cycles.refresh(session, session.get_one(Shop, till.shop_id), contract, till.now)


def _set(till: Till, cycle: BillingCycle, **columns: object) -> None:
    with till.ctx.db.session() as session:
        session.execute(update(BillingCycle).where(BillingCycle.id == cycle.id).values(**columns))


@pytest.fixture
def planned(till: Till) -> Till:
    """Four days before the next charge, its notice is planned."""
    till.at(_next(till).due_at - 4 * DAY)
    plan.run(till.ctx)
    return till


def test_a_notice_is_planned_at_the_shops_hour_and_told_once(planned: Till) -> None:
    (notice,) = _notices(planned)
    assert notice.plan_at == _next(planned).due_at - 3 * DAY
    assert upcoming.drain(planned.ctx) == 0
    planned.at(notice.plan_at)
    assert upcoming.drain(planned.ctx) == 1
    for _ in range(3):
        plan.run(planned.ctx)
        upcoming.drain(planned.ctx)
    (fact,) = planned.facts("order.upcoming")
    assert fact.data["lead_days"] == 3
    assert _notices(planned)[0].state == "recorded"


def test_planning_again_changes_nothing(planned: Till) -> None:
    assert plan.run(planned.ctx) == 0
    assert len(_notices(planned)) == 1


def test_a_subscription_younger_than_its_lead_is_told_at_once(till: Till) -> None:
    till.at(_next(till).due_at - DAY)
    plan.run(till.ctx)
    upcoming.drain(till.ctx)
    assert [(f.data["days_until_charge"], f.data["late_notice"]) for f in till.facts("order.upcoming")] == [(1, True)]


def _leads(till: Till, *days: int) -> None:
    with till.ctx.db.session() as session:
        session.merge(NoticeSettings(shop_id=till.shop_id, lead_days=list(days)))


def _run(till: Till) -> None:
    plan.run(till.ctx)
    upcoming.drain(till.ctx)


def _told(till: Till) -> list[tuple[int, int, bool]]:
    facts = till.facts("order.upcoming")
    return [(f.data["lead_days"], f.data["days_until_charge"], f.data["late_notice"]) for f in facts]


def test_leads_that_are_past_already_are_told_as_one_and_as_late(till: Till) -> None:
    _leads(till, 7, 5, 3)
    till.at(_next(till).due_at - 4 * DAY)
    _run(till)
    assert _told(till) == [(5, 4, True)]
    till.at(_next(till).due_at - 3 * DAY)
    _run(till)
    assert _told(till) == [(5, 4, True), (3, 3, False)]


def test_leads_added_after_a_nearer_notice_are_not_told(planned: Till) -> None:
    planned.at(_next(planned).due_at - 3 * DAY)
    _run(planned)
    _leads(planned, 7, 5, 3)
    _run(planned)
    assert _told(planned) == [(3, 3, False)]


def test_a_nearer_lead_is_not_told_again_on_the_day_a_late_notice_was(till: Till) -> None:
    _leads(till, 7)
    till.at(_next(till).due_at - 2 * DAY)
    _run(till)
    _leads(till, 7, 3)
    _run(till)
    assert _told(till) == [(7, 2, True)]


def test_notices_that_ripened_together_while_nobody_worked_are_told_as_one(till: Till) -> None:
    _leads(till, 7, 5, 3)
    till.at(_next(till).due_at - 8 * DAY)
    plan.run(till.ctx)
    till.at(_next(till).due_at - 2 * DAY)
    upcoming.drain(till.ctx)
    assert _told(till) == [(3, 2, True)]
    assert sorted(notice.state for notice in _notices(till)) == ["dropped", "dropped", "recorded"]
    assert plan.run(till.ctx) == 0


def test_a_lead_the_shop_no_longer_wants_is_not_told(planned: Till) -> None:
    _leads(planned)
    planned.at(_next(planned).due_at - 3 * DAY)
    _run(planned)
    assert _told(planned) == []


def test_a_charge_that_is_due_already_is_not_announced(till: Till) -> None:
    till.at(_next(till).due_at)
    plan.run(till.ctx)
    upcoming.drain(till.ctx)
    assert till.facts("order.upcoming") == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"skipped": True}, "the cycle is skipped"),
        ({"due_at": None}, "the cycle is not to be charged"),
        ({"attempted_at": datetime(2026, 12, 1, tzinfo=UTC)}, "the charge had started"),
    ],
)
def test_a_notice_that_is_no_longer_true_is_dropped_with_its_reason(
    planned: Till, change: dict[str, object], reason: str
) -> None:
    (notice,) = _notices(planned)
    _set(planned, _next(planned), **change)
    planned.at(notice.plan_at)
    upcoming.drain(planned.ctx)
    (notice,) = _notices(planned)
    assert (notice.state, notice.reason) == ("dropped", reason)
    assert planned.facts("order.upcoming") == []


def test_a_cycle_that_is_unskipped_is_announced_after_all(planned: Till) -> None:
    (notice,) = _notices(planned)
    cycle = _next(planned)
    _set(planned, cycle, skipped=True)
    planned.at(notice.plan_at)
    upcoming.drain(planned.ctx)
    _set(planned, cycle, skipped=False)
    plan.run(planned.ctx)
    upcoming.drain(planned.ctx)
    assert len(planned.facts("order.upcoming")) == 1


def test_a_cycle_that_moves_takes_its_notice_along(planned: Till) -> None:
    cycle = _next(planned)
    (notice,) = _notices(planned)
    _reschedule(planned, cycle, cycle.expected_at + 10 * DAY)
    planned.at(notice.plan_at)
    upcoming.drain(planned.ctx)
    assert planned.facts("order.upcoming") == []
    planned.at(notice.plan_at + 10 * DAY)
    upcoming.drain(planned.ctx)
    (fact,) = planned.facts("order.upcoming")
    assert datetime.fromisoformat(fact.data["due_at"]) == _next(planned).due_at


def test_a_cycle_that_moves_after_it_was_announced_is_announced_for_its_new_day_once(planned: Till) -> None:
    cycle = _next(planned)
    planned.at(cycle.due_at - 3 * DAY)
    _run(planned)
    _reschedule(planned, cycle, cycle.expected_at - 2 * DAY)
    for _ in range(2):
        _run(planned)
    first, second = planned.facts("order.upcoming")
    assert (first.data["days_until_charge"], second.data["days_until_charge"]) == (3, 1)
    assert second.data["late_notice"]
    assert second.key == f"{first.key[:-10]}{(cycle.due_at - 2 * DAY).date()}"
    _reschedule(planned, cycle, cycle.expected_at)
    _run(planned)
    assert len(planned.facts("order.upcoming")) == 2, "this day was announced before"


def test_another_hour_of_the_same_day_is_not_announced_again(planned: Till) -> None:
    cycle = _next(planned)
    planned.at(cycle.due_at - 3 * DAY)
    _run(planned)
    _set(planned, cycle, due_at=cycle.due_at + timedelta(hours=2))
    _run(planned)
    assert len(planned.facts("order.upcoming")) == 1


def test_a_shop_chooses_its_lead(till: Till) -> None:
    with till.ctx.db.session() as session:
        session.add(NoticeSettings(shop_id=till.shop_id, lead_days=[7]))
    till.at(_next(till).due_at - 8 * DAY)
    plan.run(till.ctx)
    assert [notice.plan_at for notice in _notices(till)] == [_next(till).due_at - 7 * DAY]

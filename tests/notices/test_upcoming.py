"""An announcement is owed three days before a charge, told once, and not told when it is no longer true."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from shopify_app.contracts.models import BillingCycle
from shopify_app.notices import plan
from shopify_app.notices.drain import drain
from shopify_app.notices.models import NoticeSettings
from tests.billing.till import Till
from tests.notices.conftest import DAY, following, leads, notices, reschedule, tell


def _set(till: Till, cycle: BillingCycle, **columns: object) -> None:
    with till.ctx.db.session() as session:
        session.execute(update(BillingCycle).where(BillingCycle.id == cycle.id).values(**columns))


@pytest.fixture
def planned(till: Till) -> Till:
    """Four days before the next charge, its notice of three days is planned."""
    leads(till, 3)
    till.at(following(till).due_at - 4 * DAY)
    plan.run(till.ctx)
    return till


def test_a_notice_is_planned_at_the_shops_hour_and_told_once(planned: Till) -> None:
    (notice,) = notices(planned)
    assert notice.plan_at == following(planned).due_at - 3 * DAY
    assert drain(planned.ctx) == 0
    planned.at(notice.plan_at)
    assert drain(planned.ctx) == 1
    for _ in range(3):
        plan.run(planned.ctx)
        drain(planned.ctx)
    (fact,) = planned.facts("order.upcoming")
    assert fact.data["lead_days"] == 3
    assert notices(planned)[0].state == "recorded"


def test_planning_again_changes_nothing(planned: Till) -> None:
    assert plan.run(planned.ctx) == 0
    assert len(notices(planned)) == 1


def test_a_subscription_younger_than_its_lead_is_told_at_once(till: Till) -> None:
    till.at(following(till).due_at - DAY)
    plan.run(till.ctx)
    drain(till.ctx)
    assert [(f.data["days_until_charge"], f.data["late_notice"]) for f in till.facts("order.upcoming")] == [(1, True)]


def _told(till: Till) -> list[tuple[int, int, bool]]:
    facts = till.facts("order.upcoming")
    return [(f.data["lead_days"], f.data["days_until_charge"], f.data["late_notice"]) for f in facts]


def test_leads_that_are_past_already_are_told_as_one_and_as_late(till: Till) -> None:
    leads(till, 7, 5, 3)
    till.at(following(till).due_at - 4 * DAY)
    tell(till)
    assert _told(till) == [(5, 4, True)]
    till.at(following(till).due_at - 3 * DAY)
    tell(till)
    assert _told(till) == [(5, 4, True), (3, 3, False)]


def test_leads_added_after_a_nearer_notice_are_not_told(planned: Till) -> None:
    planned.at(following(planned).due_at - 3 * DAY)
    tell(planned)
    leads(planned, 7, 5, 3)
    tell(planned)
    assert _told(planned) == [(3, 3, False)]


def test_a_nearer_lead_is_not_told_again_on_the_day_a_late_notice_was(till: Till) -> None:
    leads(till, 7)
    till.at(following(till).due_at - 2 * DAY)
    tell(till)
    leads(till, 7, 3)
    tell(till)
    assert _told(till) == [(7, 2, True)]


def test_notices_that_ripened_together_while_nobody_worked_are_told_as_one(till: Till) -> None:
    leads(till, 7, 5, 3)
    till.at(following(till).due_at - 8 * DAY)
    plan.run(till.ctx)
    till.at(following(till).due_at - 2 * DAY)
    drain(till.ctx)
    assert _told(till) == [(3, 2, True)]
    assert sorted(notice.state for notice in notices(till)) == ["dropped", "dropped", "recorded"]
    assert plan.run(till.ctx) == 0


def test_a_lead_the_shop_no_longer_wants_is_not_told(planned: Till) -> None:
    leads(planned)
    planned.at(following(planned).due_at - 3 * DAY)
    tell(planned)
    assert _told(planned) == []


def test_a_charge_that_is_due_already_is_not_announced(till: Till) -> None:
    till.at(following(till).due_at)
    plan.run(till.ctx)
    drain(till.ctx)
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
    (notice,) = notices(planned)
    _set(planned, following(planned), **change)
    planned.at(notice.plan_at)
    drain(planned.ctx)
    (notice,) = notices(planned)
    assert (notice.state, notice.reason) == ("dropped", reason)
    assert planned.facts("order.upcoming") == []


def test_a_cycle_that_is_unskipped_is_announced_after_all(planned: Till) -> None:
    (notice,) = notices(planned)
    cycle = following(planned)
    _set(planned, cycle, skipped=True)
    planned.at(notice.plan_at)
    drain(planned.ctx)
    _set(planned, cycle, skipped=False)
    plan.run(planned.ctx)
    drain(planned.ctx)
    assert len(planned.facts("order.upcoming")) == 1


def test_a_cycle_that_moves_takes_its_notice_along(planned: Till) -> None:
    cycle = following(planned)
    (notice,) = notices(planned)
    reschedule(planned, cycle, cycle.expected_at + 10 * DAY)
    planned.at(notice.plan_at)
    drain(planned.ctx)
    assert planned.facts("order.upcoming") == []
    planned.at(notice.plan_at + 10 * DAY)
    drain(planned.ctx)
    (fact,) = planned.facts("order.upcoming")
    assert datetime.fromisoformat(fact.data["due_at"]) == following(planned).due_at


def test_another_hour_of_the_same_day_is_not_announced_again(planned: Till) -> None:
    cycle = following(planned)
    planned.at(cycle.due_at - 3 * DAY)
    tell(planned)
    _set(planned, cycle, due_at=cycle.due_at + timedelta(hours=2))
    tell(planned)
    assert len(planned.facts("order.upcoming")) == 1


def test_a_shop_chooses_its_lead(till: Till) -> None:
    with till.ctx.db.session() as session:
        session.add(NoticeSettings(shop_id=till.shop_id, lead_days=[7]))
    till.at(following(till).due_at - 8 * DAY)
    plan.run(till.ctx)
    assert [notice.plan_at for notice in notices(till)] == [following(till).due_at - 7 * DAY]

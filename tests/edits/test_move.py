"""Moving a cycle's charge: within Shopify's bounds, told with before and after, and charged on the new day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopify_app.contracts.calendar import due_at, later
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.edits import move, skip
from shopify_app.edits.answers import Answer, Refusal, refused
from shopify_app.edits.change import Standing
from shopify_app.edits.move import Moving
from tests.billing.till import Till

DAY, WEEK = timedelta(days=1), timedelta(days=7)
ZONES = ["America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia", "UTC"]
NOW = datetime(2026, 12, 1, tzinfo=UTC)
STANDING = Standing(
    Contract(status="ACTIVE"),
    BillingCycle(status="UNBILLED", skipped=False, start_at=NOW - WEEK, expected_at=NOW + WEEK),
    NOW + 5 * WEEK,
    NOW,
)


@given(st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)), st.sampled_from(ZONES))
def test_a_week_later_is_seven_local_days_later(start: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    moved = later(start, WEEK, zone)
    assert moved.astimezone(zone).date() - start.astimezone(zone).date() == WEEK
    assert due_at(moved, zone, 9).astimezone(zone).date() <= moved.astimezone(zone).date()


@pytest.mark.parametrize(
    ("to", "refusal"),
    [
        (NOW + 2 * WEEK, None),
        (NOW + WEEK, Refusal.ALREADY),
        (NOW, Refusal.PAST),
        (NOW - 2 * WEEK, Refusal.PAST),
        (NOW + 5 * WEEK, Refusal.AFTER_NEXT),
        (NOW + 5 * WEEK - timedelta(seconds=1), None),
    ],
)
def test_where_a_date_may_go(to: datetime, refusal: Refusal | None) -> None:
    assert Moving(to).why_not(STANDING) == refusal


def test_what_may_not_be_moved_at_all() -> None:
    wish = Moving(NOW + 2 * WEEK)

    def why(**columns: object) -> Refusal | None:
        plain = {"status": "UNBILLED", "skipped": False, "start_at": NOW - WEEK, "expected_at": NOW + WEEK}
        return wish.why_not(replace(STANDING, cycle=BillingCycle(**(plain | columns))))

    assert why(status="BILLED") == Refusal.PAID
    assert why(skipped=True) == Refusal.SKIPPED
    assert why(attempted_at=NOW) == Refusal.TRIED
    assert why(start_at=NOW + 3 * WEEK) == Refusal.BEFORE_START
    assert wish.why_not(replace(STANDING, contract=Contract(status="CANCELLED"))) == Refusal.ENDED
    assert wish.why_not(replace(STANDING, following_at=None)) is None  # Shopify will say


def _following(till: Till) -> BillingCycle:
    return sorted((c for c in till.cycles() if c.due_at), key=lambda c: c.expected_at)[1]


def _move(till: Till, cycle: BillingCycle, to: datetime, actor: str = "link") -> Answer:
    return move.move(till.ctx, till.shop_id, till.contract().shopify_gid, cycle.cycle_index, to, actor)


def test_a_moved_date_is_told_charged_on_its_new_day_and_may_move_back(till: Till) -> None:
    cycle = _following(till)
    to = cycle.expected_at + WEEK
    assert _move(till, cycle, to) == Answer(True, "Moved")
    asked, told = till.facts("order.move_requested", "order.moved")
    assert (told.actor, told.before, told.after) == (
        "link",
        {"expected_at": cycle.expected_at.isoformat()},
        {"expected_at": to.isoformat()},
    )
    assert asked.cycle_index == told.cycle_index == cycle.cycle_index
    (moved,) = [c for c in till.cycles() if c.cycle_index == cycle.cycle_index]
    assert (moved.expected_at, moved.due_at, moved.lease_until) == (to, cycle.due_at + WEEK, None)
    assert _move(till, cycle, to) == refused(Refusal.ALREADY)
    assert _move(till, cycle, cycle.expected_at) == Answer(True, "Moved")
    assert [c.expected_at for c in till.cycles() if c.cycle_index == cycle.cycle_index] == [cycle.expected_at]
    assert till.calls("CycleMove") == 2


def test_a_moved_date_is_not_charged_on_its_old_day(till: Till) -> None:
    cycle = till.first_cycle()
    assert _move(till, cycle, cycle.expected_at + WEEK).is_done
    assert till.charge() == 0 and till.attempts() == []
    till.wait(WEEK)
    assert till.charge() == 1
    till.sandbox.settle()
    assert [payment["cycle_index"] for payment in till.ledger()] == [cycle.cycle_index]


def test_shopifys_bounds_are_told_in_our_words(till: Till) -> None:
    cycle = _following(till)
    assert _move(till, cycle, cycle.expected_at + 40 * DAY) == refused(Refusal.AFTER_NEXT)
    assert till.calls("CycleMove") == 0
    with till.ctx.db.session() as session:  # we do not know the next date; Shopify does
        (after,) = [c for c in till.cycles() if c.cycle_index == cycle.cycle_index + 1]
        session.delete(session.merge(after))
    assert _move(till, cycle, cycle.expected_at + 40 * DAY) == refused(Refusal.OUT_OF_BOUNDS)
    assert till.facts("order.moved") == []


def test_a_lost_answer_is_looked_up_and_a_charge_or_a_skip_is_not_moved(till: Till) -> None:
    cycle = _following(till)
    till.fault(graphql={"CycleMove": {"reset": "after", "times": 1}})
    assert _move(till, cycle, cycle.expected_at + WEEK).is_done
    skip.skip(till.ctx, till.shop_id, till.contract().shopify_gid, cycle.cycle_index, "merchant:1")
    assert _move(till, cycle, cycle.expected_at) == refused(Refusal.SKIPPED)
    first = till.first_cycle()
    till.charge()
    assert _move(till, first, till.now + WEEK).refusal in (Refusal.TRIED, Refusal.CHARGING)

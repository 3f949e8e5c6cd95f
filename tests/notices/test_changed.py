"""What changes after it was announced is told once, with before and after; what is taken back in time is not."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select, update

from shopify_app.contracts import cycles
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.edits.skip import skip
from shopify_app.journal.models import Fact
from shopify_app.journal.record import record
from shopify_app.notices import prune
from shopify_app.notices.models import AnnouncedOrder
from shopify_app.shops.models import Shop
from tests.billing.till import Till
from tests.notices.conftest import DAY, following, leads, notices, reschedule, tell

SETTLED = timedelta(minutes=2)


@pytest.fixture
def told(till: Till) -> Till:
    """A week before the charge, the shopper was told of it; the three-day notice is planned."""
    till.at(following(till).due_at - 7 * DAY)
    tell(till)
    assert [fact.data["lead_days"] for fact in till.facts("order.upcoming")] == [7]
    return till


def _settle(till: Till) -> list[Fact]:
    """Nothing is told at once; two minutes later all that differs is."""
    before = len(till.facts("order.changed"))
    tell(till)
    assert len(till.facts("order.changed")) == before, "it rests first"
    till.wait(SETTLED)
    tell(till)
    return till.facts("order.changed")[before:]


def _leads_told(till: Till) -> list[int]:
    return [fact.data["lead_days"] for fact in till.facts("order.upcoming")]


def _edit(till: Till, cycle: BillingCycle, *, skipped: bool | None = None, quantity: int | None = None) -> None:
    """Change the mirror as a reading of Shopify would."""
    with till.ctx.db.session() as session:
        contract = session.get_one(Contract, cycle.contract_id)
        row = session.get_one(BillingCycle, cycle.id)
        if skipped is not None:
            row.skipped = skipped
        if quantity is not None:
            contract.lines[0].quantity = quantity
            contract.lines[0].discounted_price = Decimal(10) * quantity
        contract.written_at += timedelta(microseconds=1)
        cycles.refresh(session, session.get_one(Shop, till.shop_id), contract, till.now)


def test_a_moved_charge_is_told_with_before_and_after_and_its_leads_are_not_told_again(told: Till) -> None:
    cycle = following(told)
    reschedule(told, cycle, cycle.expected_at + 4 * DAY)
    (fact,) = _settle(told)
    assert fact.data["changes"] == ["date"]
    assert (fact.data["lead_days"], fact.data["days_until_charge"]) == (7, 11)
    assert "late_notice" not in fact.data
    assert datetime.fromisoformat(fact.before["due_at"]) == cycle.due_at
    assert fact.after["due_at"] == fact.data["due_at"] == (cycle.due_at + 4 * DAY).isoformat()
    assert fact.actor == "shopify"
    told.at(cycle.due_at + 4 * DAY - 7 * DAY)
    tell(told)
    assert _leads_told(told) == [7], "this lead was told, of whatever day"
    told.at(cycle.due_at + DAY)
    tell(told)
    assert _leads_told(told) == [7, 3]
    assert len(told.facts("order.changed")) == 1


def test_a_charge_that_moves_inside_the_lead_is_told_at_once_and_as_late(told: Till) -> None:
    cycle = following(told)
    reschedule(told, cycle, cycle.expected_at - 5 * DAY)
    tell(told)  # without a rest: its three-day notice is overdue at this moment
    (fact,) = told.facts("order.changed")
    assert (fact.data["days_until_charge"], fact.data["late_notice"]) == (2, True)
    tell(told)
    assert _leads_told(told) == [7], "the change takes the place of the three-day notice"


def test_a_skip_of_the_merchant_is_told_with_who_did_it_and_so_is_each_turn_after(told: Till) -> None:
    cycle = following(told)
    assert skip(told.ctx, told.shop_id, told.contract().shopify_gid, cycle.cycle_index, "merchant:42").is_done
    (skipped,) = _settle(told)
    assert (skipped.data["changes"], skipped.actor) == (["skipped"], "merchant:42")
    assert (skipped.after["skipped"], skipped.after["due_at"]) == (True, None)
    _edit(told, cycle, skipped=False)
    (back,) = _settle(told)
    assert back.data["changes"] == ["date", "skipped"]
    assert (back.before, back.after["due_at"]) == (skipped.after, skipped.before["due_at"])
    _edit(told, cycle, skipped=True)
    (again,) = _settle(told)
    assert again.after == skipped.after and again.key != skipped.key
    told.at(cycle.due_at - 3 * DAY)
    tell(told)
    assert _leads_told(told) == [7], "nothing is announced of a skipped order"


def test_other_items_are_told_with_who_changed_the_subscription(told: Till) -> None:
    cycle, asked = following(told), {"before": {}, "after": {}}
    with told.ctx.db.session() as session:
        gid = told.contract().shopify_gid
        for key, kind, actor in (("a", "quantity_changed", "shopper:9"), ("b", "note_changed", "merchant:42")):
            record(session, told.shop_id, key=key, kind=f"subscription.{kind}", occurred_at=told.now,
                   contract_gid=gid, actor=actor, **asked)  # fmt: skip
    _edit(told, cycle, quantity=2)
    (fact,) = _settle(told)
    assert (fact.data["changes"], fact.actor) == (["items", "amount"], "shopper:9")


def test_other_items_are_told_with_their_amount(told: Till) -> None:
    _edit(told, following(told), quantity=3)
    (fact,) = _settle(told)
    assert fact.data["changes"] == ["items", "amount"]
    assert (fact.before["items"][0]["quantity"], fact.after["items"][0]["quantity"]) == (1, 3)
    assert Decimal(fact.before["amount"]) != Decimal(fact.after["amount"])
    assert not _settle(told)


def test_a_change_taken_back_in_time_is_not_told_and_several_are_told_as_the_last(told: Till) -> None:
    cycle = following(told)
    _edit(told, cycle, skipped=True)
    tell(told)
    _edit(told, cycle, skipped=False)
    assert not _settle(told)
    reschedule(told, cycle, cycle.expected_at + 2 * DAY)
    tell(told)
    reschedule(told, cycle, cycle.expected_at + 3 * DAY)
    (fact,) = _settle(told)
    assert fact.data["due_at"] == (cycle.due_at + 3 * DAY).isoformat()


def test_nothing_is_told_after_the_charge_started_nor_before_anything_was(till: Till) -> None:
    till.at(following(till).due_at - 20 * DAY)
    cycle = following(till)
    reschedule(till, cycle, cycle.expected_at + DAY)
    assert not _settle(till)
    till.at(cycle.due_at - 3 * DAY)
    tell(till)
    with till.ctx.db.session() as session:
        session.get_one(BillingCycle, cycle.id).attempted_at = till.now
    reschedule(till, cycle, cycle.expected_at + 5 * DAY)
    assert not _settle(till)


def test_a_lead_that_falls_due_while_a_change_rests_is_told_as_the_change(told: Till) -> None:
    cycle = following(told)
    told.at(cycle.due_at - 3 * DAY - timedelta(minutes=1))
    _edit(told, cycle, quantity=2)
    tell(told)
    told.wait(timedelta(minutes=1))
    tell(told)
    assert [fact.data["changes"] for fact in told.facts("order.changed")] == [["items", "amount"]]
    assert {notice.lead_days: notice.state for notice in notices(told)}[3] == "dropped"
    assert not _settle(told)


def test_a_lead_as_long_as_the_interval_is_not_told(till: Till) -> None:
    with till.ctx.db.session() as session:
        weekly = {"interval": "WEEK", "intervalCount": 1, "anchors": []}
        session.get_one(Contract, till.contract().id).billing_policy = weekly
    till.at(following(till).due_at - 7 * DAY)
    tell(till)
    assert [notice.lead_days for notice in notices(till)] == [3]
    leads(till, 14, 7)
    tell(till)
    assert sorted((notice.lead_days, notice.state) for notice in notices(till)) == [(3, "planned"), (7, "recorded")]


def test_each_notice_is_recorded_within_five_minutes_of_its_plan(till: Till) -> None:
    """A few hundred subscriptions, their charges spread over a week, the drain run every four minutes or so."""
    first, base = following(till), till.contract()
    _multiply(till, base, first, 200)
    start = till.now
    till.at(first.due_at - 8 * DAY)
    for step in (0, 1, 2, 3, 4, 5):
        till.at(first.due_at - (8 - step) * DAY + timedelta(minutes=4))
        tell(till)
    assert till.now > start
    rows = [row for row in notices(till) if row.state == "recorded"]
    delays = [row.recorded_at - max(row.plan_at, row.planned_at) for row in rows]
    assert len(rows) > 300
    assert sorted(delays)[int(len(delays) * 0.999)] <= timedelta(minutes=5)


def _columns(row: Contract | BillingCycle) -> dict[str, Any]:
    """What a copy of a row is made of: all but what the database fills in by itself."""
    return {c.name: getattr(row, c.name) for c in row.__table__.columns if c.name != "id" and c.computed is None}


def _multiply(till: Till, base: Contract, cycle: BillingCycle, count: int) -> None:
    with till.ctx.db.session() as session:
        for number in range(count):
            copy = {
                c.name: getattr(base, c.name)
                for c in Contract.__table__.columns
                if c.name != "id" and c.computed is None
            }
            contract = Contract(**copy | {"shopify_gid": f"gid://shopify/SubscriptionContract/9{number:04}"})
            session.add(contract)
            session.flush()
            copy = {
                c.name: getattr(cycle, c.name)
                for c in BillingCycle.__table__.columns
                if c.name != "id" and c.computed is None
            }
            copy |= {"contract_id": contract.id, "due_at": cycle.due_at + (number % 2) * DAY}
            session.add(BillingCycle(**copy))


def test_what_was_told_is_forgotten_half_a_year_after_the_charge_and_not_while_it_lies_ahead(told: Till) -> None:
    assert prune.run(told.ctx) == 0
    with told.ctx.db.session() as session:
        session.execute(update(AnnouncedOrder).values(told_at=told.now - 181 * DAY))
    assert prune.run(told.ctx) == 0, "its charge still lies ahead"
    with told.ctx.db.session() as session:
        kept = session.scalar(select(func.count()).select_from(AnnouncedOrder)) or 0
        session.execute(update(BillingCycle).values(status="BILLED"))
    assert prune.run(told.ctx) == kept > 0

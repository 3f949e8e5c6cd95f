"""Skipping a cycle and bringing it back, with Shopify's word as the last one."""

from __future__ import annotations

from datetime import timedelta

from sandbox.shopify import cycles
from shopify_app.contracts import next_dates
from shopify_app.contracts.models import BillingCycle
from shopify_app.edits import skip
from shopify_app.edits.answers import Answer, Refusal, refused
from shopify_app.kit.clock import machine_now
from tests.billing.till import Till

ME = "merchant:42"
DAY = timedelta(days=1)


def _following(till: Till) -> BillingCycle:
    """The second of the cycles to come."""
    return sorted((c for c in till.cycles() if c.due_at or c.skipped), key=lambda c: c.expected_at)[1]


def _skip(till: Till, index: int) -> Answer:
    return skip.skip(till.ctx, till.shop_id, till.contract().shopify_gid, index, ME)


def _unskip(till: Till, index: int) -> Answer:
    return skip.unskip(till.ctx, till.shop_id, till.contract().shopify_gid, index, ME)


def _skipped_there(till: Till, index: int) -> bool:
    row = till.sandbox.world.of("contracts", till.domain).all()[0]
    found = cycles.cycle(till.sandbox.world, till.domain, row, index)
    assert found
    return bool(found["skipped"])


def test_a_skipped_date_is_skipped_at_shopify_told_and_not_charged(till: Till) -> None:
    cycle = till.first_cycle()
    assert _skip(till, cycle.cycle_index) == Answer(True, "Skipped")
    assert _skipped_there(till, cycle.cycle_index)
    asked, done = till.facts("order.skip_requested", "order.skipped")
    assert (done.actor, done.before, done.after) == (ME, {"skipped": False}, {"skipped": True})
    assert asked.cycle_index == done.cycle_index == cycle.cycle_index
    till.charge()
    assert till.attempts() == [] and till.ledger() == []


def test_a_date_brought_back_is_charged(till: Till) -> None:
    index = till.first_cycle().cycle_index
    _skip(till, index)
    assert _unskip(till, index) == Answer(True, "Brought back")
    assert not _skipped_there(till, index)
    (done,) = till.facts("order.unskipped")
    assert done.after == {"skipped": False}
    till.charge()
    till.sandbox.settle()
    assert [payment["cycle_index"] for payment in till.ledger()] == [index]


def test_what_is_paid_or_being_charged_is_not_skipped(till: Till) -> None:
    index = till.first_cycle().cycle_index
    till.charge()
    assert _skip(till, index) == refused(Refusal.CHARGING)
    till.sandbox.settle()
    till.hear(till.the_attempt().idempotency_key)
    assert _skip(till, index) == refused(Refusal.PAID)
    assert till.calls("CycleSkip") == 0
    assert till.facts("order.skip_requested", "order.skipped") == []


def test_a_charge_of_somebody_else_under_way_is_not_skipped_over(till: Till) -> None:
    index = till.first_cycle().cycle_index
    where = f'subscriptionContractId: "{till.contract().shopify_gid}"'
    till.sandbox.data(
        f"mutation {{ subscriptionBillingAttemptCreate({where}, subscriptionBillingAttemptInput: "
        f'{{idempotencyKey: "by-hand", billingCycleSelector: {{index: {index}}}}}) {{ userErrors {{ message }} }} }}'
    )
    assert _skip(till, index) == refused(Refusal.CHARGING)
    assert till.calls("CycleSkip") == 0


def test_a_date_skipped_twice_or_unknown_is_answered_in_words(till: Till) -> None:
    index = _following(till).cycle_index
    _skip(till, index)
    assert _skip(till, index) == refused(Refusal.ALREADY)
    assert _skip(till, 9_999) == refused(Refusal.GONE)
    assert till.calls("CycleSkip") == 1


def test_a_refusal_of_shopify_is_told_in_its_words(till: Till) -> None:
    index = _following(till).cycle_index
    rows = till.sandbox.world.of("contracts", till.domain)
    with till.sandbox.world.locked():
        rows.put({**rows.all()[0], "status": "CANCELLED"})  # nobody told us
    answer = _skip(till, index)
    assert not answer.is_done and answer.words.startswith("Shopify refused: ")
    assert till.facts("order.skipped") == []
    assert till.first_cycle().lease_until is None


def test_a_lost_answer_is_looked_up(till: Till) -> None:
    index = _following(till).cycle_index
    till.fault(graphql={"CycleSkip": {"reset": "after", "times": 1}})
    assert _skip(till, index) == Answer(True, "Skipped")
    till.fault(graphql={"CycleUnskip": {"reset": "before", "times": 1}})
    assert _unskip(till, index) == refused(Refusal.NOT_SEEN)
    assert _skipped_there(till, index)
    assert len(till.facts("order.unskip_requested")) == 1 and till.facts("order.unskipped") == []


def test_shopify_away_changes_nothing(till: Till) -> None:
    index = _following(till).cycle_index
    till.fault(graphql={"CycleCheck": {"status": 403}})
    assert _skip(till, index) == refused(Refusal.NO_ANSWER)
    till.fault(graphql={"CycleCheck": {"probability": 0, "status": 403}})
    assert _skip(till, index).is_done


def test_the_date_people_see_follows_a_skip_and_a_charge(till: Till) -> None:
    first, following = till.first_cycle(), _following(till)
    _skip(till, first.cycle_index)
    with till.ctx.db.session() as session:
        assert next_dates.waiting(session, till.now, machine_now()) == 1
    assert next_dates.drain(till.ctx) == 1
    assert _date_there(till) == following.expected_at.isoformat()
    assert till.contract().next_billing_date == following.expected_at
    assert next_dates.drain(till.ctx) == 0
    till.at(following.due_at or following.expected_at)
    till.mirror()
    till.charge()
    till.sandbox.settle()
    till.hear(till.the_attempt().idempotency_key)
    next_dates.drain(till.ctx)
    contract = till.contract()
    assert contract.next_charge_at and contract.next_charge_at > following.expected_at
    assert _date_there(till) == contract.next_charge_at.isoformat()
    assert till.calls("NextBillingDate") == 2


def test_a_throttled_date_waits_and_blocks_no_charge(till: Till) -> None:
    till.charge()
    till.sandbox.settle()
    till.hear(till.the_attempt().idempotency_key)
    till.fault(graphql={"NextBillingDate": {"status": 429}})
    assert next_dates.drain(till.ctx) == 1
    with till.ctx.db.session() as session:
        assert next_dates.waiting(session, till.now, machine_now()) == 0
        assert next_dates.waiting(session, till.now, machine_now() + timedelta(minutes=10)) == 1
    assert till.charge() == 0 and len(till.ledger()) == 1


def _date_there(till: Till) -> str:
    return str(till.sandbox.world.of("contracts", till.domain).all()[0]["next_billing_date"]).replace("Z", "+00:00")
